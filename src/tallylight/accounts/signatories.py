"""Who may sign contracts in a customer's name.

The provider's people sign by their role. A customer names its signatories: the first is settled by the provider's
administrator, who knows on what paper it rests; from then on those who sign name the others.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tallylight.accounts.errors import NotYoursToAppoint
from tallylight.accounts.models import Membership
from tallylight.accounts.roles import Role, Viewer
from tallylight.accounts.services import audit
from tallylight.kernel.errors import NotFound


def may_appoint(viewer: Viewer) -> bool:
    """Whether the viewer settles who signs for the customers that they see."""
    return viewer.in_person and (viewer.role is Role.ADMIN or (viewer.may_sign and not viewer.is_provider))


@transaction.atomic
def set_signatory(viewer: Viewer, person_id: UUID, *, may_sign: bool) -> None:
    """Let a customer's member sign in its name, or no longer. Harmless when repeated.

    Raises NotFound for people whom the viewer does not see or who are not a customer's, NotYoursToAppoint.
    """
    seen = Membership.objects.filter(role=Role.MEMBER.value)
    if not viewer.is_provider:
        seen = seen.filter(organisation_id=viewer.organisation_id)
    membership = seen.select_for_update().filter(person_id=person_id).order_by("id").first()
    if membership is None:
        raise NotFound
    if not may_appoint(viewer):
        raise NotYoursToAppoint
    if membership.signatory != may_sign:
        membership.signatory = may_sign
        membership.save(update_fields=["signatory"])
        audit(viewer, "accounts.set-signatory", str(person_id), may_sign=may_sign)
