"""What a ticket's clocks say under what it was promised, and what a change of level or contract does to them. Pure.

The same rules read a ticket as it stands and as it would have stood under another contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from tallylight.clocks import api as clocks
from tallylight.clocks.api import Calendar, ClockEvent, Kind, Profile, Reading
from tallylight.contracts.api import Answer, Level, Segment, SupportLevel
from tallylight.support.states import Promise

MICROSECOND = timedelta(microseconds=1)
#: Each clock's events, in order.
Log = Mapping[Promise, list[ClockEvent]]


@dataclass(frozen=True, slots=True)
class Stood:
    """From `at` on a ticket had this promise."""

    at: datetime
    support: SupportLevel


@dataclass(frozen=True, slots=True)
class Done:
    """When a person took the case, and when the staff wrote to the customer, in order."""

    taken_at: datetime | None
    wrote_at: tuple[datetime, ...] = ()


def target_of(support: SupportLevel, promise: Promise) -> timedelta | None:
    """What a level promises, None for nothing."""
    return {
        Promise.RESPONSE: support.response,
        Promise.UPDATE: support.update,
        Promise.MITIGATION: support.mitigation,
        Promise.RESOLUTION: support.resolution,
    }[promise]


def profile_of(promise: Promise, target: timedelta) -> Profile:
    """How a promise is timed."""
    return {
        Promise.RESPONSE: clocks.response,
        Promise.UPDATE: clocks.update,
        Promise.MITIGATION: clocks.mitigation,
        Promise.RESOLUTION: clocks.resolution,
    }[promise](target)


def stood(segments: Sequence[Segment], levels: Sequence[tuple[datetime, Level]]) -> tuple[Stood, ...]:
    """What a ticket was promised, one after the other: it follows its level, and the contract as it is amended.

    Both begin at the opening or before. While no contract is in force, the last one goes on for what was open under it.
    """
    found: list[Stood] = []
    opened_at = levels[0][0]
    for at in sorted({max(each.start, opened_at) for each in segments} | {at for at, _ in levels}):
        agreement = [each.agreement for each in segments if each.start <= at][-1]
        support = agreement.support_at([level for since, level in levels if since <= at][-1])
        if not found or support != found[-1].support:
            found.append(Stood(at, support))
    return tuple(found)


def heard(log: Log, answer: Answer, done: Done) -> Log:
    """The log with the response where the contract sees it: when the case was taken, or when a person also wrote."""
    if answer is Answer.TAKEN or done.taken_at is None:
        return log
    response = [_answer(event, done) for event in log.get(Promise.RESPONSE, [])]
    in_time = sorted((event for event in response if event is not None), key=lambda event: event.at)
    return {**log, Promise.RESPONSE: in_time}


def _answer(event: ClockEvent, done: Done) -> ClockEvent | None:
    """The taking of the case as the writing that followed it, None without one; any other event as it is."""
    if event.kind is not Kind.SATISFIED or event.at != done.taken_at or not event.reason:
        return event
    wrote = next((at for at in done.wrote_at if at >= event.at), None)
    return None if wrote is None else replace(event, at=wrote)


def readings_under(happened: Log, done: Done, stood: Sequence[Stood], *, now: datetime) -> dict[Promise, Reading]:
    """What each clock says at `now` of a ticket that had these promises, one after the other.

    `happened` holds what was done, without what followed from a change of promise; `stood` begins with the opening. The time used
    is kept through every change, of level, contract or hours; a promise that was broken by then stays broken.
    """
    return {
        clock.promise: clocks.read(clock.events, clock.profile, clock.calendar, now)
        for clock in clocks_of(happened, done, stood)
    }


def share_instant(happened: Log, done: Done, stood: Sequence[Stood], share: Decimal) -> datetime | None:
    """When `share` of the response clock will have been used; None while a pause keeps that away."""
    response = next(each for each in clocks_of(happened, done, stood) if each.promise is Promise.RESPONSE)
    return clocks.share_instant(response.profile, response.calendar, response.events, share)


def counted_instant(
    happened: Log, done: Done, stood: Sequence[Stood], promise: Promise, used: timedelta
) -> datetime | None:
    """When the clock of a promise will have counted `used`, which may be more than its target; None while a pause keeps that
    away, and for a promise that was not made."""
    clock = next((each for each in clocks_of(happened, done, stood) if each.promise is promise), None)
    target = target_of(stood[-1].support, promise)
    if clock is None or target is None:
        return None
    share = Decimal(used // MICROSECOND) / Decimal(target // MICROSECOND)
    return clocks.share_instant(clock.profile, clock.calendar, clock.events, share)


@dataclass(frozen=True, slots=True)
class TicketClock:
    """One promise of a ticket, ready to be read."""

    promise: Promise
    profile: Profile
    calendar: Calendar
    events: list[ClockEvent]


def clocks_of(happened: Log, done: Done, stood: Sequence[Stood]) -> Iterator[TicketClock]:
    """The clock of every promise that was made."""
    allowed = {promise: list(_allowed(events, stood)) for promise, events in happened.items()}
    log = heard(allowed, stood[-1].support.answer, done)
    for promise in Promise:
        made = [each for each in stood if target_of(each.support, promise) is not None]
        if not made:
            continue
        target = target_of(made[0].support, promise)
        assert target is not None  # noqa: S101 - it was made
        heard_of = list(map(partial(_not_before, made[0].at), log.get(promise, [])))
        events = [*heard_of, *_loosened(promise, heard_of, stood), *_changes(promise, made, stood, heard_of)]
        yield TicketClock(promise, profile_of(promise, target), made[0].support.calendar, events)


def _not_before(at: datetime, event: ClockEvent) -> ClockEvent:
    """A promise that is made later than the opening starts when it is made."""
    return replace(event, at=max(event.at, at)) if event.kind is Kind.STARTED else event


def _changes(
    promise: Promise, made: Sequence[Stood], stood: Sequence[Stood], events: Sequence[ClockEvent]
) -> Iterator[ClockEvent]:
    for each in stood:
        target = target_of(each.support, promise)
        if each.at > made[0].at:
            kind = Kind.RETARGETED if target is not None else Kind.CANCELLED
            tight = _tightest(promise, events, each.at)
            target = min(target, tight) if target is not None and tight is not None else target
            yield ClockEvent(kind, each.at, "promise-changed", target=target, calendar=each.support.calendar)


def _tightest(promise: Promise, events: Sequence[ClockEvent], at: datetime) -> timedelta | None:
    """What a merging promised beyond the contract, as it holds at `at`: for good, or for one round of news."""
    targets: list[timedelta] = []
    for each in events:
        if each.at <= at and promise is Promise.UPDATE and each.kind is Kind.ANSWERED:
            targets.clear()
        if each.at <= at and each.kind is Kind.RETARGETED and isinstance(each.target, timedelta):
            targets.append(each.target)
    return min(targets, default=None)


def _loosened(promise: Promise, events: Sequence[ClockEvent], stood: Sequence[Stood]) -> Iterator[ClockEvent]:
    """News that were promised earlier by a merging are promised as the contract says again once they were told."""
    if promise is not Promise.UPDATE:
        return
    tight = False
    for event in events:
        if tight and event.kind is Kind.ANSWERED:
            support = [each.support for each in stood if each.at <= event.at][-1]
            yield ClockEvent(
                Kind.RETARGETED, event.at, "promise-changed", target=support.update, calendar=support.calendar
            )
        tight = event.kind is Kind.RETARGETED or (tight and event.kind is not Kind.ANSWERED)


def _allowed(events: Sequence[ClockEvent], stood: Sequence[Stood]) -> Iterator[ClockEvent]:
    """The events with pauses as the level of the time allows them: for its reasons only, each as long as it says at most."""
    for event in events:
        if event.kind is not Kind.PAUSED:
            yield event
            continue
        support = next((each.support for each in reversed(stood) if each.at <= event.at), stood[0].support)
        most = next((pause.most for pause in support.pauses if pause.reason == event.reason), None)
        if most is not None:
            yield replace(event, cap=most)
