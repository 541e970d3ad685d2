"""Business time: when somebody is at work, in real seconds, through daylight-saving changes and holidays.

Conventions:

- Spans are half-open: the opening instant is inside, the closing instant is not.
- A duration that is used up exactly at a closing edge ends at the closing, not at the next opening.
- Seconds are real seconds: a Sunday of 25 hours counts 25.
- A wall time that happens twice opens at its first and closes at its last occurrence; a wall time that a zone skips is the
  instant of the skip.
- What a calendar says of one date (`special`) stands above its closed days, and those stand above the hours of the week.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

#: How far ahead a duration is looked for before a calendar is called closed for good.
HORIZON = timedelta(days=366 * 5)

_DAY = timedelta(days=1)
_NOTHING = timedelta(0)


class NeverOpen(ValueError):
    """A calendar has no opening hours within the horizon, so a duration would never be used up."""


@dataclass(frozen=True, slots=True)
class Hours:
    """One interval of a day, in minutes since local midnight; `closes` may be 1440, the end of the day."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= 1440:
            raise ValueError("hours open before they close, within one day")

    @classmethod
    def read(cls, text: str) -> Hours:
        """`"09:00-18:00"`, up to `24:00`. Raises ValueError for any other form."""
        if not re.fullmatch(r"\d\d:[0-5]\d-\d\d:[0-5]\d", text, re.ASCII):
            raise ValueError(f"hours are written as 09:00-18:00, not as {text!r}")
        return cls(*(int(edge[:2]) * 60 + int(edge[3:]) for edge in text.split("-")))

    def __str__(self) -> str:
        return "{:02}:{:02}-{:02}:{:02}".format(*divmod(self.opens, 60), *divmod(self.closes, 60))


#: From midnight to midnight.
WHOLE_DAY = (Hours(0, 1440),)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When time counts. `week` holds each weekday's hours, Monday first; None counts around the clock.

    `closed` are whole local days on which nobody works, such as public holidays. `special` gives single dates hours of their
    own, whatever the week or `closed` say: a half day, an open Sunday, or none at all. `zone` is an IANA name. The hours of a
    day lie in order and apart; ValueError otherwise.
    """

    name: str
    zone: str = "UTC"
    week: tuple[tuple[Hours, ...], ...] | None = None
    closed: frozenset[date] = frozenset()
    special: frozenset[tuple[date, tuple[Hours, ...]]] = frozenset()
    _special: dict[date, tuple[Hours, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.week is not None and len(self.week) != 7:
            raise ValueError("a week has seven days")
        object.__setattr__(self, "_special", dict(self.special))
        if len(self._special) < len(self.special):
            raise ValueError("a date has its special hours once")
        for hours in (*(self.week or ()), *self._special.values()):
            if any(one.closes > other.opens for one, other in pairwise(hours)):
                raise ValueError("the hours of a day lie in order and apart")

    @property
    def always(self) -> bool:
        """Whether every instant counts."""
        return self.week is None and not self.closed and not self.special

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """The hours of a local day."""
        if day in self._special:
            return self._special[day]
        if day in self.closed:
            return ()
        return WHOLE_DAY if self.week is None else self.week[day.weekday()]

    def works_on(self, day: date) -> bool:
        """Whether a local day has any hours: whether it is a business day."""
        return bool(self.hours_on(day))


#: Every second of every day.
AROUND_THE_CLOCK = Calendar(name="24x7")


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time in UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """Real time from start to end."""
        return self.end - self.start


def open_spans(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    """The open stretches between two instants, in order, touching ones joined."""
    pending: Span | None = None
    for span in _clipped(calendar, start.astimezone(UTC), end.astimezone(UTC)):
        if pending is None or span.start > pending.end:
            if pending is not None:
                yield pending
            pending = span
        else:
            pending = Span(pending.start, max(pending.end, span.end))
    if pending is not None:
        yield pending


def open_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much open time lies between two instants."""
    if calendar.always:
        return max(end.astimezone(UTC) - start.astimezone(UTC), _NOTHING)
    return sum((span.length for span in open_spans(calendar, start, end)), _NOTHING)


def after(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """The first instant at which `duration` of open time has passed since `start`, in UTC. Raises NeverOpen."""
    start = start.astimezone(UTC)
    if calendar.always or duration <= _NOTHING:
        return start + max(duration, _NOTHING)
    left = duration
    for span in open_spans(calendar, start, start + HORIZON + duration):
        if left <= span.length:
            return span.start + left
        left -= span.length
    raise NeverOpen(f"calendar {calendar.name} is closed for good after {start.isoformat()}")


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether `at` is inside opening hours."""
    return any(open_spans(calendar, at, at + timedelta(microseconds=1)))


def local_midnight(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC."""
    return _instant(day, 0, ZoneInfo(zone), last=False)


def local_day(at: datetime, zone: str) -> date:
    """The local day on which an instant lies."""
    return at.astimezone(ZoneInfo(zone)).date()


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _clipped(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    if calendar.always:
        if start < end:
            yield Span(start, end)
        return
    zone = ZoneInfo(calendar.zone)
    day, until = start.astimezone(zone).date() - _DAY, end.astimezone(zone).date()
    while day <= until:
        for hours in calendar.hours_on(day):
            opens = max(_instant(day, hours.opens, zone, last=False), start)
            closes = min(_instant(day, hours.closes, zone, last=True), end)
            if opens < closes:
                yield Span(opens, closes)
        day += _DAY


def _instant(day: date, minute: int, zone: ZoneInfo, *, last: bool) -> datetime:
    if minute == 1440:
        day, minute = day + _DAY, 0
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first > second:
        return _skip_between(second, first, zone)
    return second if last else first


def _skip_between(before: datetime, behind: datetime, zone: ZoneInfo) -> datetime:
    """The instant between the two at which the zone's offset changes."""
    old = before.astimezone(zone).utcoffset()
    low, high = 0, int((behind - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        same = (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old
        low, high = (middle, high) if same else (low, middle)
    return before + timedelta(seconds=high)
