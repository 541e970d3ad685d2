"""A customer's month to date, its slices one by one, what some minutes meant, and taking minutes out of the count."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from tallylight.accounts.api import Role, Viewer, audit, organisation, require
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Objective, Segment
from tallylight.fleet import api as fleet
from tallylight.sla import measured
from tallylight.sla.attainment import Counts
from tallylight.sla.credit import Part, total
from tallylight.sla.errors import BadExclusion, NoSuchObjective, NothingPromised, SpanTooLong
from tallylight.sla.judged import Judged
from tallylight.sla.models import Exclusion
from tallylight.sla.report import (
    Meaning,
    Report,
    Row,
    SegmentReport,
    credit_at_best,
    credit_so_far,
    month_bounds,
    rows,
)
from tallylight.sla.slice_page import Piece, SlicePage
from tallylight.sla.slices import MINUTE_S, Verdict, counts_of

#: The longest stretch of slices that is shown at once, and the longest exclusion.
MOST_DAYS = 32
MOST = timedelta(days=MOST_DAYS)


def month_report(organisation_id: UUID, month: str, now: datetime, *, sealed_only: bool = False) -> Report:
    """An organisation's month (`2026-11`, in its contract's timezone) up to the last settled minute, or as far as it is sealed.

    Raises NoSuchMonth, NothingPromised, telemetry's HistoryAway and SpanTooWide, or OrganisationUnknown.
    """
    timezone = zone_of(organisation_id, now)
    start, end = month_bounds(month, timezone)
    until = max(start, min(end, measured.settled(now)))
    of = (end - start) // timedelta(seconds=MINUTE_S)
    segments = contracts.segments_between(organisation_id, start, end)
    if not segments:
        raise NothingPromised(month=month)
    judged = Judged.between(organisation_id, start, until, as_of=measured.minute_of(now))
    until = judged.sealed.until if sealed_only else until
    reports = tuple(_segment_report(each, judged, until, of) for each in segments)
    return Report(
        organisation_id=organisation_id,
        month=month,
        timezone=timezone,
        start=start,
        end=end,
        until=until,
        segments=reports,
        credits=total(each.credit for each in reports),
        credits_at_best=total(each.credit_at_best for each in reports),
    )


def zone_of(organisation_id: UUID, now: datetime) -> str:
    """The zone in which an organisation's months are counted. Raises OrganisationUnknown."""
    agreement = contracts.in_force(organisation_id, now)
    return agreement.timezone if agreement else organisation(organisation_id).timezone


def _segment_report(segment: Segment, history: Judged, until: datetime, of: int) -> SegmentReport:
    part = Part(minutes_of(segment), of)
    past = replace(segment, end=max(segment.start, min(segment.end, until)))
    judged = _rows(past, history, minutes=part.minutes)
    agreement = segment.agreement
    return SegmentReport(
        start=segment.start,
        end=segment.end,
        number=agreement.number,
        sha256=segment.sha256,
        fee=agreement.monthly_fee,
        part=part,
        rows=judged,
        credit=credit_so_far(agreement, judged, part),
        credit_at_best=credit_at_best(agreement, judged, part),
    )


def minutes_of(segment: Segment) -> int:
    """How many minutes start within a segment."""
    length = measured.next_minute(segment.end) - measured.next_minute(segment.start)
    return length // timedelta(seconds=MINUTE_S)


def _rows(segment: Segment, history: Judged, *, minutes: int) -> tuple[Row, ...]:
    def count(objective: Objective, region: str) -> Counts:
        return counts_of(history.verdicts(objective, region, segment))

    return rows(segment.agreement, count, minutes=minutes)


def explain_slices(
    organisation_id: UUID,
    region: str,
    objective: str,
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    only: Verdict | None = None,
) -> SlicePage:
    """The settled minutes of `[start, end)` as one objective judged them, each with its figure and reason.

    Slice the answer to page through it. Each minute is judged under the contract version it lies in. Raises NothingPromised,
    NoSuchObjective, SpanTooLong, HistoryAway.
    """
    end = min(end, measured.settled(now))
    if end - start > MOST:
        raise SpanTooLong(days=MOST_DAYS)
    segments = contracts.segments_between(organisation_id, start, end) if start < end else []
    if not segments:
        raise NothingPromised
    history = Judged.between(organisation_id, start, end, as_of=measured.minute_of(now))
    promised = [(segment, _objective(segment, objective, region)) for segment in segments]
    pieces = [
        Piece(each, stretch) for segment, each in promised if each for stretch in history.slices(each, region, segment)
    ]
    if not pieces:
        raise NoSuchObjective(objective=objective, region=region)
    return SlicePage(pieces, [each for each in history.excluded if each.region in ("", region)], only)


def _objective(segment: Segment, name: str, region: str) -> Objective | None:
    found = (each for each in segment.agreement.objectives if each.name == name and region in each.regions)
    return next(found, None)


def credit_between(organisation_id: UUID, start: datetime, end: datetime, *, now: datetime) -> Meaning:
    """What the minutes that `[start, end)` touches mean by themselves, in a month that is otherwise all good.

    Minutes are judged as far as history has them; the contract in force at `start` applies. Raises NothingPromised, SpanTooLong,
    HistoryAway.
    """
    if end - start > MOST:
        raise SpanTooLong(days=MOST_DAYS)
    first, last = measured.minute_of(start), measured.next_minute(end)
    found = contracts.segments_between(organisation_id, start, max(end, start + timedelta(microseconds=1)))
    if not found:
        raise NothingPromised
    agreement = found[0].agreement
    touched = replace(found[0], start=first, end=last)
    month = month_bounds(f"{_local(start, agreement.timezone):%Y-%m}", agreement.timezone)
    of = (month[1] - month[0]) // timedelta(seconds=MINUTE_S)
    judged = _rows(touched, Judged.between(organisation_id, first, last, as_of=now), minutes=of)
    return Meaning(organisation_id, first, last, judged, credit_at_best(agreement, judged, Part(of, of)))


def _local(at: datetime, timezone: str) -> datetime:
    return at.astimezone(ZoneInfo(timezone))


def _expect_region(code: str) -> None:
    known = [each.code for each in fleet.regions()]
    if code and code not in known:
        raise fleet.RegionUnknown(region=code, known=", ".join(known))


@transaction.atomic
def exclude(
    *,
    organisation_id: UUID | None,
    region: str,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by: Viewer,
    now: datetime,
) -> Exclusion:
    """Take minutes out of the count, with the viewer as approver.

    Raises RoleRequired (a manager approves), BadExclusion, or fleet's RegionUnknown.
    """
    require(by, Role.MANAGER)
    _expect_region(region)
    if not timedelta(0) < ends_at - starts_at <= MOST or not reason.strip():
        raise BadExclusion(days=MOST_DAYS)
    row = Exclusion.objects.create(
        organisation_id=organisation_id,
        region=region,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip(),
        approved_by_id=by.person_id,
        approved_at=now,
    )
    audit(by, "sla.exclude", str(row.id), reason=row.reason)
    return row
