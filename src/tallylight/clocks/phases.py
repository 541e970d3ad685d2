"""From an event log to phases: stretches in which a clock runs, is paused, or stands still. Pure.

What changes nothing is ignored: events before the start, a second start, a pause while paused, a resumption while running.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tallylight.clocks.log import ClockEvent, Kind, Profile


class Mode(StrEnum):
    """What a clock does in a phase."""

    RUNS = "runs"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Phase:
    """From `start` (inside) to `end` (outside); `end` is None in the last phase of a log."""

    start: datetime
    end: datetime | None
    mode: Mode
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One life of a clock: from its start, or from the answer before, to the answer that ended it.

    `answered_at` is None while it runs. `target` holds from `target_from` on.
    """

    phases: tuple[Phase, ...]
    target: timedelta
    target_from: datetime
    answered_at: datetime | None

    @property
    def started_at(self) -> datetime:
        return self.phases[0].start


@dataclass
class _Scribe:
    """Writes phases down while the log is read."""

    profile: Profile
    target: timedelta
    rounds: list[Round] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    since: datetime | None = None
    mode: Mode = Mode.RUNS
    reason: str = ""
    cap: timedelta | None = None
    target_from: datetime | None = None
    answered_at: datetime | None = None

    def hear(self, event: ClockEvent) -> None:
        if event.kind is Kind.RETARGETED and event.target is not None:
            self.target, self.target_from = event.target, event.at
        elif self.since is None:
            if event.kind is Kind.STARTED:
                self._enter(Mode.RUNS, event)
        elif self.mode in (Mode.DONE, Mode.CANCELLED):
            if event.kind is Kind.REOPENED:
                self.answered_at = None
                self._enter(Mode.RUNS, event)
        else:
            self._hear_while_open(event)

    def _hear_while_open(self, event: ClockEvent) -> None:
        match event.kind:
            case Kind.PAUSED if self.mode is Mode.RUNS or self._cap_is_used(event.at):
                self._enter(Mode.PAUSED, event)
                self.cap = event.cap if event.cap is not None else self.profile.pause_cap
            case Kind.RESUMED if self.mode is Mode.PAUSED:
                self._enter(Mode.RUNS, event)
            case Kind.ANSWERED if self.profile.repeats:
                self._next_round(event)
            case Kind.ANSWERED | Kind.SATISFIED:
                self.answered_at = event.at
                self._enter(Mode.DONE, event)
            case Kind.CANCELLED:
                self._enter(Mode.CANCELLED, event)
            case _:
                pass

    def _enter(self, mode: Mode, event: ClockEvent) -> None:
        self._close(event.at)
        self.since, self.mode, self.reason, self.cap = event.at, mode, event.reason, None

    def _next_round(self, event: ClockEvent) -> None:
        mode, reason, cap = self._going_on(event.at)
        self.answered_at = event.at
        self._enter(Mode.RUNS, event)
        self.rounds.append(self._round())
        self.phases, self.answered_at, self.target_from = [], None, None
        self.mode, self.reason, self.cap = mode, reason, cap

    def _going_on(self, at: datetime) -> tuple[Mode, str, timedelta | None]:
        """What goes on after an answer at `at`: a pause with the rest of its cap, or running."""
        if self.mode is not Mode.PAUSED or self.since is None or self._cap_is_used(at):
            return Mode.RUNS, "", None
        return Mode.PAUSED, self.reason, None if self.cap is None else self.since + self.cap - at

    def _close(self, at: datetime | None) -> None:
        """Write down the phase that ends at `at`, split where a pause outlives its cap."""
        if self.since is None:
            return
        ends = self.since + self.cap if self.mode is Mode.PAUSED and self.cap is not None else None
        if ends is None or (at is not None and at <= ends):
            self._write(Phase(self.since, at, self.mode, self.reason))
        else:
            self._write(Phase(self.since, ends, Mode.PAUSED, self.reason))
            self._write(Phase(ends, at, Mode.RUNS, "pause-cap-used"))

    def _write(self, phase: Phase) -> None:
        if phase.end is None or phase.end > phase.start:
            self.phases.append(phase)

    def _cap_is_used(self, at: datetime) -> bool:
        return self.since is not None and self.cap is not None and at >= self.since + self.cap

    def _round(self) -> Round:
        start = self.phases[0].start if self.phases else self.since
        assert start is not None  # noqa: S101 - only called after the start
        phases = tuple(self.phases) or (Phase(start, start, Mode.RUNS),)
        return Round(phases, self.target, self.target_from or start, self.answered_at)

    def finish(self) -> list[Round]:
        if self.since is None:
            return []
        self._close(None)
        return [*self.rounds, self._round()]


def rounds(events: Iterable[ClockEvent], profile: Profile) -> list[Round]:
    """The rounds of a log that is in order; none before the start, exactly one unless the clock repeats."""
    scribe = _Scribe(profile, profile.target)
    for event in events:
        scribe.hear(event)
    return scribe.finish()


def clipped(phases: Iterable[Phase], now: datetime) -> Iterator[tuple[Phase, datetime]]:
    """Each phase that has begun, with where it ends as of `now`."""
    for phase in phases:
        end = now if phase.end is None else min(phase.end, now)
        if phase.start < end:
            yield phase, end
