"""Watches every threshold, once a second, and has written down what begins and what is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from tallylight.alerts.evaluate import Cells, Crossing, Ints, Standing, State, evaluate
from tallylight.alerts.judge import Judge, Watched
from tallylight.alerts.ledger import Cleared, Raised
from tallylight.alerts.models import Threshold
from tallylight.alerts.thresholds import InForce
from tallylight.contracts.api import Metric
from tallylight.kernel import clock
from tallylight.kernel.ids import new_id
from tallylight.telemetry.api import LiveWindow

#: A pause of the watch of more than this (s) counts as an absence.
ABSENT_AFTER_S: Final = 3

Key = tuple[UUID, str]  # threshold and node


class WritesChanges(Protocol):
    """Where transitions go: see `ledger.Ledger`."""

    def add(self, changes: list[Raised | Cleared]) -> None: ...


@dataclass(frozen=True, slots=True)
class Board:
    """The cells of all thresholds on all nodes of their regions; `threshold` and `node` (window numbers) tell which is which."""

    watched: tuple[Watched, ...]
    thresholds: tuple[Threshold, ...]
    names: dict[int, str]
    threshold: Ints
    node: Ints
    cells: Cells

    @staticmethod
    def of(thresholds: Sequence[Threshold], window: LiveWindow) -> Board:
        """One cell for every threshold and node of its region."""
        watched = tuple(sorted({(Metric(each.metric), each.window_s) for each in thresholds}))
        threshold, node = _crossed(thresholds, window)
        places = {kind: i * len(window.nodes) for i, kind in enumerate(watched)}
        first = np.array([places[Metric(each.metric), each.window_s] for each in thresholds], np.int64)

        def of_each(values: Iterable[float], kind: type[np.generic]) -> NDArray[Any]:
            return np.fromiter(values, kind, count=len(thresholds))[threshold]

        cells = Cells(
            series=first[threshold] + node,
            raise_above=of_each((np.inf if each.withdrawn_at else each.raise_above for each in thresholds), np.float64),
            clear_below=of_each((each.clear_below for each in thresholds), np.float64),
            for_s=of_each((each.for_s for each in thresholds), np.int64),
            clear_for_s=of_each((each.clear_for_s for each in thresholds), np.int64),
            min_samples=of_each((each.min_samples for each in thresholds), np.float64),
        )
        names = {number: name for name, number in window.nodes.items()}
        return Board(watched, tuple(thresholds), names, threshold, node, cells)

    def which(self, cell: int) -> tuple[Threshold, str]:
        """A cell's threshold and node."""
        return self.thresholds[self.threshold[cell]], self.names[int(self.node[cell])]

    def cells_before(self, before: Board) -> tuple[Ints, Ints]:
        """Cells that were there before: their numbers here, and there."""
        here = {each.id: i for i, each in enumerate(self.thresholds)}
        moved = np.array([here.get(each.id, -1) for each in before.thresholds], np.int64)[before.threshold]
        stayed = [number for number, name in before.names.items() if self.names.get(number) == name]
        alive = (moved >= 0) & np.isin(before.node, stayed)
        size = max([*self.names, *before.names], default=0) + 1
        gone = -1 - np.arange(moved.size)
        _, new, old = np.intersect1d(
            self.threshold * size + self.node,
            np.where(alive, moved * size + before.node, gone),
            assume_unique=True,
            return_indices=True,
        )
        return new, old


def _crossed(thresholds: Sequence[Threshold], window: LiveWindow) -> tuple[Ints, Ints]:
    """Every threshold with every node of its region: numbers of both."""
    nodes_in: dict[str, list[int]] = {}
    for name, number in window.nodes.items():
        nodes_in.setdefault(window.regions[name], []).append(number)
    in_region: dict[str, list[int]] = {}
    for i, each in enumerate(thresholds):
        in_region.setdefault(each.region, []).append(i)
    crossed = [
        (np.array(in_region[region]), np.array(nodes)) for region, nodes in nodes_in.items() if region in in_region
    ]
    none = [np.empty(0, np.int64)]
    return (
        np.concatenate(none + [np.repeat(those, nodes.size) for those, nodes in crossed]),
        np.concatenate(none + [np.tile(nodes, those.size) for those, nodes in crossed]),
    )


