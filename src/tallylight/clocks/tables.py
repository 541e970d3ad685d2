"""Calendars compiled into tables: open time as a piecewise-linear function of time, for millions of instants at once. Pure.

Between the first and the last instant of a table, `open_until` says how much open time has passed since its beginning, and
`instant_at` is its inverse. Both find their place by an index with one entry a bucket of time and then step over the few edges
inside the bucket: the same place that a binary search finds, in a fifth of its time.

Instants are int64 microseconds since 1970 in UTC, lengths int64 microseconds: what a datetime can tell, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tallylight.kernel.business_time import Calendar, open_spans

Ints = NDArray[np.int64]

#: Later than every instant, longer than every length; twice of it still fits in 64 bits.
FOREVER = 2**61

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
#: A bucket of the index is 2**32 microseconds, a little over an hour: few hours open or close more often than that.
_BUCKET_BITS = 32


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970 in UTC."""
    return (instant - _EPOCH) // _TICK


def instant(at_us: int) -> datetime:
    """The instant of that many microseconds since 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=at_us)


class OutsideTable(ValueError):
    """An instant lies before or behind the time that a table was compiled for."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One calendar. Span i is open from `opens[i]` until `upto[i]` has been counted; `lag[i]` = instant less open time in it.

    A span of no length stands before all, and one that is never reached behind all.
    """

    opens: Ints
    upto: Ints
    lag: Ints


@dataclass(frozen=True, slots=True)
class OpenHours:
    """The open time of calendars between two instants, compiled; a calendar is known by its place in `calendars`.

    `place` and `place_of` are the index: where to begin to look in the spans, for each bucket of time and of open time.
    """

    calendars: tuple[Calendar, ...]
    start_us: int
    end_us: int
    buckets: int
    opens: Ints
    upto: Ints
    lag: Ints
    place: Ints
    place_of: Ints

    @property
    def nbytes(self) -> int:
        """Octets of the tables."""
        return sum(each.nbytes for each in (self.opens, self.upto, self.lag, self.place, self.place_of))

    def open_until(self, calendar: Ints, at_us: Ints) -> Ints:
        """The open time from the start of the table to each instant, each by its calendar. Raises nothing: check `covers`."""
        here = self.place.take(calendar * self.buckets + ((at_us - self.start_us) >> _BUCKET_BITS))
        early = np.flatnonzero(self.opens.take(here + 1) <= at_us)
        while early.size:
            here[early] += 1
            early = early[self.opens[here[early] + 1] <= at_us[early]]
        found: Ints = np.minimum(at_us - self.lag.take(here), self.upto.take(here))
        return found

    def instant_at(self, calendar: Ints, open_us: Ints) -> Ints:
        """The first instant at which each open time (above 0) since the start has passed: a closing rather than the next opening.

        FOREVER where the table ends before.
        """
        bucket = np.minimum(open_us >> _BUCKET_BITS, self.buckets - 1)
        here = self.place_of[calendar * self.buckets + bucket]
        short = np.flatnonzero(self.upto[here] < open_us)
        while short.size:
            here[short] += 1
            short = short[self.upto[here[short]] < open_us[short]]
        return np.where(self.opens[here] == FOREVER, FOREVER, open_us + self.lag[here])

    def covers(self, first_us: int, last_us: int) -> bool:
        """Whether both instants lie in the table."""
        return self.start_us <= first_us and last_us < self.end_us


def compile_hours(calendars: Sequence[Calendar], start: datetime, end: datetime) -> OpenHours:
    """Tables of the calendars from the year of `start` to the year of `end`, both whole, in UTC.

    A year of a calendar is worked out once and remembered: compiling again, or for one year more, costs little.
    """
    first, last = start.astimezone(UTC).year, end.astimezone(UTC).year
    start_us, end_us = (microseconds(datetime(year, 1, 1, tzinfo=UTC)) for year in (first, last + 1))
    rows = [_row(calendar, range(first, last + 1), start_us) for calendar in calendars]
    buckets = ((end_us - start_us) >> _BUCKET_BITS) + 1
    edges = np.arange(buckets, dtype=np.int64) << _BUCKET_BITS
    begins = np.cumsum([0, *(row.opens.size for row in rows)])[: len(rows)]
    place = [np.searchsorted(row.opens, start_us + edges, "right") - 1 for row in rows]
    place_of = [np.searchsorted(row.upto, edges, "left") for row in rows]
    return OpenHours(
        calendars=tuple(calendars),
        start_us=start_us,
        end_us=end_us,
        buckets=buckets,
        opens=_joined([row.opens for row in rows]),
        upto=_joined([row.upto for row in rows]),
        lag=_joined([row.lag for row in rows]),
        place=_joined([each + begin for each, begin in zip(place, begins, strict=True)]),
        place_of=_joined([each + begin for each, begin in zip(place_of, begins, strict=True)]),
    )


def _row(calendar: Calendar, years: range, start_us: int) -> _Row:
    opens, closes = _spans(calendar, years, start_us)
    before = np.concatenate([[0], np.cumsum(closes - opens)])
    return _Row(
        opens=np.concatenate([[-FOREVER], opens, [FOREVER]]),
        upto=np.concatenate([before, [FOREVER]]),
        lag=np.concatenate([[-FOREVER], opens - before[:-1], [0]]),
    )


def _spans(calendar: Calendar, years: range, start_us: int) -> tuple[Ints, Ints]:
    """When it opens and closes. Where two years meet a span may close and open at once, which changes no sum."""
    if calendar.always:
        return np.array([start_us]), np.array([start_us + FOREVER])
    parts = [_year(calendar, year) for year in years]
    return _joined([opens for opens, _ in parts]), _joined([closes for _, closes in parts])


@lru_cache(maxsize=4096)
def _year(calendar: Calendar, year: int) -> tuple[Ints, Ints]:
    edges = np.array(list(_edges(calendar, year)), dtype=np.int64).reshape(-1, 2)
    return edges[:, 0], edges[:, 1]


def _edges(calendar: Calendar, year: int) -> Iterator[tuple[int, int]]:
    start, end = (datetime(each, 1, 1, tzinfo=UTC) for each in (year, year + 1))
    for span in open_spans(calendar, start, end):
        yield microseconds(span.start), microseconds(span.end)


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *parts])
