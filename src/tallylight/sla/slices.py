"""Slices: is a minute, or five, of a region good, bad, unknown or excluded by an objective? Pure, a month in one pass.

A region is judged by its worst measured node: a slice is bad when any node was out of bounds, good when at least one was
measured and none was out of bounds, and unknown when none was measured. A node is measured in a slice when at least
`min_samples` probe packets were sent on its paths and the figure exists. A slice in which no packet came back has no round trip:
it is unknown for latency and jitter, and bad for availability and loss, so that one outage is not counted for what nobody could
measure. What is reported slice by slice is judged in the same way, as one node that was measured elsewhere. An excluded slice
stays excluded whatever was measured.

Slices begin at multiples of their length since midnight UTC, so that a day is the same number of slices for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from tallylight.contracts.api import Objective, Promise, Statistic
from tallylight.sla.attainment import Counts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
#: Members of Verdict, one a slice.
Verdicts = NDArray[np.int8]

MINUTE_S = 60
#: The name under which reported figures stand where nodes are named.
REPORTED = "reported"


class Verdict(IntEnum):
    """What a slice is."""

    UNKNOWN = 0
    GOOD = 1
    BAD = 2
    EXCLUDED = 3

    @property
    def word(self) -> str:
        """`unknown`, `good`, `bad` or `excluded`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, eq=False)
