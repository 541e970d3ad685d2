"""Minutes as history has them and as exclusions take them out: where this room reads what is not sealed yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import numpy as np
from django.db.models import Q, QuerySet

from tallylight.contracts.api import Objective
from tallylight.sla.models import Exclusion
from tallylight.sla.slices import MINUTE_S, RegionMinutes, Slices, judge
from tallylight.telemetry import api as telemetry

#: A minute is judged this long after it ended: by then history has what nodes that are well have sent.
SETTLES = timedelta(seconds=15)
#: Rows that come later than this are refused by the hub, so that older minutes don't change.
LATEST = timedelta(days=3)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
A_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
#: Stretches of regions that a process remembers.
REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Excluded:
    """An exclusion as rules see it: unix seconds, and why."""

    region: str
    start_s: float
    end_s: float
    reason: str


def settled(now: datetime) -> datetime:
    """The end of the last minute that is judged at `now`."""
    return minute_of(now - SETTLES)


def minute_of(at: datetime) -> datetime:
    """The start of the minute `at` lies in."""
    return datetime.fromtimestamp(int(at.timestamp()) // MINUTE_S * MINUTE_S, UTC)


def next_minute(at: datetime) -> datetime:
    """The first minute that starts at `at` or later."""
    return datetime.fromtimestamp(-(int(-at.timestamp() // MINUTE_S)) * MINUTE_S, UTC)


def fresh(objective: Objective, region: str, start: datetime, end: datetime, *, as_of: datetime) -> list[Slices]:
    """The minutes that start within `[start, end)` as history has them, judged, in stretches of a week at most.

    Nothing is excluded. For the same `as_of` nothing is measured anew.
    """
    stretches = _stretches(region, next_minute(start), next_minute(end), as_of)
    return [judge(objective, minutes, np.zeros(len(minutes), np.bool_)) for minutes in stretches]


def _stretches(region: str, start: datetime, end: datetime, as_of: datetime) -> Iterator[RegionMinutes]:
    """What was measured in `[start, end)`, cut into weeks up to the last day that can't change any more, which are kept."""
    final = (as_of - LATEST).replace(hour=0, minute=0, second=0, microsecond=0)
    while start < end:
        stop = min(end, final, start + WEEK - (start - A_MONDAY) % WEEK) if start < final else end
        yield _remembered(region, start, stop, None if stop <= final else as_of)
        start = stop


def exclusions(organisation_id: UUID, start: datetime, end: datetime) -> list[Excluded]:
    """What is taken out of the count for an organisation within `[start, end)`."""
    rows = concerning(organisation_id).filter(starts_at__lt=end, ends_at__gt=start).order_by("starts_at")
    return [Excluded(row.region, row.starts_at.timestamp(), row.ends_at.timestamp(), row.reason) for row in rows]


def concerning(organisation_id: UUID) -> QuerySet[Exclusion]:
    """The exclusions that hold for an organisation."""
    return Exclusion.objects.filter(Q(organisation=None) | Q(organisation_id=organisation_id))


@lru_cache(maxsize=REMEMBERED)
def _remembered(region: str, start: datetime, end: datetime, _as_of: datetime | None) -> RegionMinutes:
    return region_minutes(telemetry.minute_stats(region, start, end), start, end)


@lru_cache(maxsize=REMEMBERED)
def checked_day(region: str, midnight: datetime, _as_of: datetime) -> tuple[RegionMinutes, telemetry.Basis]:
    """A region's UTC day for sealing, held against its seconds; measured once for the same `_as_of`. Raises HistoryAway."""
    stats, basis = telemetry.checked_minute_stats(region, midnight, midnight + DAY)
    return region_minutes(stats, midnight, midnight + DAY), basis


def region_minutes(stats: telemetry.MinuteStats, start: datetime, end: datetime) -> RegionMinutes:
    """History's rows of `[start, end)`, ordered by minute and node, as a grid; also where the region has no nodes."""
    shape = ((end - start) // timedelta(seconds=MINUTE_S), len(stats.nodes))
    return RegionMinutes(
        start_s=int(start.timestamp()),
        nodes=stats.nodes,
        sent=stats.sent.reshape(shape),
        mean_ms=stats.mean_ms.reshape(shape),
        p95_ms=stats.p95_ms.reshape(shape),
        loss_pct=stats.loss_pct.reshape(shape),
    )
