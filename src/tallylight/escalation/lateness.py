"""Why a step was taken late. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

#: A step is promised within so long of its instant.
IN_TIME = timedelta(seconds=2)
#: Workers look for what is due every second; not having looked for so long is a gap.
GAP = timedelta(seconds=10)


class Why(StrEnum):
    """`database-away`: PostgreSQL started only after the step was due. `nobody-at-work`: no worker looked for due steps.
    `busy`: workers were there and came too late."""

    DATABASE_AWAY = "database-away"
    NOBODY_AT_WORK = "nobody-at-work"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Pulse:
    """When workers last looked for what is due, and the latest stretch in which none did; None: none is known."""

    at: datetime | None = None
    gap_from: datetime | None = None
    gap_until: datetime | None = None

    def beaten(self, now: datetime) -> Pulse:
        """After another look. A look out of order changes nothing."""
        if self.at is not None and now <= self.at:
            return self
        if self.at is None or now - self.at < GAP:
            return Pulse(now, self.gap_from, self.gap_until)
        return Pulse(now, self.at, now)


@dataclass(frozen=True, slots=True)
class Late:
    """By how much, and why; `since` and `until` say when nobody looked, where that is known."""

    seconds: float
    why: Why
    since: datetime | None = None
    until: datetime | None = None

    def facts(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "seconds": self.seconds,
            "why": self.why.value,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }


def from_facts(facts: dict[str, Any] | None) -> Late | None:
    """The inverse of `Late.facts`."""
    if facts is None:
        return None
    since, until = (datetime.fromisoformat(facts[each]) if facts[each] else None for each in ("since", "until"))
    return Late(facts["seconds"], Why(facts["why"]), since, until)


def lateness(due_at: datetime, taken_at: datetime, pulse: Pulse, *, database_since: datetime) -> Late | None:
    """None for a step that was taken in time. `database_since` is when PostgreSQL was started, on the same clock."""
    if taken_at - due_at <= IN_TIME:
        return None
    seconds = (taken_at - due_at).total_seconds()
    since, until = _gap(due_at, taken_at, pulse)
    if due_at < database_since <= taken_at:
        return Late(seconds, Why.DATABASE_AWAY, since, until or database_since)
    return Late(seconds, Why.NOBODY_AT_WORK if until else Why.BUSY, since, until)


def _gap(due_at: datetime, taken_at: datetime, pulse: Pulse) -> tuple[datetime | None, datetime | None]:
    """The stretch around `due_at` in which nobody looked; (None, None) if somebody did."""
    if pulse.at is None:
        return None, taken_at
    if pulse.at <= due_at and taken_at - pulse.at >= GAP:
        return pulse.at, taken_at
    if pulse.gap_from is not None and pulse.gap_until is not None and pulse.gap_from <= due_at < pulse.gap_until:
        return pulse.gap_from, pulse.gap_until
    return None, None
