"""The state machine of all thresholds at once: numpy in, transitions out. No I/O, no clock of its own.

A cell is one threshold on one node. It moves only when its figure speaks of a newer second than before, and by time, not by how
often it is looked at:

    ok ──above──> pending ──above for `for_s`──> firing ──below──> clearing ──below for `clear_for_s`──> ok
    pending ──not above──> ok          clearing ──not below──> firing          any ──unknown──> unknown

Unknown ends a pending or clearing span and never ends an alert: a cell that was firing comes back from unknown firing, or
clearing from then on if its figure is below.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class State(IntEnum):
    """Where a cell stands."""

    OK = 0
    PENDING = 1
    CLEARING = 2
    FIRING = 3
    UNKNOWN = 4


@dataclass(frozen=True, slots=True)
class Cells:
    """What every cell is judged by, one entry a cell. `series` is the place of its figure in the readings."""

    series: Ints
    raise_above: Floats
    clear_below: Floats
    for_s: Ints
    clear_for_s: Ints
    min_samples: Floats

    def __len__(self) -> int:
        return int(self.series.size)


@dataclass(frozen=True, slots=True)
class Readings:
    """Every figure: NaN where unknown, the samples it rests on, and the unix second up to which it speaks."""

    value: Floats
    samples: Floats
    at_s: Ints


@dataclass(slots=True)
class Standing:
    """How every cell stands, changed in place by `evaluate`. `open`: its alert is not over. `since_s`: start of its state.

    `worst` is the highest value since the alert was raised, meaningful while `open`; `seen_s` the last second that counted.
    """

    state: NDArray[np.int8]
    open: Bools
    since_s: Ints
    seen_s: Ints
    worst: Floats

    @staticmethod
    def unknown(cells: int) -> Standing:
        """Nothing is known of any of `cells`."""
        never = np.full(cells, -1, np.int64)
        return Standing(
            np.full(cells, State.UNKNOWN, np.int8),
            np.zeros(cells, np.bool_),
            never,
            never.copy(),
            np.full(cells, -np.inf),
        )

    def forget_spans(self) -> None:
        """Everything is unknown from here: for after an absence of the one who watches. Open alerts stay open."""
        self.state[:] = State.UNKNOWN


@dataclass(frozen=True, slots=True)
class Crossing:
    """Cells that went the same way: which, since which second they were on their way, and the figure that decided."""

    cell: Ints
    since_s: Ints
    at_s: Ints
    value: Floats
    samples: Floats


@dataclass(frozen=True, slots=True)
class Transitions:
    """Alerts that began and alerts that are over."""

    raised: Crossing
    cleared: Crossing


def evaluate(cells: Cells, standing: Standing, readings: Readings) -> Transitions:
    """Judge every cell once; `standing` is moved on, and only what changed for the world is returned.

    Cells that are quietly ok or quietly unknown, nearly all of them, are passed over by a few comparisons.
    """
    value = readings.value[cells.series]
    known = readings.samples[cells.series] >= cells.min_samples
    known &= ~np.isnan(value)
    calm = np.where(known, (standing.state == State.OK) & ~(value > cells.raise_above), standing.state == State.UNKNOWN)
    return _step(cells, standing, readings, np.flatnonzero(~calm), known, value)


def _step(cells: Cells, standing: Standing, readings: Readings, cell: Ints, known: Bools, value: Floats) -> Transitions:
    lost = cell[~known[cell]]
    standing.state[lost] = State.UNKNOWN
    at_s = readings.at_s[cells.series]
    cell = cell[known[cell] & (at_s[cell] > standing.seen_s[cell])]
    at_s, value = at_s[cell], value[cell]
    standing.seen_s[cell] = at_s
    state, is_open, since = standing.state[cell], standing.open[cell], standing.since_s[cell]

    above, below = value > cells.raise_above[cell], value < cells.clear_below[cell]
    wanted = np.where(is_open, np.where(below, State.CLEARING, State.FIRING), np.where(above, State.PENDING, State.OK))
    since = np.where(state == wanted, since, at_s)
    raised = (wanted == State.PENDING) & (at_s - since >= cells.for_s[cell])
    cleared = (wanted == State.CLEARING) & (at_s - since >= cells.clear_for_s[cell])

    standing.state[cell] = np.select([raised, cleared], [State.FIRING, State.OK], wanted)
    standing.open[cell] = (is_open | raised) & ~cleared
    standing.since_s[cell] = np.where(raised | cleared, at_s, since)
    standing.worst[cell] = np.where(is_open, np.fmax(standing.worst[cell], value), value)
    samples = readings.samples[cells.series[cell]]

    def crossing(which: Bools) -> Crossing:
        return Crossing(cell[which], since[which], at_s[which], value[which], samples[which])

    return Transitions(raised=crossing(raised), cleared=crossing(cleared))
