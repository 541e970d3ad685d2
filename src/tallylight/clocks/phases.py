"""From an event log to phases: stretches in which a clock waits, runs, is paused, or stands still. Pure.

What changes nothing is ignored: events before the start, a second start, a pause while paused, a resumption while running. A new
target that is set after the answer holds only if the clock is reopened: what was met or missed stays so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from tallylight.clocks.log import ClockEvent, Kind, Profile, Target
from tallylight.kernel.business_time import Calendar

#: The reason of a phase that runs because its pause had reached its limit.
CAP_USED = "pause-cap-used"


class Mode(StrEnum):
    """What a clock does in a phase."""

    WAITING = "waiting"
    RUNS = "runs"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Phase:
    """From `start` (inside) to `end` (outside); `end` is None in the last phase of a log.

    `calendar` holds from a change of hours on; None is the one the clock is read with.
    """

    start: datetime
    end: datetime | None
    mode: Mode
    reason: str = ""
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """What was promised from `since` until the next spell."""

    target: Target
    since: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """One life of a clock: from its start, or from the answer before, to the answer that ended it.

    `answered_at` is None while it runs. `spells` are what was promised, one after the other, never empty. `extensions` are all
    that were told, in time or not. `waited`: it ended before what the start
    waits for had happened.
    """

    phases: tuple[Phase, ...]
    spells: tuple[Spell, ...]
    answered_at: datetime | None
    extensions: tuple[ClockEvent, ...] = ()
    waited: bool = False

    @property
    def started_at(self) -> datetime:
        return self.phases[0].start


@dataclass
class _Scribe:
    """Writes phases down while the log is read."""

    profile: Profile
    rounds: list[Round] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    spells: list[Spell] = field(default_factory=list)
    extensions: list[ClockEvent] = field(default_factory=list)
    calendar: Calendar | None = None
    next_target: Target | None = None
    next_calendar: Calendar | None = None
    since: datetime | None = None
    mode: Mode = Mode.RUNS
    reason: str = ""
    cap: timedelta | None = None
    qualified: bool = False
    waited: bool = False
    answered_at: datetime | None = None

    def hear(self, event: ClockEvent) -> None:
        if self.since is None:
            self._hear_before_the_start(event)
        elif self.mode in (Mode.DONE, Mode.CANCELLED):
            self._hear_after_the_end(event)
        elif self.mode is Mode.WAITING:
            self._hear_while_waiting(event)
        else:
            self._hear_while_open(event)

    def _hear_before_the_start(self, event: ClockEvent) -> None:
        match event.kind:
            case Kind.STARTED:
                self.spells.append(Spell(self.profile.target, event.at))
                self._take_up(event.at)
                self._begin(event.at)
            case Kind.QUALIFIED:
                self.qualified = True
            case Kind.RETARGETED:
                self._remember(event)
            case _:
                pass

    def _hear_while_waiting(self, event: ClockEvent) -> None:
        match event.kind:
            case Kind.QUALIFIED:
                self.qualified = True
                self._begin(event.at)
            case Kind.ANSWERED | Kind.SATISFIED | Kind.CANCELLED | Kind.RETARGETED | Kind.EXTENDED:
                self._hear_while_open(event)
            case _:
                pass

    def _hear_while_open(self, event: ClockEvent) -> None:
        match event.kind:
            case Kind.PAUSED if self.mode is Mode.RUNS or self._cap_is_used(event.at):
                self._enter(Mode.PAUSED, event.at, event.reason)
                self.cap = event.cap if event.cap is not None else self.profile.pause_cap
            case Kind.RESUMED if self.mode is Mode.PAUSED:
                self._enter(Mode.RUNS, event.at, event.reason)
            case Kind.ANSWERED if self.profile.repeats:
                self._next_round(event.at)
            case Kind.ANSWERED | Kind.SATISFIED:
                self.answered_at = event.at
                self._enter(Mode.DONE, event.at, event.reason)
            case Kind.CANCELLED:
                self._enter(Mode.CANCELLED, event.at, event.reason)
            case Kind.RETARGETED:
                self._retarget(event)
            case Kind.EXTENDED:
                self.extensions.append(event)
            case _:
                pass

    def _hear_after_the_end(self, event: ClockEvent) -> None:
        match event.kind:
            case Kind.QUALIFIED:
                self.qualified = True
            case Kind.RETARGETED:
                self._remember(event)
            case Kind.REOPENED:
                self.answered_at = None
                self._begin(event.at)
                self._take_up(event.at)
            case _:
                pass

    def _begin(self, at: datetime) -> None:
        if self.profile.starts_after and not self.qualified:
            self._enter(Mode.WAITING, at, self.profile.starts_after)
        else:
            self._enter(Mode.RUNS, at)

    def _remember(self, event: ClockEvent) -> None:
        """Keep a change for when the clock starts, or goes on."""
        self.next_target = self.next_target if event.target is None else event.target
        self.next_calendar = event.calendar or self.next_calendar

    def _take_up(self, at: datetime) -> None:
        """Let what was remembered hold from here on."""
        if self.next_target is not None:
            self._promise(self.next_target, at)
        self.calendar = self.next_calendar or self.calendar
        self.next_target = self.next_calendar = None

    def _retarget(self, event: ClockEvent) -> None:
        if event.calendar is not None and event.calendar != self.calendar:
            self._go_on(event.at)
            self.calendar = event.calendar
        if event.target is not None:
            self._promise(event.target, event.at)

    def _promise(self, target: Target, since: datetime) -> None:
        if self.spells[-1].since == since:
            self.spells.pop()  # it never held
        self.spells.append(Spell(target, since))

    def _enter(self, mode: Mode, at: datetime, reason: str = "") -> None:
        self._close(at)
        self.waited = self.mode is Mode.WAITING
        self.since, self.mode, self.reason, self.cap = at, mode, reason, None

    def _go_on(self, at: datetime) -> None:
        """End the phase at `at` and go on with what it was: a pause with the rest of its cap, or running."""
        mode, reason, cap = self.mode, self.reason, self.cap
        if self._cap_is_used(at):
            mode, reason, cap = Mode.RUNS, CAP_USED, None
        elif cap is not None and self.since is not None:
            cap = self.since + cap - at
        self._enter(mode, at, reason)
        self.cap = cap

    def _next_round(self, at: datetime) -> None:
        self.answered_at = at
        self._go_on(at)
        self.rounds.append(self._round())
        self.phases, self.extensions, self.answered_at = [], [], None
        self.spells = [Spell(self.spells[-1].target, at)]

    def _close(self, at: datetime | None) -> None:
        """Write down the phase that ends at `at`, split where a pause outlives its cap."""
        if self.since is None:
            return
        ends = self.since + self.cap if self.mode is Mode.PAUSED and self.cap is not None else None
        if ends is None or (at is not None and at <= ends):
            self._write(self.since, at, self.mode, self.reason)
        else:
            self._write(self.since, ends, Mode.PAUSED, self.reason)
            self._write(ends, at, Mode.RUNS, CAP_USED)

    def _write(self, start: datetime, end: datetime | None, mode: Mode, reason: str) -> None:
        """What took no time is left out, but for the beginning: a clock that ended or paused as it began has begun."""
        begins = mode is Mode.RUNS and all(each.mode is not Mode.RUNS for each in self.phases)
        if end is None or end > start or begins:
            self.phases.append(Phase(start, end, mode, reason, self.calendar))

    def _cap_is_used(self, at: datetime) -> bool:
        return self.since is not None and self.cap is not None and at >= self.since + self.cap

    def _round(self) -> Round:
        start = self.spells[0].since
        phases = tuple(self.phases) or (Phase(start, start, Mode.RUNS, calendar=self.calendar),)
        return Round(phases, tuple(self.spells), self.answered_at, tuple(self.extensions), self.waited)

    def finish(self) -> list[Round]:
        if self.since is None:
            return []
        self._close(None)
        return [*self.rounds, self._round()]


def rounds(events: Iterable[ClockEvent], profile: Profile) -> list[Round]:
    """The rounds of a log that is in order; none before the start, exactly one unless the clock repeats."""
    scribe = _Scribe(profile)
    for event in events:
        scribe.hear(event)
    return scribe.finish()


def while_open(events: Iterable[ClockEvent], profile: Profile) -> Iterator[ClockEvent]:
    """A log in order with every change of target where it takes effect: one after the end stands at the reopening, if any."""
    scribe, waiting = _Scribe(profile), None
    for event in events:
        scribe.hear(event)
        if event.kind is Kind.RETARGETED and scribe.mode in (Mode.DONE, Mode.CANCELLED):
            waiting = event if event.target is not None else waiting
            continue
        yield event
        if event.kind is Kind.REOPENED and waiting is not None:
            yield replace(waiting, at=event.at)
            waiting = None


def clipped(phases: Iterable[Phase], now: datetime) -> Iterator[tuple[Phase, datetime]]:
    """Each phase that has begun, with where it ends as of `now`."""
    for phase in phases:
        end = now if phase.end is None else min(phase.end, now)
        if phase.start < end:
            yield phase, end


def put_aside(this: Round) -> tuple[Phase, ...]:
    """The phases of a round as if its answer, or its being called off, had not ended it."""
    last = this.phases[-1]
    if last.end is not None:  # an earlier round: it goes on in the mode it was in
        return (*this.phases, Phase(last.end, None, last.mode, last.reason, last.calendar))
    if last.mode in (Mode.DONE, Mode.CANCELLED):
        mode = Mode.WAITING if this.waited else Mode.RUNS
        return (*this.phases[:-1], Phase(last.start, None, mode, last.reason, last.calendar))
    return this.phases


def resumed(phases: tuple[Phase, ...], now: datetime) -> tuple[Phase, ...]:
    """The phases as if a clock that waits or is paused went on at `now`."""
    last = phases[-1]
    if last.mode not in (Mode.WAITING, Mode.PAUSED):
        return phases
    before = (replace(last, end=now),) if last.start < now else ()
    return (*phases[:-1], *before, Phase(now, None, Mode.RUNS, calendar=last.calendar))
