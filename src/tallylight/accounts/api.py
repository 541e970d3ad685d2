"""The door of `accounts`: who is asking, who works here, whose data is whose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tallylight.accounts.asked import EARLIEST, LATEST, Instant, Pages
from tallylight.accounts.errors import OrganisationUnknown, RoleRequired, TeamUnknown
from tallylight.accounts.models import Membership, Organisation, Person
from tallylight.accounts.own import TokenCard, revoke_token, set_preferences, tokens_of
from tallylight.accounts.roles import OrganisationKind, Role, Viewer, require, require_staff, roles_from, signs_for_it
from tallylight.accounts.services import audit, create_organisation, create_person, create_token
from tallylight.accounts.sign_in import Bearer, Session, viewer_as, viewer_of
from tallylight.accounts.signatories import may_appoint, set_signatory
from tallylight.accounts.teams import (
    TeamCard,
    dissolve_team,
    join_team,
    leave_team,
    make_team,
    member_ids,
    rename_team,
    team,
    teams,
    teams_of,
)
from tallylight.accounts.tenancy import TenantModel, TenantQuerySet

__all__ = [
    "EARLIEST",
    "LATEST",
    "Bearer",
    "Instant",
    "OrganisationCard",
    "OrganisationKind",
    "OrganisationUnknown",
    "Pages",
    "PersonCard",
    "Role",
    "RoleRequired",
    "Session",
    "TeamCard",
    "TeamUnknown",
    "TenantModel",
    "TenantQuerySet",
    "TokenCard",
    "Viewer",
    "audit",
    "create_organisation",
    "create_person",
    "create_token",
    "dissolve_team",
    "join_team",
    "leave_team",
    "make_team",
    "may_appoint",
    "member_ids",
    "members_of",
    "organisation",
    "organisation_by_slug",
    "organisations",
    "people",
    "people_at",
    "person",
    "person_by_email",
    "rename_team",
    "require",
    "require_staff",
    "revoke_token",
    "roles_from",
    "set_preferences",
    "set_signatory",
    "signers_of",
    "staff",
    "staff_with_role",
    "team",
    "team_members",
    "teams",
    "teams_of",
    "tokens_of",
    "viewer_as",
    "viewer_of",
]


@dataclass(frozen=True, slots=True)
class OrganisationCard:
    """An organisation as other rooms know it."""

    id: UUID
    slug: str
    name: str
    kind: OrganisationKind
    timezone: str
    locale: str


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person as other rooms know them. `may_sign`: whether they may bind their organisation by a signature."""

    id: UUID
    name: str
    email: str
    role: Role
    locale: str
    timezone: str
    may_sign: bool = False


def organisation(id: UUID) -> OrganisationCard:  # noqa: A002 - the field's name
    """One organisation. Raises OrganisationUnknown."""
    row = Organisation.objects.filter(id=id).first()
    if row is None:
        raise OrganisationUnknown(organisation=id)
    return _organisation(row)


def organisation_by_slug(slug: str) -> OrganisationCard:
    """One organisation by its slug. Raises OrganisationUnknown."""
    row = Organisation.objects.filter(slug=slug).first()
    if row is None:
        raise OrganisationUnknown(organisation=slug)
    return _organisation(row)


def organisations(kind: OrganisationKind = OrganisationKind.CUSTOMER) -> list[OrganisationCard]:
    """All organisations of one kind, by name."""
    return [_organisation(row) for row in Organisation.objects.filter(kind=kind.value).order_by("name")]


def staff_with_role(role: Role) -> list[PersonCard]:
    """The provider's people with that role who can sign in, the longest serving first."""
    return _people(organisation__kind=OrganisationKind.PROVIDER.value, role=role.value)


def staff() -> list[PersonCard]:
    """All of the provider's people who can sign in, the longest serving first."""
    return _people(organisation__kind=OrganisationKind.PROVIDER.value)


def members_of(organisation_id: UUID) -> list[PersonCard]:
    """The people of one organisation who can sign in, the longest serving first."""
    return _people(organisation_id=organisation_id)


def signers_of(organisation_id: UUID) -> list[PersonCard]:
    """The people who may bind an organisation by their signature and can sign in, the longest serving first."""
    return [each for each in members_of(organisation_id) if each.may_sign]


def team_members(slug: str) -> list[PersonCard]:
    """The people of a team who can sign in, in the order in which they joined. Raises TeamUnknown."""
    ids = member_ids(slug)
    found = people(ids)
    return [found[each] for each in ids if each in found]


def people(ids: Iterable[UUID]) -> dict[UUID, PersonCard]:
    """Those of these people who can sign in, by id: one query."""
    return {each.id: each for each in _people(person_id__in=set(ids))}


def person(id: UUID) -> PersonCard | None:  # noqa: A002
    """One person, or None."""
    return next(iter(_people(person_id=id)), None)


def person_by_email(address: str) -> UUID | None:
    """Whose login this mail address is, if they can sign in."""
    return Person.objects.filter(email=address.strip().lower(), is_active=True).values_list("pk", flat=True).first()


def people_at(domain: str, *, most: int = 20) -> list[PersonCard]:
    """Customers' people whose mail addresses are of that domain."""
    found = _people(person__email__iendswith=f"@{domain}", organisation__kind=OrganisationKind.CUSTOMER.value)
    return found[:most]


def _people(**lookups: object) -> list[PersonCard]:
    rows = Membership.objects.filter(person__is_active=True, **lookups).select_related("person").order_by("id")
    return [
        PersonCard(
            row.person.id,
            row.person.name,
            row.person.email,
            Role(row.role),
            row.person.locale,
            row.person.timezone,
            signs_for_it(Role(row.role), signatory=row.signatory),
        )
        for row in rows
    ]


def _organisation(row: Organisation) -> OrganisationCard:
    return OrganisationCard(row.id, row.slug, row.name, OrganisationKind(row.kind), row.timezone, row.locale)
