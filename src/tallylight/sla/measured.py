"""Slices as history has them and as exclusions take them out: where this room reads what is not sealed yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import numpy as np
from django.db.models import Q, QuerySet

from tallylight.accounts.api import organisation
from tallylight.contracts.api import Objective, Segment, Source
from tallylight.sla.models import Exclusion
from tallylight.sla.slices import MINUTE_S, Ints, RegionMinutes, ReportedSlices, Slices, judge, judge_reported
from tallylight.sla.tally import users_count
from tallylight.telemetry import api as telemetry

#: A minute is judged this long after it ended: by then history has what nodes that are well have sent.
SETTLES = timedelta(seconds=15)
#: Older minutes don't change: the hub refuses rows after two days, and a day more is for what it still holds.
LATEST = timedelta(days=3)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
A_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
#: Stretches of regions that a process remembers.
REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Excluded:
    """An exclusion as rules see it: unix seconds, its kind, and why."""

    region: str
    start_s: float
    end_s: float
    kind: str
    reason: str


def settled(now: datetime) -> datetime:
    """The end of the last minute that is judged at `now`."""
    return minute_of(now - SETTLES)


def minute_of(at: datetime) -> datetime:
    """The start of the minute `at` lies in."""
    return slice_of(at, MINUTE_S)


def slice_of(at: datetime, slice_s: int) -> datetime:
    """The start of the slice of that length `at` lies in."""
    return datetime.fromtimestamp(int(at.timestamp()) // slice_s * slice_s, UTC)


def next_minute(at: datetime) -> datetime:
    """The first minute that starts at `at` or later."""
    return next_slice(at, MINUTE_S)


def next_slice(at: datetime, slice_s: int) -> datetime:
    """The first slice of that length that starts at `at` or later."""
    return datetime.fromtimestamp(-(int(-at.timestamp() // slice_s)) * slice_s, UTC)


def seconds_of(objective: Objective) -> int:
    """How long the objective's slices are."""
    return objective.slice // timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose slices, of which objective, where; None: of the network. `audience`: with load, and the users that bad slices hit."""

    organisation_id: UUID | None
    objective: Objective
    region: str
    audience: bool = False

    @classmethod
    def of(cls, organisation_id: UUID, objective: Objective, region: str, segment: Segment) -> Asked:
        """As a contract asks; nobody in particular, so that answers can be shared, where probes of the network tell all."""
        audience = users_count(objective, segment.agreement)
        own = audience or objective.source is Source.REPORTED
        return cls(organisation_id if own else None, objective, region, audience)

    @property
    def series(self) -> telemetry.ReportedSeries:
        """Under which name such slices are reported where we don't measure them."""
        objective = self.objective
        return telemetry.ReportedSeries(
            organisation=str(self.organisation_id),
            service=objective.service,
            region=self.region,
            metric=objective.promise.value,
            statistic=objective.statistic.value,
            slice_s=seconds_of(objective),
        )


def fresh(asked: Asked, start: datetime, end: datetime, *, as_of: datetime) -> list[Slices]:
    """The slices that start within `[start, end)` and are over as history has them, judged, in stretches of a week at most.

    Nothing is excluded. For the same `as_of` no probe is asked anew.
    """
    slice_s = seconds_of(asked.objective)
    first, stop = next_slice(start, slice_s), min(next_slice(end, slice_s), slice_of(next_minute(as_of), slice_s))
    if first >= stop:
        return []
    if asked.objective.source is Source.REPORTED:
        return [_reported(asked, first, stop)]
    return [_judged(asked, minutes) for minutes in _stretches(asked.region, slice_s, first, stop, as_of)]


def of_day(asked: Asked, midnight: datetime, start: datetime, end: datetime, *, as_of: datetime) -> tuple[Slices, str]:
    """The slices of a UTC day that start within `[start, end)`, judged, and what they rest on. Raises HistoryAway."""
    slice_s = seconds_of(asked.objective)
    first = max(midnight, next_slice(start, slice_s))
    stop = max(first, min(midnight + DAY, next_slice(end, slice_s)))
    if asked.objective.source is Source.REPORTED:
        return _reported(asked, first, stop), telemetry.Basis.REPORTED.value
    minutes, basis = checked_day(asked.region, midnight, slice_s, as_of)
    return _judged(asked, minutes.within(int(first.timestamp()), int(stop.timestamp()))), basis.value


