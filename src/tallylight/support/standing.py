"""What a ticket's clocks say under a support level, and what a change of level does to them. Pure.

The same rules read a ticket as it stands and as it would have stood under another contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from tallylight.clocks import api as clocks
from tallylight.clocks.api import ClockEvent, Kind, Profile, Reading
from tallylight.contracts.api import Answer, SupportLevel
from tallylight.support.states import Promise

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


def profiles(support: SupportLevel) -> dict[Promise, Profile]:
    """How each promise of a level is timed."""
    return {
        Promise.RESPONSE: clocks.response(support.response),
        Promise.UPDATE: clocks.update(support.update),
        Promise.RESOLUTION: clocks.resolution(support.resolution),
    }


def readings(log: Log, support: SupportLevel, *, now: datetime) -> dict[Promise, Reading]:
    """What each clock says at `now`."""
    return {
        promise: clocks.read(log.get(promise, []), profile, support.calendar, now)
        for promise, profile in profiles(support).items()
    }


def raised(
    log: Log, before: SupportLevel | None, support: SupportLevel, *, at: datetime, reason: str
) -> dict[Promise, ClockEvent]:
    """What each clock that still owes something hears when a graver level holds from `at` on.

    The time used is kept where both levels count by the same hours; where the hours differ, the clock begins anew.
    """
    same_hours = before is not None and before.calendar == support.calendar
    kind = Kind.RETARGETED if same_hours else Kind.STARTED
    return {
        promise: ClockEvent(kind, at, reason=reason, target=profile.target if same_hours else None)
        for promise, profile in _owed(log, support, at).items()
    }


def _owed(log: Log, support: SupportLevel, at: datetime) -> dict[Promise, Profile]:
    found = readings(log, support, now=at)
    return {promise: profile for promise, profile in profiles(support).items() if found[promise].answered_at is None}


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
    """What each clock would say at `now` had the ticket had these promises, one after the other, while the same was done.

    `happened` holds what was done, without what followed from a change of level; `stood` begins with the opening.
    """
    first, last = stood[0].support, stood[-1].support
    allowed = {promise: _within(events, first) for promise, events in happened.items()}
    log = dict(heard(allowed, last.answer, done))
    for before, after in pairwise(stood):
        known = {promise: [event for event in events if event.at <= after.at] for promise, events in log.items()}
        for promise, event in raised(known, before.support, after.support, at=after.at, reason="level raised").items():
            later = log[promise][len(known[promise]) :]
            log[promise] = [event, *later] if event.kind is Kind.STARTED else [*known[promise], event, *later]
    return readings(log, last, now=now)


def _within(events: Sequence[ClockEvent], support: SupportLevel) -> list[ClockEvent]:
    """The events with pauses as the level allows them: for its reasons only, each for as long as it says at most."""
    most = {pause.reason: pause.most for pause in support.pauses}
    heard = [event for event in events if event.kind is not Kind.PAUSED or event.reason in most]
    return [replace(event, cap=most[event.reason]) if event.kind is Kind.PAUSED else event for event in heard]
