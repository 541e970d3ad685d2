"""Whose an address is. What nobody confirmed is a stranger's, whatever name it shows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tallylight.accounts import api as accounts
from tallylight.accounts.api import OrganisationCard, PersonCard, Viewer, audit, require_staff
from tallylight.channels.errors import PersonUnknown
from tallylight.channels.inbound import MAIL
from tallylight.channels.models import Address


def whose(channel: str, address: str) -> Viewer | None:
    """The person behind an address: by their login's mail address, or one that was confirmed. None: a stranger."""
    value = address.strip().lower()
    if channel == MAIL:
        known = accounts.person_by_email(value)
        if known:
            return accounts.viewer_as(known)
    row = Address.objects.filter(channel=channel, value=value).first()
    return accounts.viewer_as(row.person_id) if row else None


def confirm(viewer: Viewer, channel: str, address: str, person_id: UUID, *, name: str = "", now: datetime) -> None:
    """Somebody of the staff says that an address is a customer's. What comes from it counts as that person's from now on.

    Raises RoleRequired, PersonUnknown.
    """
    require_staff(viewer)
    owner = accounts.viewer_as(person_id)
    if owner is None or owner.is_provider:
        raise PersonUnknown(person=person_id)
    Address.objects.update_or_create(
        channel=channel,
        value=address.strip().lower()[:320],
        defaults={"person_id": person_id, "name": name[:200], "verified_at": now, "verified_by_id": viewer.person_id},
    )
    audit(viewer, "address.confirmed", address, channel=channel, person=str(person_id))


def likely(address: str) -> list[PersonCard]:
    """Customers' people whose addresses are of the same domain: to choose from, never to believe."""
    domain = address.rpartition("@")[2].lower()
    return accounts.people_at(domain) if domain else []


def home_of(viewer: Viewer) -> OrganisationCard:
    """The organisation of a known sender."""
    return accounts.organisation(viewer.organisation_id)
