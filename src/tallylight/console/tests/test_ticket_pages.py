"""What else is done on a ticket's page."""

from __future__ import annotations

import pytest
from tests.promises.world import World

from tallylight.console.tests.reader import read, signed_in
from tallylight.support.models import Ticket

pytestmark = pytest.mark.django_db


def test_closing_asks_for_a_cause_and_the_customer_is_asked_how_it_went(world: World, night: Ticket) -> None:
    agent, member, page = signed_in(world.agent), signed_in(world.large.member), f"/tickets/{night.pk}"
    agent.post(f"{page}/reply", {"text": "A cable.", "deed": "resolve"})
    assert 'data-key="c"' in read(agent, page)
    assert "Close the ticket" not in read(member, page)
    for sent in ({}, {"cause": "other"}):
        assert "not closed yet" in agent.post(f"{page}/close", sent, follow=True).content.decode()
    agent.post(f"{page}/close", {"cause": "other", "words": "A mouse."})
    assert "Something else. A mouse." in read(member, page)
    assert "Send the answer" in read(member, page)
    assert "Nothing is kept yet" in member.post(f"{page}/satisfaction", {"score": 6}, follow=True).content.decode()
    member.post(f"{page}/satisfaction", {"score": 4, "words": "Quick."})
    shown = read(agent, page)
    assert "4 of 5" in shown
    assert "Quick." in shown
    assert "Send the answer" not in shown
    assert "处理得如何" not in shown
    assert "满分 5 分" in read(signed_in(world.agent, language="zh-hans"), page)


def test_managers_keep_the_rules_of_the_desk_and_others_read_them(world: World) -> None:
    agent, manager = signed_in(world.agent), signed_in(world.manager)
    assert "Managers change this." in read(agent, "/desk/rules")
    assert agent.post("/desk/rules", {"reopen_days": 3}).status_code == 403
    assert "366" in manager.post("/desk/rules", {"reopen_days": 366}).content.decode()
    assert manager.post("/desk/rules", {"reopen_days": 3}).status_code == 302
    assert 'value="3"' in read(agent, "/desk/rules")
    assert signed_in(world.large.member).get("/desk/rules").status_code == 403


def test_writing_on_what_was_over_leads_to_the_new_ticket(world: World, night: Ticket) -> None:
    agent, member, page = signed_in(world.agent), signed_in(world.large.member), f"/tickets/{night.pk}"
    signed_in(world.manager).post("/desk/rules", {"reopen_days": 0})
    agent.post(f"{page}/reply", {"text": "A cable.", "deed": "resolve"})
    answer = member.post(f"{page}/reply", {"text": "Again."}, follow=True)
    fresh = Ticket.objects.exclude(pk=night.pk).get()
    assert answer.redirect_chain[-1][0] == f"/tickets/{fresh.pk}"
    assert f">{night.number}</a>" in answer.content.decode()
    assert f">{fresh.number}</a>" in read(member, page)


def test_tickets_are_merged_by_number_undone_and_split(world: World, night: Ticket) -> None:
    agent, member = signed_in(world.agent), signed_in(world.large.member)
    member.post("/tickets/new", {"title": "Also black", "text": "In Dubai."})
    own = Ticket.objects.exclude(pk=night.pk).get()
    page = f"/tickets/{own.pk}"
    assert "Merge it into ticket" in read(agent, page)
    assert "Merge it into ticket" not in read(agent, f"/tickets/{night.pk}"), "an incident's stays"
    assert "Merge it into ticket" not in read(member, page)
    assert "Nothing changed" in agent.post(f"{page}/merge", {"number": "42"}, follow=True).content.decode()
    answer = agent.post(f"{page}/merge", {"number": night.number}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/tickets/{night.pk}"
    assert "In Dubai." in answer.content.decode()
    assert "Undo the merging" in read(agent, page)
    signpost = read(member, page)
    assert f">{night.number}</a>" in signpost
    assert "Undo the merging" not in signpost
    agent.post(f"{page}/unmerge")
    assert "In Dubai." in read(agent, page)
    member.post(f"{page}/reply", {"text": "And the bill?"})
    chosen = own.entries.get(text="And the bill?").pk
    for sent in ({"title": "Bill"}, {"title": "Bill", "entries": "x"}):
        assert "Nothing changed" in agent.post(f"{page}/split", sent, follow=True).content.decode()
    apart = agent.post(f"{page}/split", {"title": "Bill", "entries": [str(chosen)]}, follow=True).content.decode()
    assert "And the bill?" in apart
    assert f">{own.number}</a>" in apart


def test_tasks_and_links_on_the_page_and_on_the_desk(world: World, night: Ticket) -> None:
    agent, manager, member = signed_in(world.agent), signed_in(world.manager), signed_in(world.large.member)
    page = f"/tickets/{night.pk}"
    assert "Nothing changed" in agent.post(f"{page}/tasks", {"title": "Call"}, follow=True).content.decode()
    sent = {"title": "Call the carrier", "who": str(world.manager), "due": "2031-01-01T10:00"}
    agent.post(f"{page}/tasks", sent)
    assert "Call the carrier" in read(manager, "/desk")
    assert "Call the carrier" not in read(member, page)
    agent.post(f"{page}/reply", {"text": "A cable.", "deed": "resolve"})
    assert "Close it with 1 open task" in read(agent, page)
    refused = agent.post(f"{page}/close", {"cause": "carrier"}, follow=True).content.decode()
    assert "tasks are open" in refused
    manager.post(f"{page}/tasks/done", {"id": str(night.tasks.get().pk)})
    assert "done by Night manager" in read(agent, page)
    assert "Call the carrier" not in read(manager, "/desk")
    assert "Nothing changed" in agent.post(f"{page}/links", {"how": "related"}, follow=True).content.decode()
    agent.post(f"{page}/links", {"how": "caused-by", "incident": str(night.incident)})
    assert "Caused by" in read(member, page)
    assert "Unlink" not in read(member, page)
    agent.post(f"{page}/links/remove", {"id": str(night.links.get().pk)})
    assert not night.links.exists()
