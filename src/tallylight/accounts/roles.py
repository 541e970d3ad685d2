"""Who may do what: four roles at the provider, one at the customer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tallylight.accounts.errors import RoleRequired


class OrganisationKind(StrEnum):
    PROVIDER = "provider"
    CUSTOMER = "customer"


class Role(StrEnum):
    """`member` is a customer's; the others are the provider's, in the order of the escalation ladder."""

    MEMBER = "member"
    AGENT = "agent"
    ENGINEER = "engineer"
    MANAGER = "manager"
    ADMIN = "admin"


PROVIDER_ROLES = frozenset(Role) - {Role.MEMBER}
#: Those of the provider who may bind it by their signature.
SIGNING_ROLES = frozenset({Role.MANAGER, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking: a person (or a token, then `person_id` is its maker) in one organisation with one role.

    `may_sign`: whether the person may bind the organisation by a signature. `in_person`: False when a token speaks.
    """

    person_id: UUID
    organisation_id: UUID
    organisation_slug: str
    role: Role
    is_provider: bool
    name: str
    locale: str
    timezone: str
    may_sign: bool = False
    in_person: bool = True


def signs_for_it(role: Role, *, signatory: bool) -> bool:
    """Whether a person may bind their organisation: the provider's managers and admins, a customer's named signatories."""
    return signatory if role is Role.MEMBER else role in SIGNING_ROLES


def require(viewer: Viewer, *roles: Role) -> None:
    """Raises RoleRequired unless the viewer has one of `roles`; an admin has them all."""
    if viewer.role is not Role.ADMIN and viewer.role not in roles:
        raise RoleRequired(role=viewer.role.value, needed=", ".join(role.value for role in roles))


def roles_from(role: Role) -> tuple[Role, ...]:
    """A role and all above it on the ladder."""
    ladder = tuple(Role)
    return ladder[ladder.index(role) :]


def require_staff(viewer: Viewer) -> None:
    """Raises RoleRequired unless the viewer works for the provider."""
    require(viewer, *PROVIDER_ROLES)