class RegionMinutes:
    """What was measured in a region: row i is the slice that starts at unix second `start_s + slice_s i`, column j is `nodes[j]`.

    `sent`: probe packets on the node's paths. `mean_ms`, `p95_ms`: round trips; `loss_pct`: packets lost, 0 to 100; `jitter_ms`:
    their mean jitter; NaN where there is no figure.
    """

    start_s: int
    nodes: tuple[str, ...]
    sent: Ints
    mean_ms: Floats
    p95_ms: Floats
    loss_pct: Floats
    jitter_ms: Floats
    slice_s: int = MINUTE_S

    def __len__(self) -> int:
        return int(self.sent.shape[0])

    def within(self, start_s: int, end_s: int) -> RegionMinutes:
        """The slices that start within `[start_s, end_s)`, both of them starts or ends of slices here."""
        first, last = ((each - self.start_s) // self.slice_s for each in (start_s, end_s))
        return RegionMinutes(
            start_s=start_s,
            nodes=self.nodes,
            sent=self.sent[first:last],
            mean_ms=self.mean_ms[first:last],
            p95_ms=self.p95_ms[first:last],
            loss_pct=self.loss_pct[first:last],
            jitter_ms=self.jitter_ms[first:last],
            slice_s=self.slice_s,
        )


@dataclass(frozen=True, slots=True, eq=False)
class ReportedSlices:
    """What somebody reported for one objective in a region, slice by slice: `figures` in the objective's unit, NaN where nothing
    was reported; `samples` behind them; `affected` share of users and `load` as in `Slices`."""

    start_s: int
    slice_s: int
    figures: Floats
    samples: Ints
    affected: Floats
    load: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Slices:
    """Judged slices in order, `slice_s` seconds each.

    `figures` and `sent` are the worst node's, `worst` is its index in `nodes`; NaN, 0 and -1 when unknown. `affected` is the
    share of users that a bad slice hit, 0 to 1, NaN where nobody counted them; `load` what is held against an agreed multiple of
    its mean, in whole units of whoever measured it, -1 where unknown.
    """

    start_s: int
    nodes: tuple[str, ...]
    verdicts: Verdicts
    figures: Floats
    worst: Ints
    sent: Ints
    affected: Floats
    load: Ints
    slice_s: int = MINUTE_S

    def __len__(self) -> int:
        return int(self.verdicts.size)

    def counts(self) -> Counts:
        """How many slices are what; they add up to all."""
        return counts_of(self.verdicts)


def counts_of(verdicts: Verdicts) -> Counts:
    """How many slices are what; they add up to all."""
    unknown, good, bad, excluded = np.bincount(verdicts, minlength=len(Verdict)).tolist()
    return Counts(good=good, bad=bad, unknown=unknown, excluded=excluded)


def judge(objective: Objective, minutes: RegionMinutes, excluded: Bools, audience: Ints | None = None) -> Slices:
    """Every slice judged by `objective`, whose length the slices have; `excluded[i]` takes slice i out.

    `audience[i, j]` are the customer's viewer-seconds on node j in slice i. The load is their sum; a bad slice hit the share of
    them that was on nodes out of bounds.
    """
    figures = _figures(objective, minutes)
    known = (minutes.sent >= objective.min_samples) & np.isfinite(figures)
    out = known & _out_of_bound(objective, figures)
    worst = _worst(figures, known, lower_is_worse=objective.promise is Promise.AVAILABILITY)
    return Slices(
        start_s=minutes.start_s,
        slice_s=minutes.slice_s,
        nodes=minutes.nodes,
        verdicts=_verdicts(np.asarray(known.any(axis=1)), np.asarray(out.any(axis=1)), excluded),
        figures=_picked(figures, worst, np.nan),
        worst=worst,
        sent=_picked(minutes.sent, worst, 0).astype(np.int64),
        affected=np.full(len(minutes), np.nan) if audience is None else _share_of(audience, out),
        load=np.full(len(minutes), -1, np.int64) if audience is None else audience.sum(axis=1, dtype=np.int64),
    )


def judge_reported(objective: Objective, reported: ReportedSlices, excluded: Bools) -> Slices:
    """Every reported slice judged by `objective`; `excluded[i]` takes slice i out."""
    known = (reported.samples >= objective.min_samples) & np.isfinite(reported.figures)
    return Slices(
        start_s=reported.start_s,
        slice_s=reported.slice_s,
        nodes=(REPORTED,),
        verdicts=_verdicts(known, known & _out_of_bound(objective, reported.figures), excluded),
        figures=np.where(known, reported.figures, np.nan),
        worst=np.where(known, 0, -1).astype(np.int64),
        sent=np.where(known, reported.samples, 0).astype(np.int64),
        affected=reported.affected,
        load=reported.load,
    )


def held_against(objective: Objective, judged: Slices) -> Verdicts:
    """Verdicts by another bound for slices that were judged by the same figures: the worst node's decides, measured as it was."""
    out = _out_of_bound(objective, judged.figures)
    return np.select([judged.worst < 0, out], [Verdict.UNKNOWN, Verdict.BAD], Verdict.GOOD).astype(np.int8)


def _share_of(audience: Ints, out: Bools) -> Floats:
    everybody, hit = audience.sum(axis=1), np.where(out, audience, 0).sum(axis=1)
    return np.where(everybody > 0, hit / np.maximum(everybody, 1), np.nan)


def _out_of_bound(objective: Objective, figures: Floats) -> Bools:
    return figures < objective.bound if objective.promise is Promise.AVAILABILITY else figures > objective.bound


def minutes_within(start_s: int, count: int, spans: list[tuple[float, float]], *, slice_s: int = MINUTE_S) -> Bools:
    """Which of `count` slices from `start_s` on begin within one of the half-open `spans` (unix seconds)."""
    begins = start_s + slice_s * np.arange(count, dtype=np.int64)
    inside = np.zeros(count, dtype=np.bool_)
    for first, last in spans:
        inside |= (begins >= first) & (begins < last)
    return inside


def _figures(objective: Objective, minutes: RegionMinutes) -> Floats:
    match objective.promise:
        case Promise.LATENCY:
            return minutes.p95_ms if objective.statistic is Statistic.P95 else minutes.mean_ms
        case Promise.AVAILABILITY:
            return 100.0 - minutes.loss_pct
        case Promise.LOSS:
            return minutes.loss_pct
        case Promise.JITTER:
            return minutes.jitter_ms
    raise ValueError(f"probes don't measure {objective.promise.value}: its figures have to be reported")


def _verdicts(measured: Bools, broken: Bools, excluded: Bools) -> Verdicts:
    chosen = np.select([excluded, ~measured, broken], [Verdict.EXCLUDED, Verdict.UNKNOWN, Verdict.BAD], Verdict.GOOD)
    return chosen.astype(np.int8)


def _worst(figures: Floats, known: Bools, *, lower_is_worse: bool) -> Ints:
    if not figures.size:
        return np.full(figures.shape[0], -1, dtype=np.int64)
    badness = np.where(known, -figures if lower_is_worse else figures, -np.inf)
    return np.where(known.any(axis=1), badness.argmax(axis=1), -1).astype(np.int64)


def _picked(values: Floats | Ints, columns: Ints, otherwise: float) -> Floats:
    if not values.size:
        return np.full(columns.size, otherwise)
    picked = values[np.arange(columns.size), np.maximum(columns, 0)]
    return np.where(columns >= 0, picked, otherwise)
