"""Slow and obvious clocks to hold the engine against: one looks once a second, one crosses off the days of a wall calendar.

They share no code with the engine: they know wall time by `zoneinfo`, and the log by what a person would do on each event.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tallylight.clocks.api import Calendar, ClockEvent, Kind, Profile, Term, Unit

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def open_at(calendar: Calendar, now: datetime) -> bool:
    """Whether the clock on the wall shows an open minute. Not for hours that begin or end in an hour that happens twice."""
    wall = now.astimezone(ZoneInfo(calendar.zone))
    minute = wall.hour * 60 + wall.minute
    return any(hours.opens <= minute < hours.closes for hours in calendar.hours_on(wall.date()))


@dataclass
class Desk:
    """What somebody who hears the events of a clock keeps in mind."""

    profile: Profile
    calendar: Calendar
    target: object = None
    started: bool = False
    waits: bool = False
    qualified: bool = False
    over: bool = False
    paused: bool = False
    pause_ends: datetime | None = None
    later: list[ClockEvent] = field(default_factory=list)
    used: timedelta = timedelta(0)
    round: int = 0

    def __post_init__(self) -> None:
        self.target = self.profile.target

    @property
    def runs(self) -> bool:
        return self.started and not (self.waits or self.over or self.paused)

    def look(self, now: datetime) -> None:
        """A pause that has reached its cap is over."""
        if self.paused and self.pause_ends is not None and now >= self.pause_ends:
            self.paused = False

    def hear(self, event: ClockEvent) -> None:
        match event.kind:
            case Kind.QUALIFIED:
                self.qualified, self.waits = True, self.waits and self.over
            case Kind.STARTED if not self.started:
                self.started, self.waits = True, bool(self.profile.starts_after) and not self.qualified
                self.take_up()
            case Kind.RETARGETED if self.over or not self.started:
                self.later.append(event)
            case Kind.RETARGETED:
                self.change(event)
            case Kind.REOPENED if self.over:
                self.over = self.paused = False
                self.waits = self.waits and not self.qualified
                self.take_up()
            case Kind.PAUSED if self.runs:
                cap = event.cap or self.profile.pause_cap
                self.paused, self.pause_ends = True, event.at + cap if cap else None
            case Kind.RESUMED if self.started and not self.over:
                self.paused = False
            case Kind.ANSWERED if self.started and not self.over and self.profile.repeats:
                self.used, self.round = timedelta(0), self.round + 1
            case Kind.ANSWERED | Kind.SATISFIED | Kind.CANCELLED if self.started and not self.over:
                self.over, self.paused = True, False
            case _:
                pass

    def take_up(self) -> None:
        for event in self.later:
            self.change(event)
        self.later = []

    def change(self, event: ClockEvent) -> None:
        self.target = self.target if event.target is None else event.target
        self.calendar = event.calendar or self.calendar


def walked(log: list[ClockEvent], profile: Profile, calendar: Calendar, start: datetime, until: datetime) -> Desk:
    """The desk at `until`, having looked once a second since `start`. Events are at whole seconds."""
    desk, due, now = Desk(profile, calendar), sorted(log, key=lambda event: event.at), start
    while True:
        desk.look(now)
        while due and due[0].at <= now:
            desk.hear(due.pop(0))
        if now >= until:
            return desk
        if desk.runs and open_at(desk.calendar, now):
            desk.used += SECOND
        now += SECOND


def last_day(log: list[ClockEvent], profile: Profile, calendar: Calendar, horizon: int = 200) -> date | None:
    """The last day of a term, by crossing off days: what a day begins with says whether it counts."""
    assert isinstance(profile.target, Term)
    zone, left, first_run = ZoneInfo(calendar.zone), None, None
    for day in _dates(min(event.at for event in log).astimezone(zone).date(), horizon):
        before, after = Desk(profile, calendar), Desk(profile, calendar)
        midnight = datetime.combine(day, datetime.min.time(), tzinfo=zone).astimezone(UTC)
        tomorrow = datetime.combine(day + DAY, datetime.min.time(), tzinfo=zone).astimezone(UTC)
        pauses_today = False
        for event in sorted(log, key=lambda each: each.at):
            if event.at < midnight:
                before.look(event.at)
                before.hear(event)
            if event.at < tomorrow:
                after.look(event.at)
                was = after.paused
                after.hear(event)
                pauses_today |= event.at >= midnight and after.paused and not was
        before.look(midnight - timedelta(microseconds=1))
        began = (before.started and not before.waits) or first_run is not None
        if first_run is None and after.started and not after.waits:
            first_run = day
            left = _length(profile.target, day)
        stopped = before.over and _ever_reopened(log, midnight)
        on_duty = not before.paused and not stopped if began else profile.days.receipt_day_counts and first_run == day
        if not on_duty or left is None or (pauses_today and not profile.days.pause_day_counts):
            continue
        if profile.target.unit is Unit.BUSINESS_DAYS and not calendar.hours_on(day):
            continue
        if left == 1 and profile.days.rolls_forward and not calendar.hours_on(day):
            continue
        left -= 1
        if not left:
            return day
    return None


def _ever_reopened(log: list[ClockEvent], after: datetime) -> bool:
    return any(event.kind is Kind.REOPENED and event.at >= after for event in log)


def _length(term: Term, first: date) -> int:
    if term.unit is not Unit.MONTHS:
        return term.count
    month = first.month - 1 + term.count
    year, month = first.year + month // 12, month % 12 + 1
    return (date(year, month, min(first.day, monthrange(year, month)[1])) - first).days


def _dates(first: date, count: int) -> Iterator[date]:
    return (first + index * DAY for index in range(count))
