"""Watches every threshold, once a second, and has written down what begins and what is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import numpy as np

from tallylight.alerts.evaluate import Cells, Crossing, Standing, State, evaluate
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
    """The cells of all thresholds on all nodes of their regions, and which cell is which."""

    watched: tuple[Watched, ...]
    cells: Cells
    keys: tuple[Key, ...]
    thresholds: dict[UUID, Threshold]

    @staticmethod
    def of(thresholds: Sequence[Threshold], window: LiveWindow) -> Board:
        """One cell for every threshold and node of its region."""
        watched = tuple(sorted({(Metric(each.metric), each.window_s) for each in thresholds}))
        places = {kind: i * len(window.nodes) for i, kind in enumerate(watched)}
        nodes_in: dict[str, list[tuple[str, int]]] = {}
        for name, number in window.nodes.items():
            nodes_in.setdefault(window.regions[name], []).append((name, number))
        found = [(each, name, number) for each in thresholds for name, number in nodes_in.get(each.region, ())]
        series = [places[Metric(each.metric), each.window_s] + number for each, _, number in found]
        owners = [each for each, _, _ in found]
        cells = Cells(
            series=np.array(series, np.int64),
            raise_above=np.array([np.inf if each.withdrawn_at else each.raise_above for each in owners], np.float64),
            clear_below=np.array([each.clear_below for each in owners], np.float64),
            for_s=np.array([each.for_s for each in owners], np.int64),
            clear_for_s=np.array([each.clear_for_s for each in owners], np.int64),
            min_samples=np.array([each.min_samples for each in owners], np.float64),
        )
        return Board(
            watched, cells, tuple((each.id, name) for each, name, _ in found), {each.id: each for each in thresholds}
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
        """Judge by these from now on. What stands is kept; alerts that PostgreSQL knows are open are open on first sight."""
        first = self._in_force is None
        self._in_force = in_force
        self._lay_out(in_force.open_alerts if first else {})

    def tick(self, now_s: int) -> None:
        """Judge as of unix second `now_s`. After a pause everything is unknown until there is a whole window of fresh data."""
        if now_s - self._last_tick_s > ABSENT_AFTER_S:
            self.judging_since_s = now_s
            self.standing.forget_spans()
        self._last_tick_s = now_s
        if self._in_force is None:
            return
        if self._node_revision != self.window.nodes.revision:
            self._lay_out({})
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

    def _lay_out(self, known_open: dict[Key, float]) -> None:
        """Cells for the thresholds and nodes of now; each takes over how it stood, or whether its alert is known to be open."""
        if self._in_force is None:
            return
        before = {key: i for i, key in enumerate(self.board.keys)} if self.board else {}
        self.board = Board.of(self._in_force.thresholds, self.window)
        self._node_revision = self.window.nodes.revision
        standing = Standing.unknown(len(self.board.cells))
        kept = [(i, before[key]) for i, key in enumerate(self.board.keys) if key in before]
        if kept:
            new, old = np.array(kept, np.int64).T
            for name in Standing.__slots__:
                getattr(standing, name)[new] = getattr(self.standing, name)[old]
        for i, key in enumerate(self.board.keys):
            if key in known_open:
                standing.open[i], standing.worst[i] = True, known_open[key]
        self.standing = standing

    def _raised(self, board: Board, crossing: Crossing) -> list[Raised]:
        return [
            Raised(
                id=new_id(),
                threshold=board.keys[cell][0],
                node=board.keys[cell][1],
                region=board.thresholds[board.keys[cell][0]].region,
                value=float(crossing.value[i]),
                samples=int(crossing.samples[i]),
                breached_at=_instant(crossing.since_s[i]),
                raised_at=clock.now(),
            )
            for i, cell in enumerate(crossing.cell.tolist())
        ]

    def _cleared(self, board: Board, crossing: Crossing) -> list[Cleared]:
        return [
            Cleared(
                threshold=board.keys[cell][0],
                node=board.keys[cell][1],
                worst=float(self.standing.worst[cell]),
                recovered_at=_instant(crossing.since_s[i]),
                cleared_at=clock.now(),
            )
            for i, cell in enumerate(crossing.cell.tolist())
        ]

    def standings(self) -> dict[str, State]:
        """The worst state of each node's thresholds; nodes without any are unknown."""
        worst = np.full(len(self.window.nodes), -1, np.int64)
        if self.board and len(self.board.cells):
            severity = _SEVERITY[
                np.where(self.standing.open & (self.standing.state == State.UNKNOWN), State.FIRING, self.standing.state)
            ]
            np.maximum.at(worst, self.board.cells.series % len(self.window.nodes), severity)
        return {
            name: _BY_SEVERITY[worst[number]] if worst[number] >= 0 else State.UNKNOWN
            for name, number in self.window.nodes.items()
        }


#: For showing one state of many: an open alert before a coming one, known trouble before the unknown.
_BY_SEVERITY: Final = (State.OK, State.UNKNOWN, State.PENDING, State.CLEARING, State.FIRING)
_SEVERITY: Final = np.array([_BY_SEVERITY.index(state) for state in State], np.int64)


def _instant(second: np.int64) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(second))