@dataclass(slots=True)
class Watch:
    """Belongs to the thread of `window`. Judges nothing before thresholds were `put`."""

    window: LiveWindow
    ledger: WritesChanges
    board: Board | None = None
    standing: Standing = field(default_factory=lambda: Standing.unknown(0))
    judging_since_s: int = 0
    evaluation_ms: float = 0.0
    _in_force: InForce | None = None
    _node_revision: int = -1
    _last_tick_s: int = -1

    def put(self, in_force: InForce) -> None:
        """Judge by these from now on. Cells keep how they stand; a new cell is open if PostgreSQL knows an open alert of it."""
        self._in_force = in_force
        self._lay_out()

    def tick(self, now_s: int) -> None:
        """Judge as of unix second `now_s`. After a pause everything is unknown until there is a whole window of fresh data."""
        if now_s - self._last_tick_s > ABSENT_AFTER_S:
            self.judging_since_s = now_s
            self.standing.forget_spans()
        self._last_tick_s = now_s
        if self._in_force is None:
            return
        if self._node_revision != self.window.nodes.revision:
            self._lay_out()
        if self.board and len(self.board.cells):
            self._judge(self.board, now_s)

    def _judge(self, board: Board, now_s: int) -> None:
        started = clock.monotonic()
        readings = Judge(board.watched, floor_s=self.judging_since_s).readings(self.window, now_s=now_s)
        transitions = evaluate(board.cells, self.standing, readings)
        self.evaluation_ms = (clock.monotonic() - started) * 1000
        changes: list[Raised | Cleared] = [*self._cleared(board, transitions.cleared)]
        changes += self._raised(board, transitions.raised)
        if changes:
            self.ledger.add(changes)

    def _lay_out(self) -> None:
        """Cells for the thresholds and nodes of now."""
        if self._in_force is None:
            return
        before, was = self.board, self.standing
        self.board = Board.of(self._in_force.thresholds, self.window)
        self.standing = Standing.unknown(len(self.board.cells))
        self._node_revision = self.window.nodes.revision
        self._open_known(self.board, self._in_force.open_alerts)
        if before:
            here, there = self.board.cells_before(before)
            for name in Standing.__slots__:
                getattr(self.standing, name)[here] = getattr(was, name)[there]

    def _open_known(self, board: Board, known: dict[Key, float]) -> None:
        """Harmless for an alert that is over meanwhile: its end is then written a second time, to no effect."""
        for cell in range(len(board.cells)) if known else ():
            threshold, node = board.which(cell)
            if (threshold.id, node) in known:
                self.standing.open[cell], self.standing.worst[cell] = True, known[threshold.id, node]

    def _raised(self, board: Board, crossing: Crossing) -> list[Raised]:
        found = [board.which(cell) for cell in crossing.cell.tolist()]
        return [
            Raised(
                id=new_id(),
                threshold=threshold.id,
                node=node,
                region=threshold.region,
                value=float(crossing.value[i]),
                samples=int(crossing.samples[i]),
                breached_at=_instant(crossing.since_s[i]),
                raised_at=clock.now(),
            )
            for i, (threshold, node) in enumerate(found)
        ]

    def _cleared(self, board: Board, crossing: Crossing) -> list[Cleared]:
        found = [board.which(cell) for cell in crossing.cell.tolist()]
        return [
            Cleared(
                threshold=threshold.id,
                node=node,
                worst=float(self.standing.worst[crossing.cell[i]]),
                recovered_at=_instant(crossing.since_s[i]),
                cleared_at=clock.now(),
            )
            for i, (threshold, node) in enumerate(found)
        ]

    def standings(self) -> dict[str, State]:
        """The worst state of each node's thresholds; nodes without any are unknown."""
        worst = np.full(len(self.window.nodes), -1, np.int64)
        if self.board and len(self.board.cells):
            forgotten = self.standing.open & (self.standing.state == State.UNKNOWN)
            shown = np.where(forgotten, State.FIRING, self.standing.state)
            np.maximum.at(worst, self.board.node, _SEVERITY[shown])
        return {
            name: _BY_SEVERITY[worst[number]] if worst[number] >= 0 else State.UNKNOWN
            for name, number in self.window.nodes.items()
        }


#: For showing one state of many: an open alert before a coming one, known trouble before the unknown.
_BY_SEVERITY: Final = (State.OK, State.UNKNOWN, State.PENDING, State.CLEARING, State.FIRING)
_SEVERITY: Final = np.array([_BY_SEVERITY.index(state) for state in State], np.int64)


def _instant(second: np.int64) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(second))
