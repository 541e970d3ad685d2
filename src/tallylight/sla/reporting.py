"""Slices that are measured elsewhere, by players or relays, as they are reported: checked whole, then kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tallylight.accounts.api import Role, Viewer, require
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Source
from tallylight.sla import measured
from tallylight.sla.errors import AlreadySealed, BadMeasurement, NotAsked
from tallylight.sla.models import Chain
from tallylight.telemetry import api as telemetry
from tallylight.telemetry.api import ReportedSeries, ReportedSlice

#: Slices in one report, and how old they may be: as long as history keeps minutes.
MOST = 10_000
OLDEST = timedelta(days=60)
#: Loads add up over a month without leaving 64 bits.
MOST_LOAD = 10**14
HUNDRED = 100.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """One slice: its start, its figure in the metric's unit (ms or per cent), the samples behind it.

    `affected` is the share of users it hit if it was bad, 0 to 1; `load` in whole units of the reporter's own; None: not counted.
    """

    service: str
    region: str
    metric: str
    statistic: str
    at: datetime
    slice_s: int
    figure: float
    samples: int
    affected: float | None = None
    load: int | None = None


def report(organisation_id: UUID, rows: Sequence[Measurement], *, by: Viewer | None, now: datetime) -> int:
    """Keep what was measured for an organisation, all of it or nothing; how many slices. `by` None: whoever runs the machine.

    A slice that was reported before is replaced; the same report again changes nothing. Raises RoleRequired, BadMeasurement,
    NotAsked where no contract has an objective that would read it, AlreadySealed, or telemetry's HistoryAway.
    """
    if by:
        expect_reporter(by)
    if len(rows) > MOST:
        raise BadMeasurement(row=MOST + 1, problem=f"a report has at most {MOST} slices")
    for number, row in enumerate(rows, start=1):
        _expect_sound(number, row, now)
    _expect_asked(organisation_id, rows)
    _expect_open(organisation_id, rows)
    if rows:
        telemetry.report([_slice(organisation_id, row) for row in rows], now=now)
    return len(rows)


def expect_reporter(viewer: Viewer) -> None:
    """Raises RoleRequired unless the viewer may report measurements."""
    require(viewer, Role.ENGINEER, Role.MANAGER)


def _expect_sound(number: int, row: Measurement, now: datetime) -> None:
    length = timedelta(seconds=row.slice_s) if 0 < row.slice_s <= 86_400 else None
    faults = {
        "slice_s is a whole number of minutes that divides a day": length is None
        or row.slice_s % 60
        or 86_400 % row.slice_s,
        "at is the start of a slice: a multiple of its length since midnight UTC": length is not None
        and row.at.timestamp() % row.slice_s,
        "at lies in the future, or the slice is not over": length is not None and row.at + length > now,
        f"at is more than {OLDEST.days} days ago": row.at < now - OLDEST,
        "figure is a number from 0 on, and at most 100 where it is a percentage": not _figure_sound(row),
        "samples is a whole number from 0 on": not 0 <= row.samples < 2**62,
        "affected is a share from 0 to 1": row.affected is not None and not 0 <= row.affected <= 1,
        "load is a whole number from 0 on": row.load is not None and not 0 <= row.load <= MOST_LOAD,
    }
    problem = next((problem for problem, found in faults.items() if found), None)
    if problem:
        raise BadMeasurement(row=number, problem=problem)


def _figure_sound(row: Measurement) -> bool:
    try:
        unit = contracts.Promise(row.metric).unit
    except ValueError:
        return False
    return math.isfinite(row.figure) and 0 <= row.figure <= (HUNDRED if unit == "%" else math.inf)


def _expect_asked(organisation_id: UUID, rows: Sequence[Measurement]) -> None:
    """Every slice is one that an objective in force at its start would read."""
    if not rows:
        return
    last = max(row.at for row in rows) + timedelta(microseconds=1)
    segments = contracts.segments_between(organisation_id, min(row.at for row in rows), last)
    for number, row in enumerate(rows, start=1):
        wanted = (row.service, row.region, row.metric, row.statistic, row.slice_s)
        asked = {
            (each.service, region, each.promise.value, each.statistic.value, measured.seconds_of(each))
            for segment in segments
            if segment.start <= row.at < segment.end
            for each in segment.agreement.objectives
            if each.source is Source.REPORTED
            for region in each.regions
        }
        if wanted not in asked:
            raise NotAsked(row=number, metric=row.metric, service=row.service, region=row.region)


def _expect_open(organisation_id: UUID, rows: Sequence[Measurement]) -> None:
    sealed_to = Chain.objects.filter(organisation_id=organisation_id).values_list("sealed_to", flat=True).first()
    for number, row in enumerate(rows, start=1):
        day = row.at.astimezone(UTC).date()
        if sealed_to and day < sealed_to:
            raise AlreadySealed(row=number, day=day.isoformat())


def _slice(organisation_id: UUID, row: Measurement) -> ReportedSlice:
    return ReportedSlice(
        series=ReportedSeries(
            organisation=str(organisation_id),
            service=row.service,
            region=row.region,
            metric=row.metric,
            statistic=row.statistic,
            slice_s=row.slice_s,
        ),
        at=row.at,
        figure=row.figure,
        samples=row.samples,
        affected=row.affected,
        load=row.load,
    )
