"""Teams on pages: staff reads them, an administrator makes them."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client
from tests.promises.world import World, make_world

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role
from tallylight.console.tests.test_contract_pages import signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def admin() -> Client:
    return signed_in(accounts.staff_with_role(Role.ADMIN)[0].id)


def make(client: Client, slug: str = "backbone") -> object:
    return client.post("/admin/teams", {"name": "Backbone", "slug": slug}, follow=True)


def test_an_administrator_makes_a_team_and_fills_it(world: World) -> None:
    assert "Nobody is in team Backbone." in text(make(admin()))
    filled = admin().post("/admin/teams/backbone/members", {"person": str(world.agent)}, follow=True)
    assert "1 person is in team Backbone." in text(filled)
    assert "Night agent" in text(signed_in(world.agent).get("/admin/teams/backbone"))
    emptied = admin().post(f"/admin/teams/backbone/members/{world.agent}/leave", follow=True)
    assert "Nobody is in team Backbone." in text(emptied)
    assert "There is no team yet." in text(admin().post("/admin/teams/backbone/dissolve", follow=True))


def test_a_short_name_that_is_taken_is_said_beside_its_field(world: World) -> None:
    make(admin())
    again = make(admin())
    assert again.status_code == 400  # type: ignore[attr-defined]
    assert "There is a team backbone already." in text(again)


def test_others_read_and_change_nothing(world: World) -> None:
    make(admin())
    agent = signed_in(world.agent)
    assert "Make the team" not in text(agent.get("/admin/teams"))
    assert make(agent, "mine").status_code == 403  # type: ignore[attr-defined]
    assert agent.post("/admin/teams/backbone/members", {"person": str(world.agent)}).status_code == 403
    assert signed_in(world.large.member).get("/admin/teams").status_code == 403
    assert signed_in(world.large.member).get("/admin/teams/backbone").status_code == 403


def test_the_api_does_the_same(world: World) -> None:
    client = admin()
    made = client.post("/api/v1/teams", {"slug": "backbone", "name": "Backbone"}, content_type="application/json")
    assert made.status_code == 201
    assert client.put(f"/api/v1/teams/backbone/members/{world.agent}").status_code == 204
    assert names(client) == [world.agent]
    assert client.delete(f"/api/v1/teams/backbone/members/{world.agent}").status_code == 204
    assert names(client) == []
    assert client.get("/api/v1/teams").json()["count"] == 1
    assert signed_in(world.large.member).get("/api/v1/teams/backbone").status_code == 403


def names(client: Client) -> list[UUID]:
    return [UUID(each["id"]) for each in client.get("/api/v1/teams/backbone/members").json()["items"]]
