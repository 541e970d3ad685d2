"""Closing with a cause, opening again by a reply, and asking once how it went."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts.api import RoleRequired
from tallylight.accounts.models import AuditEntry
from tallylight.clocks.api import State as ClockState
from tallylight.clocks.api import told
from tallylight.contracts.api import Level
from tallylight.notify import api as notify
from tallylight.notify.models import Message
from tallylight.support import api
from tallylight.support.api import Cause
from tallylight.support.models import Satisfaction, Ticket
from tallylight.support.states import Channel, Promise, State
from tallylight.support.tests.scene import Scene

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BY = Channel.CONSOLE


@pytest.fixture
def ticket(scene: Scene) -> UUID:
    """A ticket that Li opened and Ana resolved, five minutes each."""
    now = scene.clock.now()
    opened = api.open_ticket(scene.viewer("li"), title="回声", text="?", level=Level.FAULT, channel=BY, now=now)
    scene.clock.move(5 * MINUTE)
    api.say(scene.viewer("ana"), opened, "We look.", channel=BY, now=scene.clock.now())
    scene.clock.move(5 * MINUTE)
    api.resolve(scene.viewer("ana"), opened, "A setting.", channel=BY, now=scene.clock.now())
    return opened


def close(scene: Scene, ticket: UUID, cause: Cause = Cause.SETTING, words: str = "", by: str = "ana") -> None:
    api.close(scene.viewer(by), ticket, cause=cause, words=words, channel=BY, now=scene.clock.now())


def detail(scene: Scene, ticket: UUID, name: str = "ana") -> api.TicketDetail:
    return api.ticket(scene.viewer(name), ticket, now=scene.clock.now())


def say(scene: Scene, ticket: UUID, name: str = "li") -> UUID:
    entry = api.say(scene.viewer(name), ticket, "Again.", channel=BY, now=scene.clock.now())
    return api.ticket_of(scene.viewer(name), entry)


def questions(ticket: UUID) -> list[str]:
    return [
        each.address for each in notify.deliveries(ticket) if "处理得如何" in each.subject or "How did" in each.subject
    ]


def test_it_is_closed_with_its_cause_and_by_whom(scene: Scene, ticket: UUID) -> None:
    close(scene, ticket, Cause.CARRIER, "A cable at the exchange.")
    found = detail(scene, ticket, "li")
    assert (found.card.state, found.card.closed_by, found.card.cause) == (State.CLOSED, "Ana Ruiz", Cause.CARRIER)
    assert found.entries[-1].text == "Ana Ruiz closed it. Cause: A carrier or supplier. A cable at the exchange."
    trail = AuditEntry.objects.get(action="support.close")
    assert (trail.subject, trail.facts["cause"]) == (str(ticket), "carrier")
    close(scene, ticket, Cause.QUESTION)
    assert detail(scene, ticket).card.cause is Cause.CARRIER, "the first one stands"


def test_something_else_needs_words_and_only_what_is_resolved_is_closed(scene: Scene, ticket: UUID) -> None:
    with pytest.raises(api.CauseNeeded):
        close(scene, ticket, Cause.OTHER, "  ")
    with pytest.raises(RoleRequired):
        close(scene, ticket, by="li")
    assert say(scene, ticket) == ticket
    with pytest.raises(api.NotResolved):
        close(scene, ticket)


def test_the_api_asks_for_a_cause_it_knows(scene: Scene, ticket: UUID, client: Client) -> None:
    path, headers = f"/api/v1/tickets/{ticket}/close", scene.token("ana")
    for body in ({}, {"cause": "gremlins"}, {"cause": "other"}):
        assert client.post(path, body, "application/json", headers=headers).status_code == 400
    assert client.post(path, {"cause": "other"}, "application/json", headers=headers).json()["code"] == "cause-needed"
    closed = client.post(path, {"cause": "setting"}, "application/json", headers=headers).json()
    assert (closed["state"], closed["cause"], closed["closed_by"]) == ("closed", "setting", "Ana Ruiz")


def test_a_reply_within_the_period_opens_it_again_and_the_clocks_go_on(scene: Scene, ticket: UUID) -> None:
    close(scene, ticket)
    scene.clock.move(14 * DAY)
    assert say(scene, ticket) == ticket
    scene.clock.move(3 * MINUTE)
    found = detail(scene, ticket)
    assert (found.card.state, found.card.cause, found.card.closed_at) == (State.ACKNOWLEDGED, None, None)
    reading = found.clocks[Promise.RESOLUTION]
    assert (reading.state, reading.counted) == (ClockState.RUNNING, 13 * MINUTE)
    lines = told(reading, translate=str, zone=scene.clock.now().tzinfo)
    assert any("stood as kept" in each and "14 d 0:00:00 not counted" in each for each in lines), lines[2]


def test_a_later_reply_opens_another_ticket_and_each_names_the_other(scene: Scene, ticket: UUID) -> None:
    close(scene, ticket)
    scene.clock.move(14 * DAY + timedelta(microseconds=1))
    fresh = say(scene, ticket)
    assert fresh != ticket
    new, old = detail(scene, fresh, "li"), detail(scene, ticket, "li")
    assert (new.card.follows, new.card.headline, new.card.state) == (old.card.number, "回声", State.OPEN)
    assert old.followed_by == ((fresh, new.card.number),)
    assert old.entries[-1].text == f"It goes on in ticket {new.card.number}."
    assert old.card.state is State.CLOSED
    assert new.clocks[Promise.RESPONSE].state is ClockState.RUNNING
    assert new.card.owner


def test_the_provider_says_how_long_a_reply_opens_it_again(scene: Scene, ticket: UUID, client: Client) -> None:
    sent, headers = {"reopen_days": 1}, scene.token("ana")
    refused = client.put("/api/v1/desk/rules", sent, "application/json", headers=headers)
    assert refused.status_code == 403
    answer = client.put("/api/v1/desk/rules", sent, "application/json", headers=scene.token("omar"))
    assert answer.status_code == 204
    assert client.get("/api/v1/desk/rules", headers=headers).json() == sent
    scene.clock.move(DAY + MINUTE)
    assert say(scene, ticket) != ticket, "counted from the resolution, closed or not"


def test_the_customer_is_asked_once_in_its_own_language_however_often_it_is_closed(scene: Scene, ticket: UUID) -> None:
    close(scene, ticket)
    assert questions(ticket) == ["li@astra.example"]
    say(scene, ticket)
    api.resolve(scene.viewer("ana"), ticket, "Now.", channel=BY, now=scene.clock.now())
    close(scene, ticket)
    assert questions(ticket) == ["li@astra.example"]


def link_of(ticket: UUID) -> str:
    body = next(each for each in Message.objects.filter(about=ticket) if "/satisfaction/" in each.text).text
    return body.split("/satisfaction/")[1].split()[0]


def test_the_link_answers_without_signing_in_and_a_foreign_one_does_not(scene: Scene, ticket: UUID) -> None:
    close(scene, ticket)
    page = Client().get(f"/satisfaction/{link_of(ticket)}")
    assert "处理得如何" in page.content.decode()
    assert Satisfaction.objects.get().score is None, "opening it says nothing"
    assert Client().post(f"/satisfaction/{link_of(ticket)}", {"score": "9"}).status_code == 400
    assert Client().post(f"/satisfaction/{link_of(ticket)}", {"score": "4", "words": "好"}).status_code == 200
    row = Satisfaction.objects.get()
    assert (row.score, row.words, row.by_id) == (4, "好", scene.people["li"])
    assert Client().get(f"/satisfaction/{link_of(ticket)}x").status_code in (400, 403, 404, 410)


def test_an_answer_can_be_changed_for_seven_days_from_the_first(scene: Scene, ticket: UUID, client: Client) -> None:
    path, headers = f"/api/v1/tickets/{ticket}/satisfaction", scene.token("li")
    early = client.put(path, {"score": 5}, "application/json", headers=headers)
    assert early.json()["code"] == "not-asked"
    close(scene, ticket)
    assert client.put(path, {"score": 5}, "application/json", headers=headers).status_code == 200
    scene.clock.move(7 * DAY)
    assert client.put(path, {"score": 2, "words": "After all."}, "application/json", headers=headers).status_code == 200
    scene.clock.move(MINUTE)
    late = client.put(path, {"score": 5}, "application/json", headers=headers)
    assert (late.status_code, late.json()["code"]) == (409, "answer-stands")
    assert client.put(path, {"score": 5}, "application/json", headers=scene.token("mia")).status_code == 404
    assert client.put(path, {"score": 5}, "application/json", headers=scene.token("ana")).status_code == 403
    listed = client.get("/api/v1/satisfaction", headers=scene.token("ana")).json()["items"]
    assert [(each["score"], each["words"], each["by"]) for each in listed] == [(2, "After all.", "Li Ming")]
    assert client.get("/api/v1/satisfaction", headers=headers).status_code == 403
    found = detail(scene, ticket).satisfaction
    assert found is not None
    assert found.score == 2


def test_nobody_is_asked_before_the_end(scene: Scene, ticket: UUID) -> None:
    assert questions(ticket) == []
    assert Ticket.objects.get(pk=ticket).state == State.RESOLVED
