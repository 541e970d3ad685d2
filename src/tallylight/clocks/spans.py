"""What a clock's life is made of: half-open spans, each counted or excluded for a reason. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from tallylight.clocks.phases import Mode


class Why(StrEnum):
    """Why a span is counted or excluded."""

    RUNNING = "running"
    PAUSE_CAP_USED = "pause-cap-used"
    CLOSED_HOURS = "closed-hours"
    PAUSED = "paused"
    ANSWERED = "answered"
    CANCELLED = "cancelled"
    #: The start waits for something, such as an identity that is verified.
    WAITING = "waiting"
    #: Of whole days: the rest of the day on which the clock started or went on; a day that isn't a business day; a last day that
    #: is closed, so that the term ends later.
    START_DAY = "start-day"
    RESUMED_DAY = "resumed-day"
    CLOSED_DAY = "closed-day"
    ROLLED_FORWARD = "rolled-forward"


#: Why a clock that does not run does not count.
STANDS_STILL = {
    Mode.WAITING: Why.WAITING,
    Mode.PAUSED: Why.PAUSED,
    Mode.DONE: Why.ANSWERED,
    Mode.CANCELLED: Why.CANCELLED,
}


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


def joined(spans: Iterable[ClockSpan]) -> Iterator[ClockSpan]:
    """The spans with neighbours of the same kind made one."""
    last: ClockSpan | None = None
    for span in spans:
        if last is not None and (last.why, last.reason, last.counted) == (span.why, span.reason, span.counted):
            last = replace(last, end=span.end)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def counted(spans: Iterable[ClockSpan]) -> timedelta:
    """How much of them counts."""
    return sum((span.length for span in spans if span.counted), timedelta(0))
