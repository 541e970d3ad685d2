"""What this room does when a month changes that is over: something was taken out of its count, or its credit was claimed."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from tallylight.kernel import clock
from tallylight.kernel.events import CreditClaimed, SlicesExcluded
from tallylight.reports.due import due_months
from tallylight.reports.making import bring_up_to_date, latest
from tallylight.sla import api as sla


def on_slices_excluded(event: SlicesExcluded) -> None:
    """The months that were reported already get another edition."""
    zone = sla.zone_of(event.organisation, clock.now())
    _report_again(event.organisation, [month for month, _bounds in sla.months_between(event.start, event.end, zone)])


def on_credit_claimed(event: CreditClaimed) -> None:
    """The month gets another edition, which says so."""
    _report_again(event.organisation, [event.month])


def _report_again(organisation_id: UUID, months: Iterable[str]) -> None:
    """Bring what was reported up to date, however final it was. Raises HistoryAway; then it is tried again.

    A month whose first report is due counts as reported: somebody may be making it from what was known before.
    """
    now = clock.now()
    due = due_months(organisation_id, now=now)
    for month in months:
        if month in due or latest(organisation_id, month):
            bring_up_to_date(organisation_id, month, now=now, send=True)
