"""Teams: with whom the provider's people work. A role says what one may do; a team says who one does it with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, ProtectedError, Q, QuerySet

from tallylight.accounts.errors import NotOnOurSide, TeamInUse, TeamNameTaken, TeamUnknown
from tallylight.accounts.models import Membership, Team, TeamMember
from tallylight.accounts.roles import OrganisationKind, Role, Viewer, require
from tallylight.accounts.services import audit
from tallylight.kernel.errors import Invalid
from tallylight.kernel.lazy import Lazy

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class TeamCard:
    """A team as other rooms know it. `people` counts those of it who can sign in."""

    id: UUID
    slug: str
    name: str
    people: int


def teams() -> Lazy[TeamCard]:
    """Every team, by name."""
    return Lazy(_counted().order_by("name", "slug"), _card)


def team(slug: str) -> TeamCard:
    """One team by its slug. Raises TeamUnknown."""
    row = _counted().filter(slug=slug).first()
    if row is None:
        raise TeamUnknown(team=slug)
    return _card(row)


def teams_of(person_id: UUID) -> list[TeamCard]:
    """The teams somebody is in, by name."""
    mine = TeamMember.objects.filter(person_id=person_id).values("team_id")
    return [_card(row) for row in _counted().filter(id__in=mine).order_by("name", "slug")]


def member_ids(slug: str) -> list[UUID]:
    """The ids of a team's people, in the order in which they joined. Raises TeamUnknown."""
    rows = TeamMember.objects.filter(team_id=team(slug).id).order_by("id")
    return list(rows.values_list("person_id", flat=True))


@transaction.atomic
def make_team(viewer: Viewer, slug: str, name: str) -> TeamCard:
    """A new team without people. Raises RoleRequired, Invalid for a slug that can't stand in an address, TeamNameTaken."""
    require(viewer, Role.ADMIN)
    if not SLUG.fullmatch(slug) or not name.strip():
        raise Invalid
    try:
        with transaction.atomic():
            row = Team.objects.create(slug=slug, name=name.strip())
    except IntegrityError:
        raise TeamNameTaken(team=slug) from None
    audit(viewer, "accounts.make-team", slug, name=row.name)
    return team(slug)


@transaction.atomic
def rename_team(viewer: Viewer, slug: str, name: str) -> TeamCard:
    """Call a team otherwise; its slug stays. Raises RoleRequired, TeamUnknown, Invalid."""
    require(viewer, Role.ADMIN)
    if not name.strip():
        raise Invalid
    row = _held(slug)
    if row.name != name.strip():
        audit(viewer, "accounts.rename-team", slug, before=row.name, name=name.strip())
        row.name = name.strip()
        row.save(update_fields=["name"])
    return team(slug)


@transaction.atomic
def dissolve_team(viewer: Viewer, slug: str) -> None:
    """Remove a team; its people stay. Raises RoleRequired, TeamUnknown, TeamInUse while something is kept under its name."""
    require(viewer, Role.ADMIN)
    row = _held(slug)
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        raise TeamInUse(team=slug) from None
    audit(viewer, "accounts.dissolve-team", slug, name=row.name)


@transaction.atomic
def join_team(viewer: Viewer, slug: str, person_id: UUID) -> None:
    """Put one of the provider's people into a team. Harmless when repeated. Raises RoleRequired, TeamUnknown, NotOnOurSide."""
    require(viewer, Role.ADMIN)
    row = _held(slug)
    ours = Membership.objects.filter(
        organisation__kind=OrganisationKind.PROVIDER.value, person_id=person_id, person__is_active=True
    )
    if not ours.exists():
        raise NotOnOurSide
    _, fresh = TeamMember.objects.get_or_create(team=row, person_id=person_id)
    if fresh:
        audit(viewer, "accounts.join-team", slug, person=str(person_id))


@transaction.atomic
def leave_team(viewer: Viewer, slug: str, person_id: UUID) -> None:
    """Take somebody out of a team. Harmless when repeated. Raises RoleRequired, TeamUnknown."""
    require(viewer, Role.ADMIN)
    gone, _ = TeamMember.objects.filter(team=_held(slug), person_id=person_id).delete()
    if gone:
        audit(viewer, "accounts.leave-team", slug, person=str(person_id))


def _held(slug: str) -> Team:
    row = Team.objects.select_for_update().filter(slug=slug).first()
    if row is None:
        raise TeamUnknown(team=slug)
    return row


def _counted() -> QuerySet[Any]:
    return Team.objects.annotate(people=Count("members", filter=Q(members__person__is_active=True)))


def _card(row: Any) -> TeamCard:
    return TeamCard(row.id, row.slug, row.name, row.people)
