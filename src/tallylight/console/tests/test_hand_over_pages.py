"""Handing a ticket over on its page and on the desk."""

from __future__ import annotations

import pytest
from tests.promises.world import World

from tallylight.accounts.models import Person
from tallylight.console.tests.reader import read, signed_in
from tallylight.support.models import Ticket

pytestmark = pytest.mark.django_db


def test_an_agent_offers_it_and_the_other_accepts_from_the_desk(world: World, night: Ticket) -> None:
    agent, manager = signed_in(world.agent), signed_in(world.manager)
    page = f"/tickets/{night.pk}"
    assert "never handed over, idle for" in read(agent, page)
    assert "Give it without asking" not in read(agent, page)
    sent = {"to": f"person:{world.manager}", "reason": "The customer asks for you."}
    assert agent.post(f"{page}/offer", sent).status_code == 302
    assert "Take the offer back" in read(agent, page)
    desk = read(manager, "/desk")
    assert "Offered to you" in desk
    assert "The customer asks for you." in desk
    assert 'data-key="y"' in read(manager, page)
    assert manager.post(f"{page}/offer/accept").status_code == 302
    assert "handed over once" in read(manager, page)
    assert "The customer asks for you." not in read(signed_in(world.large.member), page)
    assert "Night manager has it in hand" in read(signed_in(world.large.member), page)


def test_declining_needs_a_reason_that_the_owner_reads(world: World, night: Ticket) -> None:
    agent, manager = signed_in(world.agent), signed_in(world.manager)
    page = f"/tickets/{night.pk}"
    agent.post(f"{page}/offer", {"to": f"person:{world.manager}", "reason": "Please."})
    answer = manager.post(f"{page}/offer/decline", {"reason": " "}, follow=True)
    assert "say in a sentence why you decline" in answer.content.decode()
    manager.post(f"{page}/offer/decline", {"reason": "Not mine."})
    assert "Night manager declined: Not mine." in read(agent, page)


def test_a_manager_gives_it_without_asking_and_only_to_a_person(world: World, night: Ticket) -> None:
    manager, page = signed_in(world.manager), f"/tickets/{night.pk}"
    engineer = Person.objects.get(email="engineer@night.example").pk
    to_team = {"to": "team:experts", "reason": "Now.", "deed": "give"}
    assert "only a person" in manager.post(f"{page}/offer", to_team, follow=True).content.decode()
    manager.post(f"{page}/offer", {"to": f"person:{engineer}", "reason": "Now.", "deed": "give"})
    assert "gave it to Night engineer without asking: Now." in read(manager, page)
    agent = signed_in(world.agent)
    assert agent.post(f"{page}/offer", {"to": f"person:{world.agent}", "reason": "Mine."}).status_code == 403
    assert signed_in(world.large.member).post(f"{page}/offer/accept").status_code == 403


def test_an_offer_without_a_reason_or_receiver_changes_nothing(world: World, night: Ticket) -> None:
    agent, page = signed_in(world.agent), f"/tickets/{night.pk}"
    for sent in ({"to": f"person:{world.manager}", "reason": ""}, {"to": "everybody", "reason": "x"}):
        assert "Nothing changed" in agent.post(f"{page}/offer", sent, follow=True).content.decode()
    assert not night.offers.exists()


def test_the_ladder_is_shown_and_moved_by_hand_with_a_reason(world: World, night: Ticket) -> None:
    agent, page = signed_in(world.agent), f"/tickets/{night.pk}"
    assert "Skip the next step" in read(agent, page)
    assert "Nothing changed" in agent.post(f"{page}/ladder", {"deed": "skip"}, follow=True).content.decode()
    agent.post(f"{page}/ladder", {"deed": "skip", "reason": "She is on a plane."})
    after = read(agent, page)
    assert "Skipped." in after
    assert "decided so: She is on a plane." in after
    assert "已跳过。" in read(signed_in(world.agent, language="zh-hans"), page)


def test_a_customer_asks_for_escalation_once_and_reads_who_has_it(world: World, night: Ticket) -> None:
    member, page = signed_in(world.large.member), f"/tickets/{night.pk}"
    assert "Ask for escalation" in read(member, page)
    assert "Escalation ladder" not in read(member, page)
    said = member.post(f"{page}/escalate", {"reason": "The final is on."}, follow=True).content.decode()
    assert "asked for escalation; it was brought to" in said
    assert "You can ask again from" in said
