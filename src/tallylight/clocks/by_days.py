"""Counting whole local days and calendar months. Pure.

After Regulation (EEC, Euratom) 1182/71, Article 3, which most laws follow:

- Days are those of the calendar's zone. What happens on a day takes effect at its end: the day of an event does not count (3(1)),
  unless the profile says that the day of receipt does.
- A term ends with the last instant of its last day: at the next local midnight (3(2)(b)).
- A term of months ends on the date with the number of the day it runs from, or on the month's last day (3(2)(c)).
- Where the profile rolls forward, a term whose last day is closed ends with the next open day (3(4)).
- A pause moves the end by the days it takes: those after the day it began on, up to the day it ended on; from the day it began on
  where the profile says that the day of a pause does not count (as in the UK GDPR, Art. 12A).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tallylight.clocks.log import DayRules, Term, Unit
from tallylight.clocks.phases import CAP_USED, Mode, Phase
from tallylight.clocks.spans import STANDS_STILL, ClockSpan, Why, joined
from tallylight.kernel.business_time import (
    HORIZON,
    Calendar,
    NeverOpen,
    add_months,
    local_day,
    local_midnight,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Count:
    """How the days of a promise are counted: `rules` of its profile in the days of `calendar`."""

    term: Term
    since: datetime
    rules: DayRules
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class _Day:
    """A local day from midnight to midnight: `number` is its place in the term, None if it has none, and then `why` says why."""

    start: datetime
    end: datetime
    number: int | None
    why: Why


def reached(phases: tuple[Phase, ...], count: Count) -> datetime | None:
    """The end of the last day of the term; None while the clock waits, or while a pause without a cap keeps it away.

    Raises NeverOpen for a calendar that has no such day within its horizon.
    """
    last = _length(phases, count)
    if last is None:
        return None
    standing = phases[-1].start if phases[-1].mode in (Mode.WAITING, Mode.PAUSED) else None
    for day in _days(phases, count):
        if day.number == last:
            return day.end
        if standing is not None and day.start > standing:
            return None
        if day.start > phases[-1].start + HORIZON + last * _DAY:
            raise NeverOpen(f"calendar {count.calendar.name} is closed for good after {phases[-1].start.isoformat()}")
    raise AssertionError("days never end")


def spans(phases: tuple[Phase, ...], count: Count, now: datetime) -> Iterator[ClockSpan]:
    """Every span up to `now`; neighbouring days of the same kind are one."""
    return joined(_pieces(phases, count, now))


def _pieces(phases: tuple[Phase, ...], count: Count, now: datetime) -> Iterator[ClockSpan]:
    parts = iter(phases)
    phase = next(parts)
    for day in _days(phases, count):
        at = max(day.start, phase.start)
        while at < (end := min(day.end, now)):
            if phase.end is not None and at >= phase.end:
                phase = next(parts)
                continue
            until = end if phase.end is None else min(end, phase.end)
            yield _piece(day, phase, at, until)
            at = until
        if day.end >= now:
            return


def _piece(day: _Day, phase: Phase, start: datetime, end: datetime) -> ClockSpan:
    stands = STANDS_STILL.get(phase.mode)
    if stands is not None and not (phase.mode is Mode.PAUSED and day.number is not None):  # that day counts whole
        return ClockSpan(start, end, counted=False, why=stands, reason=phase.reason)
    ran_on = Why.PAUSE_CAP_USED if phase.reason == CAP_USED else Why.RUNNING
    if day.number is not None or day.why is Why.RUNNING:
        return ClockSpan(start, end, counted=True, why=ran_on)
    return ClockSpan(start, end, counted=False, why=day.why)


def _length(phases: tuple[Phase, ...], count: Count) -> int | None:
    """How many days the term has; None while it is not known from which day on it runs."""
    if count.term.unit is not Unit.MONTHS:
        return count.term.count
    first = next((phase.start for phase in phases if phase.mode is Mode.RUNS), None)
    if first is None:
        return None
    anchor = local_day(first, count.calendar.zone)
    return (add_months(anchor, count.term.count) - anchor).days


def _days(phases: tuple[Phase, ...], count: Count) -> Iterator[_Day]:
    """Every local day from the start on, without end."""
    zone, last = count.calendar.zone, _length(phases, count)
    day, number = local_day(phases[0].start, zone), 0
    changed = local_day(count.since, zone)
    start = local_midnight(day, zone)
    while True:
        end = local_midnight(day + _DAY, zone)
        if start == end:  # a day that the zone skips, as Samoa did
            day += _DAY
            continue
        why = _why_not(phases, count, day, start, end)
        if why is None and count.rules.rolls_forward and number + 1 == last and day >= changed:
            why = None if count.calendar.works_on(day) else Why.ROLLED_FORWARD
        if why is None:
            number += 1
        yield _Day(start, end, number if why is None else None, why or Why.RUNNING)
        day, start = day + _DAY, end


def _why_not(phases: tuple[Phase, ...], count: Count, day: date, start: datetime, end: datetime) -> Why | None:
    """Why a day has no place in the term, by how it begins; None if it has one."""
    mode = _mode_before(phases, start)
    if mode in (None, Mode.WAITING):
        begins = any(phase.mode is Mode.RUNS and start <= phase.start < end for phase in phases)
        if not (begins and count.rules.receipt_day_counts):
            return Why.START_DAY
    elif mode is not Mode.RUNS:
        return Why.RESUMED_DAY
    pauses = any(phase.mode is Mode.PAUSED and start <= phase.start < end for phase in phases)
    if pauses and not count.rules.pause_day_counts:
        return Why.RUNNING  # the hours before the pause ran, but the day has no place
    if count.term.unit is Unit.BUSINESS_DAYS and not count.calendar.works_on(day):
        return Why.CLOSED_DAY
    return None


def _mode_before(phases: tuple[Phase, ...], at: datetime) -> Mode | None:
    """What the clock did until `at`: an event at the first instant of a day belongs to that day."""
    return next((phase.mode for phase in reversed(phases) if phase.start < at), None)
