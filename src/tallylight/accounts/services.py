"""Making organisations, people and tokens; keeping the audit trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from tallylight.accounts.errors import AddressTaken, OrganisationUnknown
from tallylight.accounts.models import ApiToken, AuditEntry, Membership, Organisation, Person
from tallylight.accounts.roles import OrganisationKind, Role, Viewer
from tallylight.kernel import clock
from tallylight.kernel.secrets import digest, new_token


def create_organisation(
    slug: str, name: str, kind: OrganisationKind, *, timezone: str = "UTC", locale: str = "en"
) -> UUID:
    """The organisation's id. Harmless when repeated: an organisation with that slug is left as it is."""
    row, _ = Organisation.objects.get_or_create(
        slug=slug, defaults={"name": name, "kind": kind.value, "timezone": timezone, "locale": locale}
    )
    return row.id


@transaction.atomic
def create_person(
    email: str,
    name: str,
    organisation: str,
    role: Role,
    *,
    password: str | None,
    timezone: str = "UTC",
    locale: str = "en",
    signatory: bool = False,
) -> UUID:
    """Somebody new in the organisation with that slug; without a password they can't sign in yet.

    `signatory`: may sign contracts in the name of a customer.

    Raises AddressTaken, or OrganisationUnknown.
    """
    home = Organisation.objects.filter(slug=organisation).first()
    if home is None:
        raise OrganisationUnknown(organisation=organisation)
    if Person.objects.filter(email=email.lower()).exists():
        raise AddressTaken(email=email)
    person = Person.objects.create_user(email, password, name=name, timezone=timezone, locale=locale)
    Membership.objects.create(person=person, organisation=home, role=role.value, signatory=signatory)
    return person.id


@transaction.atomic
def create_token(person_id: UUID, label: str, *, lifetime: timedelta | None = None) -> str:
    """A bearer token for a person's first organisation; this is the only time it can be read."""
    membership = Membership.objects.filter(person_id=person_id).order_by("id")[0]
    token, now = new_token(), clock.now()
    row = ApiToken.objects.create(
        person_id=person_id,
        organisation_id=membership.organisation_id,
        label=label,
        digest=digest(token),
        created_at=now,
        expires_at=now + lifetime if lifetime else None,
    )
    AuditEntry.objects.create(
        person_id=person_id,
        organisation_id=membership.organisation_id,
        action="accounts.make-token",
        subject=str(row.id),
        facts={"label": label},
    )
    return token


def audit(viewer: Viewer | None, action: str, subject: str, **facts: Any) -> None:
    """Write down that `viewer` (None: the system itself) did `action` to `subject`."""
    AuditEntry.objects.create(
        person_id=viewer.person_id if viewer else None,
        organisation_id=viewer.organisation_id if viewer else None,
        action=action,
        subject=subject,
        facts=facts,
    )
