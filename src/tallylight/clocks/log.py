"""What happens to a clock, and how a promise of a kind is timed. Pure values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What an event does to a clock."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    #: The promised thing happened: a response, an update. A repeating clock begins its next round here.
    ANSWERED = "answered"
    #: The promise is kept for good; a repeating clock stops too.
    SATISFIED = "satisfied"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    #: Another target holds from here on (a graver case, an amended contract); the time used is kept.
    RETARGETED = "retargeted"


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """Something that happened to a clock at an instant.

    `reason` says why, in a stable code such as `waiting-for-customer`. `cap` bounds a pause: it ends by itself once `cap` of
    real time has passed. `target` belongs to RETARGETED.
    """

    kind: Kind
    at: datetime
    reason: str = ""
    cap: timedelta | None = None
    target: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """How a kind of promise is timed.

    `target` is counted in open time of a calendar. A clock that `repeats` begins again with each answer. `pause_cap` bounds
    every pause that has no cap of its own; None leaves it open.
    """

    name: str
    target: timedelta
    repeats: bool = False
    pause_cap: timedelta | None = None


def response(target: timedelta) -> Profile:
    """A person who can act takes the case within `target`."""
    return Profile("response", target)


def update(target: timedelta) -> Profile:
    """The customer hears the next news within `target`, again and again."""
    return Profile("update", target, repeats=True)


def resolution(target: timedelta, *, pause_cap: timedelta | None = None) -> Profile:
    """The service is back within `target`."""
    return Profile("resolution", target, pause_cap=pause_cap)


def in_order(events: Iterable[ClockEvent]) -> list[ClockEvent]:
    """The events by time; those of the same instant in the order in which they were given."""
    return sorted(events, key=lambda event: event.at)