def _judged(asked: Asked, minutes: RegionMinutes) -> Slices:
    return judge(asked.objective, minutes, np.zeros(len(minutes), np.bool_), _audience(asked, minutes))


def _audience(asked: Asked, minutes: RegionMinutes) -> Ints | None:
    if not asked.audience or asked.organisation_id is None:
        return None
    customer = organisation(asked.organisation_id).slug
    first, slices, slice_s = minutes.start_s, len(minutes), minutes.slice_s
    return telemetry.audience(customer, asked.region, minutes.nodes, first=first, slices=slices, slice_s=slice_s)


def _reported(asked: Asked, start: datetime, end: datetime) -> Slices:
    found = telemetry.reported(asked.series, start, end)
    grid = ReportedSlices(found.start_s, found.slice_s, found.figures, found.samples, found.affected, found.load)
    return judge_reported(asked.objective, grid, np.zeros(found.figures.size, np.bool_))


def _stretches(region: str, slice_s: int, start: datetime, end: datetime, as_of: datetime) -> Iterator[RegionMinutes]:
    """What was measured in `[start, end)`, cut into weeks up to the last day that can't change any more, which are kept."""
    final = (as_of - LATEST).replace(hour=0, minute=0, second=0, microsecond=0)
    while start < end:
        stop = min(end, final, start + WEEK - (start - A_MONDAY) % WEEK) if start < final else end
        yield _remembered(region, start, stop, slice_s, None if stop <= final else as_of)
        start = stop


def exclusions(organisation_id: UUID, start: datetime, end: datetime) -> list[Excluded]:
    """What is taken out of the count for an organisation within `[start, end)`."""
    rows = concerning(organisation_id).filter(starts_at__lt=end, ends_at__gt=start).order_by("starts_at")
    return [
        Excluded(row.region, row.starts_at.timestamp(), row.ends_at.timestamp(), row.kind, row.reason) for row in rows
    ]


def concerning(organisation_id: UUID) -> QuerySet[Exclusion]:
    """The exclusions that hold for an organisation."""
    return Exclusion.objects.filter(Q(organisation=None) | Q(organisation_id=organisation_id))


@lru_cache(maxsize=REMEMBERED)
def _remembered(region: str, start: datetime, end: datetime, slice_s: int, _as_of: datetime | None) -> RegionMinutes:
    return region_minutes(telemetry.minute_stats(region, start, end, slice_s=slice_s), start, end)


@lru_cache(maxsize=REMEMBERED)
def checked_day(
    region: str, midnight: datetime, slice_s: int, _as_of: datetime
) -> tuple[RegionMinutes, telemetry.Basis]:
    """A region's UTC day for sealing, held against its seconds; measured once for the same `_as_of`. Raises HistoryAway."""
    stats, basis = telemetry.checked_minute_stats(region, midnight, midnight + DAY, slice_s=slice_s)
    return region_minutes(stats, midnight, midnight + DAY), basis


def region_minutes(stats: telemetry.MinuteStats, start: datetime, end: datetime) -> RegionMinutes:
    """History's rows of `[start, end)`, ordered by slice and node, as a grid; also where the region has no nodes."""
    shape = ((end - start) // timedelta(seconds=stats.slice_s), len(stats.nodes))
    return RegionMinutes(
        start_s=int(start.timestamp()),
        nodes=stats.nodes,
        sent=stats.sent.reshape(shape),
        mean_ms=stats.mean_ms.reshape(shape),
        p95_ms=stats.p95_ms.reshape(shape),
        loss_pct=stats.loss_pct.reshape(shape),
        jitter_ms=stats.jitter_ms.reshape(shape),
        slice_s=stats.slice_s,
    )
