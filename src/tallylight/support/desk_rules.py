"""How the provider wants its desk to work: one row that managers keep."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, Viewer, require, require_staff
from tallylight.kernel.errors import Invalid
from tallylight.support.models import DeskRules

#: Nobody waits longer than a year for the end of a matter.
MOST_DAYS = 365


def reopen_days(viewer: Viewer) -> int:
    """For how many days after its resolution a customer's word opens a ticket again. Raises RoleRequired."""
    require_staff(viewer)
    return _kept().reopen_days


def reopen_period() -> timedelta:
    """The same, for the system itself."""
    return timedelta(days=_kept().reopen_days)


@transaction.atomic
def set_reopen_days(viewer: Viewer, days: int) -> None:
    """From now on. For managers. Raises RoleRequired, Invalid."""
    require(viewer, Role.MANAGER)
    if not 0 <= days <= MOST_DAYS:
        raise Invalid
    DeskRules.objects.update_or_create(pk=1, defaults={"reopen_days": days})
    accounts.audit(viewer, "support.set-desk-rules", "desk", reopen_days=days)


def _kept() -> DeskRules:
    return DeskRules.objects.filter(pk=1).first() or DeskRules(pk=1)
