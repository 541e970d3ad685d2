"""The desk: the next right ticket by one key, and who can do what."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client
from tests.promises.world import World, bad_night, make_world

from tallylight.accounts.models import Person
from tallylight.support.models import DeskProfile

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def signed_in(person: UUID, *, language: str = "en") -> Client:
    client = Client(headers={"Accept": "text/html"})
    client.force_login(Person.objects.get(pk=person))
    client.cookies["django_language"] = language
    return client


def test_the_next_ticket_opens_and_is_in_hand(world: World) -> None:
    night, agent = bad_night(world), signed_in(world.agent)
    desk = agent.get("/desk").content.decode()
    assert 'data-key="n"' in desk
    assert "10 minutes earlier for a fault" in desk
    answer = agent.post("/desk/next")
    assert answer["Location"] == f"/tickets/{night.pk}"
    assert "Night agent has it in hand" in agent.get(answer["Location"]).content.decode()
    assert "No ticket waits for you" in agent.post("/desk/next", follow=True).content.decode()
    assert signed_in(world.large.member).post("/desk/next").status_code == 403


def test_everybody_keeps_their_own_profile_and_a_manager_everybodys(world: World) -> None:
    agent, manager, place = signed_in(world.agent), signed_in(world.manager), "/desk/people"
    page = agent.get(place).content.decode()
    assert page.count("<summary>Change</summary>") == 1
    assert manager.get(place).content.decode().count("<summary>Change</summary>") == 4
    sent = {
        f"{world.agent}-languages": ["zh-hans"],
        f"{world.agent}-skills": "WebRTC, rtmp",
        f"{world.agent}-most": "5",
    }
    assert agent.post(f"{place}/{world.agent}", sent).status_code == 302
    kept = DeskProfile.objects.get(person_id=world.agent)
    assert (kept.languages, kept.skills, kept.most) == (["zh-hans"], ["rtmp", "webrtc"], 5)
    assert "<code>webrtc</code>" in agent.get(place).content.decode()
    assert agent.post(f"{place}/{world.manager}", {}).status_code == 403
    assert manager.post(f"{place}/{world.agent}", {f"{world.agent}-most": "-1"}).status_code == 400
    assert manager.post(f"{place}/{world.agent}", {}).status_code == 302
    assert DeskProfile.objects.get(person_id=world.agent).most is None


def test_the_people_of_the_desk_are_no_business_of_customers(world: World) -> None:
    assert signed_in(world.large.member).get("/desk/people").status_code == 403
    assert signed_in(world.manager, language="zh-hans").get("/desk/people").status_code == 200
