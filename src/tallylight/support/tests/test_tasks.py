"""Tasks are given, reminded of once and done; links are seen from both ends, by customers only where they lead to their own."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts.api import RoleRequired
from tallylight.contracts.api import Level
from tallylight.kernel.errors import NotFound
from tallylight.notify import api as notify
from tallylight.support import api, tasks
from tallylight.support.api import Cause, Related, Seen
from tallylight.support.models import Ticket
from tallylight.support.states import Channel, State
from tallylight.support.tests.scene import Scene

HOUR = timedelta(hours=1)
BY = Channel.CONSOLE


def opened(scene: Scene, title: str, by: str = "mia") -> UUID:
    return api.open_ticket(
        scene.viewer(by), title=title, text="?", level=Level.FAULT, channel=BY, now=scene.clock.now()
    )


@pytest.fixture
def ticket(scene: Scene) -> UUID:
    return opened(scene, "Black picture")


def give(scene: Scene, ticket: UUID, who: str = "wei", title: str = "Look at sin-1", hours: float | None = 2) -> UUID:
    now = scene.clock.now()
    due = now + hours * HOUR if hours is not None else None
    return api.add_task(
        scene.viewer("ana"), ticket, title=title, who=scene.people[who], due_at=due, channel=BY, now=now
    )


def detail(scene: Scene, ticket: UUID, name: str = "ana") -> api.TicketDetail:
    return api.ticket(scene.viewer(name), ticket, now=scene.clock.now())


def told(ticket: UUID, start: str) -> list[str]:
    return [each.address for each in notify.deliveries(ticket) if each.subject.split("] ")[1].startswith(start)]


def test_whoever_gets_a_task_is_told_and_reminded_once_when_it_is_due(scene: Scene, ticket: UUID) -> None:
    give(scene, ticket)
    assert told(ticket, "A task for you") == ["engineer@tallylight.example"]
    scene.clock.move(2 * HOUR - timedelta(microseconds=1))
    assert tasks.remind(now=scene.clock.now()) == 0
    scene.clock.move(timedelta(microseconds=1))
    assert [tasks.remind(now=scene.clock.now()) for _again in range(2)] == [1, 0]
    assert told(ticket, "Your task is due") == ["engineer@tallylight.example"]


def test_what_is_done_in_time_or_without_a_time_reminds_nobody(scene: Scene, ticket: UUID) -> None:
    done = give(scene, ticket)
    give(scene, ticket, "ana", "Sometime", hours=None)
    api.do_task(scene.viewer("wei"), done, channel=BY, now=scene.clock.now())
    scene.clock.move(99 * HOUR)
    assert tasks.remind(now=scene.clock.now()) == 0
    assert told(ticket, "A task for you") == ["engineer@tallylight.example"], "nobody is told of their own"
    found = detail(scene, ticket)
    assert [(each.title, each.done_by) for each in found.tasks] == [("Sometime", ""), ("Look at sin-1", "Wei Chen")]
    assert found.entries[-1].text == "Wei Chen did the task: Look at sin-1"
    assert [each.title for each in api.my_tasks(scene.viewer("wei"))] == []


def test_tasks_are_the_desk_s_alone(scene: Scene, ticket: UUID, client: Client) -> None:
    task = give(scene, ticket)
    assert detail(scene, ticket, "mia").tasks == ()
    assert "sin-1" not in str(detail(scene, ticket, "mia"))
    headers = scene.token("mia")
    assert client.post(f"/api/v1/tasks/{task}/done", headers=headers).status_code == 403
    sent = {"title": "Mine", "person_id": str(scene.people["ana"])}
    path = f"/api/v1/tickets/{ticket}/tasks"
    assert client.post(path, sent, "application/json", headers=headers).status_code == 403
    assert client.get("/api/v1/desk/tasks", headers=headers).status_code == 403
    sent["person_id"] = str(scene.people["mia"])
    answer = client.post(path, sent, "application/json", headers=scene.token("ana"))
    assert answer.json()["code"] == "nobody-for-task"


def test_with_open_tasks_it_is_closed_only_by_saying_so(scene: Scene, ticket: UUID) -> None:
    give(scene, ticket)
    ana, now = scene.viewer("ana"), scene.clock.now()
    api.resolve(ana, ticket, "A cable.", channel=BY, now=now)
    with pytest.raises(api.TasksOpen):
        api.close(ana, ticket, cause=Cause.CARRIER, channel=BY, now=now)
    api.close(ana, ticket, cause=Cause.CARRIER, despite_tasks=True, channel=BY, now=now)
    assert Ticket.objects.get(pk=ticket).state == State.CLOSED
    assert "It was closed with 1 open task." in [each.text for each in detail(scene, ticket).entries]
    assert "open task" not in str(detail(scene, ticket, "mia").entries)


def test_tasks_of_a_merged_ticket_are_shown_where_it_went(scene: Scene, ticket: UUID) -> None:
    other = opened(scene, "Still black")
    give(scene, other)
    api.merge(scene.viewer("ana"), other, ticket, channel=BY, now=scene.clock.now())
    assert [each.title for each in detail(scene, ticket).tasks] == ["Look at sin-1"]


def link(scene: Scene, ticket: UUID, how: Related = Related.RELATED, by: str = "ana", **to: UUID) -> UUID:
    other, incident = to.get("other"), to.get("incident")
    return api.link(scene.viewer(by), ticket, how=how, other=other, incident=incident, now=scene.clock.now())


def test_a_link_is_seen_from_both_ends_once(scene: Scene, ticket: UUID) -> None:
    cause = opened(scene, "Switch")
    first = link(scene, ticket, Related.CAUSED_BY, other=cause)
    assert link(scene, ticket, Related.CAUSED_BY, other=cause) == first
    (here,), (there,) = detail(scene, ticket, "mia").relations, detail(scene, cause, "mia").relations
    assert (here.seen, here.ticket_id, here.headline) == (Seen.CAUSED_BY, cause, "Switch")
    assert (there.seen, there.ticket_id) == (Seen.CAUSES, ticket)
    api.unlink(scene.viewer("ana"), cause, first)
    assert detail(scene, ticket).relations == ()
    with pytest.raises(NotFound):
        api.unlink(scene.viewer("ana"), cause, first)


def test_customers_see_links_to_their_own_only(scene: Scene, ticket: UUID) -> None:
    foreign = opened(scene, "Echo at Astra", by="li")
    link(scene, ticket, other=foreign)
    scene.fire("astra-voice")
    scene.work()
    incident = Ticket.objects.get(incident__isnull=False).incident
    assert incident is not None
    link(scene, ticket, Related.CAUSED_BY, incident=incident)
    assert len(detail(scene, ticket).relations) == 2
    assert detail(scene, ticket, "mia").relations == ()
    assert len(detail(scene, foreign, "li").relations) == 0
    link(scene, foreign, incident=incident)
    assert [each.incident_id for each in detail(scene, foreign, "li").relations] == [incident]


def test_a_link_leads_to_one_thing_that_is_there(scene: Scene, ticket: UUID, client: Client) -> None:
    for to in ({}, {"other": ticket}):
        with pytest.raises(api.NothingToLink):
            link(scene, ticket, **to)
    with pytest.raises(RoleRequired):
        link(scene, ticket, by="mia", other=opened(scene, "x"))
    path, headers = f"/api/v1/tickets/{ticket}/links", scene.token("ana")
    unknown = {"incident_id": "019a0000-0000-7000-8000-000000000000"}
    assert client.post(path, unknown, "application/json", headers=headers).status_code == 404
    other = {"ticket_id": str(opened(scene, "x")), "how": "caused-by"}
    made = client.post(path, other, "application/json", headers=headers)
    assert made.status_code == 201
    assert client.delete(f"{path}/{made.json()['id']}", headers=headers).status_code == 204
