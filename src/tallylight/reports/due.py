"""Which months of a customer have a report to be made, sent, or confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from tallylight.contracts import api as contracts
from tallylight.reports.models import Edition, Milestone
from tallylight.sla import api as sla


def due_months(organisation_id: UUID, *, now: datetime) -> list[str]:
    """The last month that is over, if it has no report yet; and every month whose report may have become final."""
    editions = {each.month: each for each in _editions(organisation_id)}
    months = [month for month, edition in editions.items() if _waits(edition, now=now)]
    last = month_before(sla.zone_of(organisation_id, now), now)
    if last not in editions and _promised(organisation_id, last, now=now):
        months.append(last)
    return sorted(months)


def month_before(zone: str, now: datetime) -> str:
    """The last month that is over in a zone: `2026-10`."""
    first = now.astimezone(ZoneInfo(zone)).replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


def _editions(organisation_id: UUID) -> list[Edition]:
    """The last edition of each month."""
    rows = Edition.objects.filter(organisation_id=organisation_id).order_by("month", "-number").distinct("month")
    return list(rows.prefetch_related("passed").defer("figures"))


def _waits(edition: Edition, *, now: datetime) -> bool:
    """Whether it was never sent, or is not final although its last day should be sealed by now."""
    passed = {each.milestone for each in edition.passed.all()}
    if Milestone.SENT not in passed:
        return True
    return Milestone.FINAL not in passed and now >= edition.covers_until + sla.CORRECTION_WINDOW


def _promised(organisation_id: UUID, month: str, *, now: datetime) -> bool:
    """Whether something was promised in the month, and known here before it was over: nobody could have measured it else."""
    start, end = sla.month_bounds(month, sla.zone_of(organisation_id, now))
    known = any(each.accepted_at < end for each in contracts.versions(organisation_id))
    return known and sla.settled(now) >= end and bool(contracts.segments_between(organisation_id, start, end))
