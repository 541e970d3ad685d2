"""From judged slices to what counts of them: overload, rows of bad slices, and the three ways of attainment. Pure, vectorised.

In this order:

1. A slice that an exclusion takes out stays out whatever else holds.
2. Overload: of the others, those with a known load above the agreed multiple of the mean load are taken out. The mean is over
   all slices of the part of the month with a known load that step 1 left in, those above the multiple included.
3. Rows: where bad slices count only in a row of some length, bad slices in shorter rows count as good. A row is broken by a
   good slice, by one that is taken out, by an unknown one unless unknown counts as bad (then it is one of the row), and by the
   edges of the part of the month. Nothing else breaks it, midnight included.
4. Attainment. By slices: each is good or bad as a whole. By the mean: each counts with the share that was bad, from its figure;
   an unknown one as wholly good or wholly bad, as the contract says; rows have no meaning there. By those affected: a bad slice
   counts with the share of users it hit, wholly where nobody counted them.

Shares are taken in millionths, so that sums are exact and the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np

from tallylight.contracts.api import Agreement, Attain, ExclusionKind, ExclusionRule, Objective, Promise, UnknownCounts
from tallylight.sla.attainment import Counts, Standing, standing
from tallylight.sla.slices import Bools, Floats, Ints, Slices, Verdict, Verdicts, counts_of

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Judged slices in order. `figures` in the objective's unit and `affected` (shares) are NaN, `load` is -1 where unknown."""

    verdicts: Verdicts
    figures: Floats
    affected: Floats
    load: Ints

    @classmethod
    def of(cls, stretches: Sequence[Slices]) -> Columns:
        """Stretches of slices, end to end."""
        none = np.empty(0)
        return cls(
            np.concatenate([np.empty(0, np.int8), *(each.verdicts for each in stretches)]),
            np.concatenate([none, *(each.figures for each in stretches)]),
            np.concatenate([none, *(each.affected for each in stretches)]),
            np.concatenate([np.empty(0, np.int64), *(each.load for each in stretches)]),
        )

    @classmethod
    def bare(cls, verdicts: Verdicts) -> Columns:
        """Verdicts alone, where nothing else counts."""
        unknown = np.full(verdicts.size, np.nan)
        return cls(verdicts, unknown, unknown, np.full(verdicts.size, -1, np.int64))

    @classmethod
    def joined(cls, pieces: Sequence[Columns]) -> Columns:
        """Columns end to end."""
        none = cls.of([])
        return cls(
            np.concatenate([none.verdicts, *(each.verdicts for each in pieces)]),
            np.concatenate([none.figures, *(each.figures for each in pieces)]),
            np.concatenate([none.affected, *(each.affected for each in pieces)]),
            np.concatenate([none.load, *(each.load for each in pieces)]),
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """What slices count as. `counts` are their verdicts, overload among the excluded.

    `hit` is what was lost if each bad slice counts with the share of users it hit, wholly where nobody counted them. `spared` bad
    slices count as good because their row was too short; `overloaded` were taken out because their load was above `load_limit`,
    which is None where no rule speaks of load or none is known.
    """

    counts: Counts
    standing: Standing
    hit: Fraction = Fraction(0)
    spared: int = 0
    overloaded: int = 0
    load_limit: Fraction | None = None

    def and_good(self, slices: int) -> Tally:
        """The same if `slices` more were all good."""
        return replace(self, standing=self.standing.and_good(slices))


def overload_multiple(exclusions: Sequence[ExclusionRule]) -> Decimal | None:
    """The multiple of its mean above which load takes slices out; None where the contract has no such rule."""
    return next((each.load_multiple for each in exclusions if each.kind is ExclusionKind.OVERLOAD), None)


def users_count(objective: Objective, agreement: Agreement) -> bool:
    """Whether it matters how many users there were, and how many of them a bad slice hit."""
    credited = agreement.credit.outage is not None and objective.promise is Promise.AVAILABILITY
    return credited or objective.attain is Attain.AFFECTED or overload_multiple(agreement.exclusions) is not None


def needs_columns(objective: Objective, agreement: Agreement) -> bool:
    """Whether more than the verdicts counts."""
    return objective.attain is Attain.MEAN or users_count(objective, agreement)


def tally_verdicts(objective: Objective, verdicts: Verdicts) -> Tally:
    """What slices count as where nothing but their verdicts counts."""
    if row_length(objective) == 1:
        counts = counts_of(verdicts)
        stands = standing(counts, objective.unknown)
        return Tally(counts, stands, Fraction(stands.lost))
    return tally(objective, Columns.bare(verdicts))


def tally(objective: Objective, columns: Columns, overload: Decimal | None = None) -> Tally:
    """What the slices count as under `objective`; `overload` is the contract's multiple of the mean load."""
    excess, limit = _overloaded(columns, overload)
    verdicts = np.where(excess, np.int8(Verdict.EXCLUDED), columns.verdicts)
    unknown = verdicts == Verdict.UNKNOWN
    bad = (verdicts == Verdict.BAD) | (unknown & (objective.unknown is UnknownCounts.BAD))
    out = (verdicts == Verdict.EXCLUDED) | (unknown & (objective.unknown is UnknownCounts.EXCLUDED))
    lasts = lasting(bad, row_length(objective))
    counted = int(out.size - np.count_nonzero(out))
    hit, spared = _hit(columns.affected[lasts]), int(np.count_nonzero(bad & ~lasts))
    if objective.attain is Attain.MEAN:
        lost, spared = _lost_shares(objective, columns.figures, bad & unknown, ~out & ~unknown), 0
    else:
        lost = hit if objective.attain is Attain.AFFECTED else Fraction(int(np.count_nonzero(lasts)))
    good = counted - lost
    stands = Standing(int(good) if good.denominator == 1 else good, counted)
    return Tally(counts_of(verdicts), stands, hit, spared, int(np.count_nonzero(excess)), limit)


def row_length(objective: Objective) -> int:
    """How many bad slices in a row count: as many as it takes to last as long as the contract says."""
    return -(-objective.at_least_for // objective.slice) if objective.at_least_for > timedelta(0) else 1


def lasting(bad: Bools, at_least: int) -> Bools:
    """Those of `bad` that lie in a row of at least `at_least`."""
    if at_least <= 1:
        return bad
    edges = np.flatnonzero(np.diff(bad, prepend=False, append=False))
    starts, stops = edges[::2], edges[1::2]
    long = stops - starts >= at_least
    steps = np.zeros(bad.size + 1, np.int8)
    steps[starts[long]], steps[stops[long]] = 1, -1
    return np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_)


def _overloaded(columns: Columns, multiple: Decimal | None) -> tuple[Bools, Fraction | None]:
    """Which slices are taken out for their load, and above which load that is."""
    known = (columns.load >= 0) & (columns.verdicts != Verdict.EXCLUDED)
    if multiple is None or not known.any():
        return np.zeros(columns.load.size, np.bool_), None
    mean = Fraction(int(columns.load[known].sum()), int(np.count_nonzero(known)))
    limit = mean * Fraction(multiple)
    return known & (columns.load > int(limit)), limit


def _lost_shares(objective: Objective, figures: Floats, wholly_bad: Bools, measured: Bools) -> Fraction:
    """Slices' worth that was bad, from figures in per cent."""
    shares = np.clip(figures[measured], 0.0, 100.0)
    if objective.promise is Promise.AVAILABILITY:
        shares = 100.0 - shares
    lost = Fraction(int(_millionths(shares).sum()), 100 * MILLION)
    return lost + int(np.count_nonzero(wholly_bad))


def _hit(affected: Floats) -> Fraction:
    """Slices' worth of users that bad slices hit."""
    shares = np.clip(np.where(np.isnan(affected), 1.0, affected), 0.0, 1.0)
    return Fraction(int(_millionths(shares).sum()), MILLION)


def _millionths(values: Floats) -> Ints:
    return np.rint(values * MILLION).astype(np.int64)
