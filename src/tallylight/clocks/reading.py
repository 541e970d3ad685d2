"""Reading a clock: state, due instant, what was used, what is left, and every span with its reason. Pure.

Conventions, beside those of `kernel.business_time`:

- An event on the due instant is in time.
- A pause excludes time, and so do closed hours and the time between an answer and a reopening; all else counts.
- Reopening goes on from what was used; it never begins again.
- An overdue clock that is paused stays overdue, and an answer to it is late.
- While a pause without a cap lasts, there is no due instant; with a cap the due instant assumes the whole pause.
- After a change of target the due instant is where the time used reaches the new target, though never before the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tallylight.clocks.log import ClockEvent, Profile, in_order
from tallylight.clocks.phases import Mode, Phase, Round, clipped, rounds
from tallylight.kernel.business_time import Calendar, after, open_spans, open_time

_NOTHING = timedelta(0)


class State(StrEnum):
    """What a clock says at an instant."""

    NOT_STARTED = "not-started"
    RUNNING = "running"
    PAUSED = "paused"
    OVERDUE = "overdue"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Why(StrEnum):
    """Why a span is counted or excluded."""

    RUNNING = "running"
    PAUSE_CAP_USED = "pause-cap-used"
    CLOSED_HOURS = "closed-hours"
    PAUSED = "paused"
    ANSWERED = "answered"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """A half-open stretch of a clock's life. `reason` is what the event that opened it said, such as `waiting-for-customer`."""

    start: datetime
    end: datetime
    counted: bool
    why: Why
    reason: str = ""

    @property
    def length(self) -> timedelta:
        """Real time from start to end."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class EarlierRound:
    """A round of a repeating clock that an answer ended."""

    started_at: datetime
    due_at: datetime | None
    answered_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock says at `at`. `elapsed` = `counted` + `excluded` = the sum of the spans, to the microsecond.

    `remaining` is the target less what was counted, below zero when overdue. `due_at` is None before the start and during a pause
    without a cap; for an answered clock it is the deadline that it met or missed. A repeating clock reads its present round;
    `earlier` holds those before. `paused` says whether it stands still in a pause, overdue or not.
    """

    profile: str
    at: datetime
    state: State
    target: timedelta
    started_at: datetime | None = None
    due_at: datetime | None = None
    answered_at: datetime | None = None
    elapsed: timedelta = _NOTHING
    counted: timedelta = _NOTHING
    excluded: timedelta = _NOTHING
    spans: tuple[ClockSpan, ...] = ()
    earlier: tuple[EarlierRound, ...] = ()
    paused: bool = False

    @property
    def remaining(self) -> timedelta:
        """What is left of the target."""
        return self.target - self.counted

    @property
    def breached(self) -> bool:
        """Whether this promise was broken, in this round or an earlier one."""
        return self.state in (State.OVERDUE, State.MISSED) or any(each.late for each in self.earlier)


def read(events: Iterable[ClockEvent], profile: Profile, calendar: Calendar, now: datetime) -> Reading:
    """What the clock says at `now`; events after `now` are not known yet. Raises NeverOpen for a calendar closed for good."""
    found = rounds(in_order(event for event in events if event.at <= now), profile)
    if not found:
        return Reading(profile.name, now, State.NOT_STARTED, profile.target)
    this = found[-1]
    spans = tuple(_spans(this.phases, calendar, now))
    counted = sum((span.length for span in spans if span.counted), _NOTHING)
    due_at = _reached(this, calendar, this.target)
    return Reading(
        profile=profile.name,
        at=now,
        state=_state(this, due_at, now),
        target=this.target,
        started_at=this.started_at,
        due_at=due_at,
        answered_at=this.answered_at,
        elapsed=now - this.started_at,
        counted=counted,
        excluded=now - this.started_at - counted,
        spans=spans,
        earlier=tuple(_earlier(each, calendar) for each in found[:-1]),
        paused=_mode_at(this, now) is Mode.PAUSED,
    )


def share_instant(
    profile: Profile, calendar: Calendar, events: Iterable[ClockEvent], share: Decimal
) -> datetime | None:
    """When `share` (0 to 1) of the present round's target will have been used, if nothing else happens.

    None before the start, and while a pause without a cap keeps that instant away. Never before a change of target.
    """
    found = rounds(in_order(events), profile)
    if not found:
        return None
    part = timedelta(microseconds=int(found[-1].target // timedelta(microseconds=1) * share))
    return _reached(found[-1], calendar, part)


def _reached(this: Round, calendar: Calendar, amount: timedelta) -> datetime | None:
    """The instant at which `amount` has been counted, an answer or cancellation at the end of the log put aside."""
    left = amount
    for phase in this.phases:
        last = phase.end is None
        if not (phase.mode is Mode.RUNS or (last and phase.mode is not Mode.PAUSED)):
            continue
        if phase.end is None:
            return max(after(calendar, phase.start, left), this.target_from)
        used = open_time(calendar, phase.start, phase.end)
        if left <= used:
            return max(after(calendar, phase.start, left), this.target_from)
        left -= used
    return None


def _state(this: Round, due_at: datetime | None, now: datetime) -> State:
    last = this.phases[-1]
    if this.answered_at is not None:
        return State.MET if due_at is None or this.answered_at <= due_at else State.MISSED
    if last.mode is Mode.CANCELLED:
        return State.CANCELLED
    if due_at is not None and now > due_at:
        return State.OVERDUE
    return State.PAUSED if _mode_at(this, now) is Mode.PAUSED else State.RUNNING


def _mode_at(this: Round, now: datetime) -> Mode:
    return next(phase.mode for phase in reversed(this.phases) if phase.start <= now)


def _earlier(this: Round, calendar: Calendar) -> EarlierRound:
    assert this.answered_at is not None  # noqa: S101 - an earlier round ended with its answer
    due_at = _reached(Round((*this.phases, _onwards(this)), this.target, this.target_from, None), calendar, this.target)
    return EarlierRound(this.started_at, due_at, this.answered_at, due_at is not None and this.answered_at > due_at)


def _onwards(this: Round) -> Phase:
    """As if the round had gone on after its answer, in the mode it was in."""
    last = this.phases[-1]
    assert last.end is not None  # noqa: S101
    return Phase(last.end, None, last.mode)


def _spans(phases: Iterable[Phase], calendar: Calendar, now: datetime) -> Iterator[ClockSpan]:
    for phase, end in clipped(phases, now):
        if phase.mode is Mode.RUNS:
            yield from _running_spans(phase, end, calendar)
        else:
            yield ClockSpan(phase.start, end, counted=False, why=_WHY_EXCLUDED[phase.mode], reason=phase.reason)


_WHY_EXCLUDED = {Mode.PAUSED: Why.PAUSED, Mode.DONE: Why.ANSWERED, Mode.CANCELLED: Why.CANCELLED}


def _running_spans(phase: Phase, end: datetime, calendar: Calendar) -> Iterator[ClockSpan]:
    why = Why.PAUSE_CAP_USED if phase.reason == Why.PAUSE_CAP_USED else Why.RUNNING
    at = phase.start
    for span in open_spans(calendar, phase.start, end):
        if at < span.start:
            yield ClockSpan(at, span.start, counted=False, why=Why.CLOSED_HOURS)
        yield ClockSpan(span.start, span.end, counted=True, why=why)
        at = span.end
    if at < end:
        yield ClockSpan(at, end, counted=False, why=Why.CLOSED_HOURS)
