"""A customer's month to date, its slices one by one, and what some minutes meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from tallylight.accounts.api import organisation
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, Objective, Segment
from tallylight.sla import measured
from tallylight.sla.broken import misses_between
from tallylight.sla.credit import credits_of, total
from tallylight.sla.earned import Credit, Miss, Part
from tallylight.sla.errors import NoSuchObjective, NothingPromised, SpanTooLong
from tallylight.sla.judged import Judged
from tallylight.sla.models import Claim
from tallylight.sla.report import (
    Meaning,
    Report,
    Row,
    SegmentReport,
    at_best,
    month_bounds,
    rows,
    so_far,
)
from tallylight.sla.settlement import settle_all
from tallylight.sla.slice_page import Piece, SlicePage
from tallylight.sla.slices import MINUTE_S, Verdict
from tallylight.sla.tally import Tally

#: The longest stretch of slices that is shown at once.
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
    judged = Judged.between(organisation_id, start, until, as_of=measured.settled(now))
    until = judged.sealed.until if sealed_only else until
    found = [_Stretch.of(each, judged, until, of) for each in segments]
    now_owed = credits_of([so_far(each.agreement, each.rows, each.part, each.misses) for each in found])
    best = credits_of([at_best(each.agreement, each.rows, each.part, each.misses) for each in found])
    reports = tuple(map(_Stretch.report, found, now_owed, best))
    return Report(
        organisation_id=organisation_id,
        month=month,
        timezone=timezone,
        start=start,
        end=end,
        until=until,
        segments=reports,
        credits=total(now_owed),
        credits_at_best=total(best),
        settlements=settle_all(
            total(now_owed),
            segments[-1].agreement.credit,
            month_end=end,
            timezone=timezone,
            now=now,
            claimed_at=_claimed_at(organisation_id, month),
        ),
    )


def _claimed_at(organisation_id: UUID, month: str) -> datetime | None:
    return (
        Claim.objects.filter(organisation_id=organisation_id, month=month).values_list("claimed_at", flat=True).first()
    )


def zone_of(organisation_id: UUID, now: datetime) -> str:
    """The zone in which an organisation's months are counted. Raises OrganisationUnknown."""
    agreement = contracts.in_force(organisation_id, now)
    return agreement.timezone if agreement else organisation(organisation_id).timezone


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What happened of a month under one contract version."""

    segment: Segment
    part: Part
    rows: tuple[Row, ...]
    misses: tuple[Miss, ...]

    @classmethod
    def of(cls, segment: Segment, history: Judged, until: datetime, of: int) -> _Stretch:
        """A segment as far as it was judged."""
        past = replace(segment, end=max(segment.start, min(segment.end, until)))
        misses = misses_between(history.organisation_id, past.start, past.end)
        return cls(segment, Part(minutes_of(segment), of), _rows(past, history, segment), misses)

    @property
    def agreement(self) -> Agreement:
        return self.segment.agreement

    def report(self, credit: Credit, best: Credit) -> SegmentReport:
        """With what it earns."""
        return SegmentReport(
            start=self.segment.start,
            end=self.segment.end,
            number=self.agreement.number,
            sha256=self.segment.sha256,
            fee=self.agreement.monthly_fee,
            part=self.part,
            rows=self.rows,
            misses=self.misses,
            credit=credit,
            credit_at_best=best,
        )


def minutes_of(segment: Segment) -> int:
    """How many minutes start within a segment."""
    return slices_of(segment, MINUTE_S)


def slices_of(segment: Segment, slice_s: int) -> int:
    """How many slices of that length start within a segment."""
    length = measured.next_slice(segment.end, slice_s) - measured.next_slice(segment.start, slice_s)
    return length // timedelta(seconds=slice_s)


def _rows(past: Segment, history: Judged, whole: Segment) -> tuple[Row, ...]:
    """Rows of what is past of a segment."""
    return rows(
        past.agreement,
        lambda objective, region: history.tally(objective, region, past),
        long=lambda objective: slices_of(whole, measured.seconds_of(objective)),
    )


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
    history = Judged.between(organisation_id, start, end, as_of=measured.settled(now))
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
    """What the slices that `[start, end)` touches mean by themselves, in a month that is otherwise all good.

    Slices are judged as far as history has them; the contract in force at `start` applies. Raises NothingPromised, SpanTooLong,
    HistoryAway.
    """
    if end - start > MOST:
        raise SpanTooLong(days=MOST_DAYS)
    found = contracts.segments_between(organisation_id, start, max(end, start + timedelta(microseconds=1)))
    if not found:
        raise NothingPromised
    agreement = found[0].agreement
    month = month_bounds(f"{_local(start, agreement.timezone):%Y-%m}", agreement.timezone)
    whole = replace(found[0], start=month[0], end=month[1])
    longest = max((measured.seconds_of(each) for each in agreement.objectives), default=MINUTE_S)
    history = Judged.between(
        organisation_id, measured.slice_of(start, longest), measured.next_slice(end, longest), as_of=now
    )

    def touched(objective: Objective, region: str) -> Tally:
        slice_s = measured.seconds_of(objective)
        first, last = measured.slice_of(start, slice_s), measured.next_slice(end, slice_s)
        return history.tally(objective, region, replace(whole, start=first, end=last))

    judged = rows(agreement, touched, long=lambda objective: slices_of(whole, measured.seconds_of(objective)))
    of = Part(minutes_of(whole), minutes_of(whole))
    (credit,) = credits_of([at_best(agreement, judged, of)])
    return Meaning(organisation_id, measured.minute_of(start), measured.next_minute(end), judged, credit)


def _local(at: datetime, timezone: str) -> datetime:
    return at.astimezone(ZoneInfo(timezone))
