"""Reading a customer's month through the doors of the rooms that know it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tallylight.accounts import api as accounts
from tallylight.contracts import api as contracts
from tallylight.fleet import api as fleet
from tallylight.reports.dues import dues_between, with_misses
from tallylight.reports.errors import MonthNotOver
from tallylight.reports.month import Due, ServiceMonth, TakenOut
from tallylight.sla import api as sla
from tallylight.sla.api import ExclusionCard, Report
from tallylight.support import api as support

#: A promise that is due in a month may belong to a ticket that was opened this long before.
OPENED_BEFORE = timedelta(days=92)


def service_month(organisation_id: UUID, month: str, *, now: datetime) -> ServiceMonth:
    """An organisation's month once it is over. Raises MonthNotOver, and whatever `sla.month_report` raises."""
    report = sla.month_report(organisation_id, month, now)
    if report.until < report.end:
        raise MonthNotOver(month=month)
    segments = contracts.segments_between(organisation_id, report.start, report.end)
    last = segments[-1].end
    return ServiceMonth(
        customer=accounts.organisation(organisation_id).name,
        report=report,
        agreements={each.sha256: each.agreement for each in segments},
        sealed_until=min(max(sla.sealed_until(report) or report.start, report.start), last),
        dues=_dues(report, now=now),
        taken_out=tuple(map(_taken_out, sla.exclusions_between(organisation_id, report.start, report.end))),
        days=sla.days_of(report, now),
        regions={each.code: each for each in fleet.regions()},
    )


def _dues(report: Report, *, now: datetime) -> tuple[Due, ...]:
    start = report.start - OPENED_BEFORE
    tickets = support.past_tickets(report.organisation_id, start, report.end, now=now)
    misses = [miss for segment in report.segments for miss in segment.misses]
    return with_misses(dues_between(tickets, report.start, report.end), misses)


def _taken_out(card: ExclusionCard) -> TakenOut:
    approver = accounts.person(card.approved_by)
    return TakenOut(
        kind=card.kind,
        region=card.region,
        starts_at=card.starts_at,
        ends_at=card.ends_at,
        reason=card.reason,
        approver=approver.name if approver else str(card.approved_by),
        approved_at=card.approved_at,
    )
