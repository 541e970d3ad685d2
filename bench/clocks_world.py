"""The clocks that `bench.clocks` measures: 50 business calendars of the world and logs with pauses, made from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import holidays
import numpy as np

from tallylight.clocks.columns import KIND_CODE, Logs
from tallylight.clocks.log import Kind
from tallylight.clocks.tables import FOREVER, Ints, microseconds
from tallylight.kernel.business_time import Calendar, Hours

#: Weeks after Sydney went forward, Berlin and New York went back: the logs lie across all three changes.
NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=60)
SECOND_US = 1_000_000

#: Zone, country of the public holidays, and the first day of a working week of five (Monday is 0).
PLACES = (
    ("Europe/Berlin", "DE", 0),
    ("America/New_York", "US", 0),
    ("Asia/Shanghai", "CN", 0),
    ("Asia/Dubai", "AE", 0),
    ("America/Sao_Paulo", "BR", 0),
    ("Asia/Kolkata", "IN", 0),
    ("Australia/Sydney", "AU", 0),
    ("Asia/Riyadh", "SA", 6),
    ("Europe/London", "GB", 0),
    ("Asia/Tokyo", "JP", 0),
)
#: Hours of a working day as pairs of minutes since midnight.
DAYS = (
    ((540, 1080),),
    ((540, 720), (780, 1080)),
    ((480, 960),),
    ((450, 750), (810, 1110)),
    ((600, 840), (900, 1020), (1080, 1320)),
)


@dataclass(frozen=True, slots=True)
class Office:
    """When one office works, in words that every peer has: the same hours on five days a week, and public holidays."""

    zone: str
    country: str
    first_day: int
    hours: tuple[tuple[int, int], ...]

    @property
    def days(self) -> list[int]:
        """Working days, Monday is 0."""
        return sorted((self.first_day + i) % 7 for i in range(5))

    @property
    def holidays(self) -> frozenset[date]:
        """Public holidays of three years."""
        return frozenset(holidays.country_holidays(self.country, years=(2026, 2027, 2028)))

    @property
    def calendar(self) -> Calendar:
        """The office in our words."""
        open_day = tuple(Hours(*each) for each in self.hours)
        week = tuple(open_day if day in self.days else () for day in range(7))
        return Calendar(f"{self.country} {self.hours}", self.zone, week, self.holidays)


OFFICES = tuple(Office(*place, hours) for place in PLACES for hours in DAYS)


def world(clocks: int) -> Logs:
    """Clocks begun in the last 60 days with one to three pauses each, to the second.

    A third of the pauses has a cap, a quarter of the clocks is still paused, a fifth is answered, a tenth got another target on
    the way, a fifth repeats. Targets and caps are 1 to 160 hours.
    """
    chance = np.random.default_rng(7)
    kind = _kinds(chance, clocks)
    start = microseconds(NOW) // SECOND_US - chance.integers(1, 60 * 86_400, clocks)
    life = microseconds(NOW) // SECOND_US - start
    at = start[:, None] + (np.sort(chance.random(kind.shape), axis=1) * life[:, None]).astype(np.int64)
    at[:, 0] = start
    length = np.where(kind == KIND_CODE[Kind.RETARGETED], _hours(chance, kind.shape), FOREVER)
    capped = (kind == KIND_CODE[Kind.PAUSED]) & (chance.random(kind.shape) < 1 / 3)
    length = np.where(capped, _hours(chance, kind.shape), length)
    there = kind >= 0
    return Logs(
        calendar=chance.integers(0, len(OFFICES), clocks),
        target_us=_hours(chance, (clocks,)),
        repeats=chance.random(clocks) < 0.2,
        offsets=np.concatenate([[0], np.cumsum(there.sum(axis=1))]),
        kind=kind[there],
        at_us=at[there] * SECOND_US,
        length_us=length[there],
    )


def only_started(logs: Logs) -> Logs:
    """The same clocks as if nothing had happened since they started."""
    first = logs.offsets[:-1]
    return Logs(
        logs.calendar,
        logs.target_us,
        logs.repeats,
        np.arange(len(logs) + 1),
        logs.kind[first],
        logs.at_us[first],
        logs.length_us[first],
    )


def _kinds(chance: np.random.Generator, clocks: int) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    """A row a clock: started, three pauses with their ends, another target, an answer; -1 where it has none."""
    kind = np.tile(
        np.array(
            [KIND_CODE[Kind.STARTED], *[KIND_CODE[Kind.PAUSED], KIND_CODE[Kind.RESUMED]] * 3, -1, -1], dtype=np.int8
        ),
        (clocks, 1),
    )
    pauses = chance.integers(1, 4, clocks)
    kind[:, 1:7][np.arange(6) // 2 >= pauses[:, None]] = -1
    still = chance.random(clocks) < 0.25
    kind[still, 2 * pauses[still]] = -1
    kind[chance.random(clocks) < 0.1, 7] = KIND_CODE[Kind.RETARGETED]
    kind[chance.random(clocks) < 0.2, 8] = KIND_CODE[Kind.ANSWERED]
    return kind


def _hours(chance: np.random.Generator, shape: tuple[int, ...]) -> Ints:
    return chance.integers(1, 161, shape) * 3600 * SECOND_US
