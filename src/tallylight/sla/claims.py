"""A customer claims the credit of a month, where its contract wants that, within the agreed window."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tallylight.accounts.api import Role, Viewer, audit, require
from tallylight.kernel.events import CreditClaimed, publish
from tallylight.sla import services
from tallylight.sla.errors import NothingToClaim
from tallylight.sla.models import Claim
from tallylight.sla.report import Report
from tallylight.sla.settlement import Settled


@transaction.atomic
def claim(month: str, *, by: Viewer, now: datetime) -> Report:
    """Claim what the viewer's own organisation earned in a month (`2026-11`); the month as it stands then.

    Claiming again changes nothing. Raises RoleRequired (a customer's member claims), NothingToClaim, and whatever
    `services.month_report` raises.
    """
    require(by, Role.MEMBER)
    report = services.month_report(by.organisation_id, month, now)
    states = {each.state for each in report.settlements}
    if Settled.CLAIMED in states:
        return report
    if Settled.CLAIMABLE not in states:
        raise NothingToClaim(month=month)
    row, made = Claim.objects.get_or_create(
        organisation_id=by.organisation_id, month=month, defaults={"claimed_by_id": by.person_id, "claimed_at": now}
    )
    if made:
        audit(by, "sla.claim", str(row.id), month=month)
        publish(CreditClaimed(by.organisation_id, month, now))
    return services.month_report(by.organisation_id, month, max(now, row.claimed_at))
