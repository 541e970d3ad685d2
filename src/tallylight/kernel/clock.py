"""The one place that reads the time.

A request or job reads `now()` once and passes it down. Tests and drills put another clock in place with `use_clock`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed point; never runs backwards."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class MovableClock:
    """A clock that stands still until it is moved: for tests that wait thirty minutes in no time."""

    at: datetime
    _elapsed: float = field(default=0.0, init=False)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self._elapsed

    def move(self, by: timedelta) -> datetime:
        """Move forward by `by` and return the new instant. Raises ValueError on a step back."""
        if by < timedelta(0):
            raise ValueError("a clock never runs backwards")
        self.at += by
        self._elapsed += by.total_seconds()
        return self.at


C = TypeVar("C", bound=Clock)

_clock: Clock = SystemClock()


def now() -> datetime:
    """The instant, aware, in UTC."""
    return _clock.now()


def monotonic() -> float:
    """Seconds for measuring how long something took."""
    return _clock.monotonic()


def unix_seconds() -> float:
    """Seconds since 1970-01-01T00:00:00Z."""
    return _clock.now().timestamp()


@contextmanager
def use_clock(clock: C) -> Iterator[C]:
    """Put `clock` in place for the length of a `with` block."""
    global _clock
    before, _clock = _clock, clock
    try:
        yield clock
    finally:
        _clock = before


def rfc3339(instant: datetime) -> str:
    """`instant` as RFC 3339 in UTC with milliseconds: 2026-11-23T01:35:00.000Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
