"""Teams are made by administrators, of the provider's people only, and every change leaves a trace."""

from __future__ import annotations

from uuid import UUID

import pytest

from tallylight.accounts import api
from tallylight.accounts.api import OrganisationKind, Role, RoleRequired, TeamUnknown
from tallylight.accounts.errors import NotOnOurSide, TeamNameTaken
from tallylight.accounts.models import AuditEntry, Person
from tallylight.accounts.sign_in import _viewer
from tallylight.kernel.errors import Invalid
from tallylight.kernel.ids import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, UUID]:
    for slug, kind in (("net", "provider"), ("a", "customer")):
        api.create_organisation(slug, slug, OrganisationKind(kind))
    cast = {"agent": Role.AGENT, "engineer": Role.ENGINEER, "manager": Role.MANAGER, "admin": Role.ADMIN}
    made = {n: api.create_person(f"{n}@x.example", n, "net", role, password=None) for n, role in cast.items()}
    return made | {"member": api.create_person("m@a.example", "m", "a", Role.MEMBER, password=None)}


def names(slug: str) -> list[str]:
    return [each.name for each in api.team_members(slug)]


def test_an_administrator_makes_a_team_and_puts_people_in_it(people: dict[str, UUID]) -> None:
    admin = _viewer(people["admin"])
    api.make_team(admin, "backbone", "Backbone")
    for name in ("engineer", "agent", "engineer"):
        api.join_team(admin, "backbone", people[name])
    assert names("backbone") == ["engineer", "agent"]
    assert [(each.slug, each.people) for each in api.teams()] == [("backbone", 2)]
    assert [each.slug for each in api.teams_of(people["agent"])] == ["backbone"]
    api.leave_team(admin, "backbone", people["engineer"])
    api.leave_team(admin, "backbone", people["engineer"])
    assert names("backbone") == ["agent"]
    trail = AuditEntry.objects.filter(action__contains="team").order_by("id").values_list("action", flat=True)
    assert list(trail) == [f"accounts.{each}-team" for each in ("make", "join", "join", "leave")]


def test_who_can_not_sign_in_is_in_no_team(people: dict[str, UUID]) -> None:
    admin = _viewer(people["admin"])
    api.make_team(admin, "backbone", "Backbone")
    api.join_team(admin, "backbone", people["agent"])
    Person.objects.filter(id=people["agent"]).update(is_active=False)
    assert names("backbone") == []
    assert api.team("backbone").people == 0


def test_a_customers_member_joins_no_team_and_neither_does_a_stranger(people: dict[str, UUID]) -> None:
    admin = _viewer(people["admin"])
    api.make_team(admin, "backbone", "Backbone")
    for somebody in (people["member"], new_id()):
        with pytest.raises(NotOnOurSide):
            api.join_team(admin, "backbone", somebody)


def test_nobody_but_an_administrator_changes_teams(people: dict[str, UUID]) -> None:
    api.make_team(_viewer(people["admin"]), "backbone", "Backbone")
    for name in ("agent", "engineer", "manager", "member"):
        viewer = _viewer(people[name])
        with pytest.raises(RoleRequired):
            api.make_team(viewer, "other", "Other")
        with pytest.raises(RoleRequired):
            api.join_team(viewer, "backbone", people[name])
        with pytest.raises(RoleRequired):
            api.leave_team(viewer, "backbone", people[name])
        with pytest.raises(RoleRequired):
            api.rename_team(viewer, "backbone", "Mine")
        with pytest.raises(RoleRequired):
            api.dissolve_team(viewer, "backbone")


def test_a_slug_is_given_once_and_a_name_may_change(people: dict[str, UUID]) -> None:
    admin = _viewer(people["admin"])
    api.make_team(admin, "backbone", "Backbone")
    with pytest.raises(TeamNameTaken):
        api.make_team(admin, "backbone", "Again")
    with pytest.raises(Invalid):
        api.make_team(admin, "Back bone", "Backbone")
    assert api.rename_team(admin, "backbone", "Transit").name == "Transit"
    api.dissolve_team(admin, "backbone")
    with pytest.raises(TeamUnknown):
        api.team("backbone")
