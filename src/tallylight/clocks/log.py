"""What happens to a clock, and how a promise of a kind is timed. Pure values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tallylight.kernel.business_time import Calendar


class Kind(StrEnum):
    """What an event does to a clock."""

    STARTED = "started"
    #: What the start waits for has happened, such as an identity that is verified.
    QUALIFIED = "qualified"
    PAUSED = "paused"
    RESUMED = "resumed"
    #: The promised thing happened: a response, an update. A repeating clock begins its next round here.
    ANSWERED = "answered"
    #: The promise is kept for good; a repeating clock stops too.
    SATISFIED = "satisfied"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    #: Another target, or other hours, hold from here on (a graver case, an amended contract); the time used is kept.
    RETARGETED = "retargeted"
    #: The other side was told that it takes longer, and why.
    EXTENDED = "extended"


class Unit(StrEnum):
    """What a term is counted in. A business day is a local day on which the calendar has any hours."""

    DAYS = "days"
    BUSINESS_DAYS = "business-days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Term:
    """A promise in whole local days or calendar months; it ends with the last instant of its last day. `count` is at least 1."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError("a term has at least one day or month")


#: What is promised: a length of open time in real seconds, or a term of whole days.
Target = timedelta | Term


def days(count: int) -> Term:
    """So many calendar days."""
    return Term(count, Unit.DAYS)


def business_days(count: int) -> Term:
    """So many days on which the calendar has any hours."""
    return Term(count, Unit.BUSINESS_DAYS)


def months(count: int) -> Term:
    """So many calendar months."""
    return Term(count, Unit.MONTHS)


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """Something that happened to a clock at an instant.

    `reason` says why, in a stable code such as `waiting-for-customer`. `cap` bounds a pause: it ends by itself once `cap` of
    real time has passed. `target` belongs to RETARGETED and says what is promised from here on, None leaves it; there `calendar`
    gives other hours to a target in time, None leaves them. With EXTENDED, `target` is how much longer it takes, None the most
    that is allowed.
    """

    kind: Kind
    at: datetime
    reason: str = ""
    cap: timedelta | None = None
    target: Target | None = None
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class DayRules:
    """How whole days are counted, where laws and contracts differ. Has no effect on a target in time.

    `receipt_day_counts`: the day of the start is the first day, not the day before it. `pause_day_counts`: the day on which a
    pause begins still counts; the day on which it ends never does. `rolls_forward`: a term whose last day is closed ends with the
    next open one.
    """

    receipt_day_counts: bool = False
    pause_day_counts: bool = True
    rolls_forward: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """How a kind of promise is timed.

    `target` is open time of a calendar, or a term of its local days. A clock that `repeats` begins again with each answer.
    `pause_cap` bounds every pause that has no cap of its own; None leaves it open. `starts_after` is the code of what must have
    happened before the clock runs, "" for nothing. `extension` is how much longer, in all and at the most, it may take if the
    other side is told by the first due instant; None allows none, and its unit is the target's. `source` names the law.
    """

    name: str
    target: Target
    repeats: bool = False
    pause_cap: timedelta | None = None
    starts_after: str = ""
    extension: Target | None = None
    days: DayRules = DayRules()
    source: str = ""

    def __post_init__(self) -> None:
        if self.extension is not None:
            longer(self.target, self.extension)


def longer(target: Target, by: Target) -> Target:
    """The two together. Raises ValueError where they are counted in different units."""
    if isinstance(target, Term) and isinstance(by, Term) and target.unit is by.unit:
        return Term(target.count + by.count, target.unit)
    if isinstance(target, timedelta) and isinstance(by, timedelta):
        return target + by
    raise ValueError("a target is extended in its own unit")


def shorter_of(one: Target, other: Target) -> Target:
    """The lesser of two targets. Raises ValueError where they are counted in different units."""
    return one if rest(one, other) is None else other


def rest(whole: Target, part: Target) -> Target | None:
    """What is left of a target after a part of it, None for nothing. Raises ValueError for a part in another unit."""
    longer(whole, part)
    if isinstance(whole, Term) and isinstance(part, Term):
        return Term(whole.count - part.count, whole.unit) if whole.count > part.count else None
    assert isinstance(whole, timedelta)  # noqa: S101 - `longer` has compared the units
    assert isinstance(part, timedelta)  # noqa: S101
    return whole - part if whole > part else None


def in_order(events: Iterable[ClockEvent]) -> list[ClockEvent]:
    """The events by time, in UTC; those of the same instant in the order in which they were given.

    In UTC since Python subtracts and adds instants of one other zone by the clock on the wall.
    """
    return sorted(map(_in_utc, events), key=lambda event: event.at)


def _in_utc(event: ClockEvent) -> ClockEvent:
    return event if event.at.tzinfo is UTC else replace(event, at=event.at.astimezone(UTC))
