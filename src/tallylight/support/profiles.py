"""What each of the desk's people can do, and how much they have: rows of profiles, counts of tickets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet, Sum

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Role, Viewer, require, require_staff
from tallylight.kernel.errors import Invalid
from tallylight.support.errors import NobodyToOwn, ProfileRefused
from tallylight.support.models import DeskProfile, OwnedChange
from tallylight.support.skills import SKILL, Profile

#: Nobody is asked to have more than so many at once.
MOST = 1000


@dataclass(frozen=True, slots=True)
class DeskPerson:
    """Somebody at the desk: what is known of them (`profile` None: nothing, they get anything) and how many tickets they own."""

    person: PersonCard
    profile: Profile | None
    pending: int


def profiles() -> dict[UUID, Profile]:
    """Of everybody of whom something is known."""
    return {row.person_id: _profile(row) for row in DeskProfile.objects.all()}


def held(person_id: UUID) -> Profile | None:
    """One person's, its row held: whoever takes two tickets at once for one person takes them one after the other."""
    row = DeskProfile.objects.select_for_update().filter(person_id=person_id).first()
    return _profile(row) if row else None


def known_skills() -> set[str]:
    """Every skill that somebody has."""
    return {skill for each in profiles().values() for skill in each.skills}


def pending_of(person_id: UUID) -> int:
    """How many tickets somebody owns that still owe something."""
    return loads(OwnedChange.objects.filter(owner=person_id)).get(person_id, 0)


def loads(rows: QuerySet[OwnedChange] | None = None) -> dict[UUID, int]:
    """How many pending tickets each owner has; who has none is left out."""
    found = OwnedChange.objects.all() if rows is None else rows
    summed = found.values("owner").annotate(pending=Sum("change")).filter(pending__gt=0)
    return {row["owner"]: int(row["pending"]) for row in summed.order_by()}


def fold() -> None:
    """Write the sum of each owner's changes in their place. Whatever is added meanwhile stays; harmless when repeated."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM support_ownedchange RETURNING owner, change) "
            "INSERT INTO support_ownedchange (owner, change) "
            "SELECT owner, sum(change) FROM gone GROUP BY owner HAVING sum(change) <> 0"
        )


def desk_people(viewer: Viewer) -> list[DeskPerson]:
    """All of the provider's people, the longest serving first. Raises RoleRequired."""
    require_staff(viewer)
    known, pending = profiles(), loads()
    return [DeskPerson(each, known.get(each.id), pending.get(each.id, 0)) for each in accounts.staff()]


@transaction.atomic
def set_profile(
    viewer: Viewer, person_id: UUID, *, languages: Iterable[str], skills: Iterable[str], most: int | None
) -> None:
    """Say what somebody can do and how many tickets they should have at once (None: no limit). One's own, or as a manager.

    Raises RoleRequired, NobodyToOwn for somebody who is not of the staff, ProfileRefused.
    """
    require_staff(viewer)
    if person_id != viewer.person_id:
        require(viewer, Role.MANAGER)
    person = accounts.person(person_id)
    if person is None or person.role is Role.MEMBER:
        raise NobodyToOwn
    spoken, known = sorted(set(languages)), sorted(set(skills))
    if set(spoken) - {code for code, _name in settings.LANGUAGES} or not all(map(_is_skill, known)):
        raise ProfileRefused
    if most is not None and not 0 <= most <= MOST:
        raise ProfileRefused
    values = {"languages": spoken, "skills": known, "most": most}
    DeskProfile.objects.update_or_create(person_id=person_id, defaults=values)
    accounts.audit(viewer, "support.set-profile", str(person_id), **values)


def checked_skill(skill: str) -> str:
    """A skill as it is kept, or empty for none in particular. Raises Invalid."""
    if skill and not _is_skill(skill):
        raise Invalid
    return skill


def _is_skill(skill: str) -> bool:
    return len(skill) <= 63 and SKILL.fullmatch(skill) is not None


def _profile(row: DeskProfile) -> Profile:
    return Profile(frozenset(row.languages), frozenset(row.skills), row.most)
