"""Tickets on real PostgreSQL, from the incident to the explanation; the clock is moved."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.clocks.api import State as ClockState
from tallylight.contracts.api import Level
from tallylight.escalation import api as escalation
from tallylight.escalation.tests.test_services import together
from tallylight.kernel.errors import NotFound
from tallylight.kernel.events import IncidentOpened
from tallylight.notify import api as notify
from tallylight.support import api, handlers
from tallylight.support.models import Ticket
from tallylight.support.states import Channel, Promise, State
from tallylight.support.tests.scene import ASTRA, LUMEN, Scene

MINUTE = timedelta(minutes=1)


def _ticket(scene: Scene, customer: str = LUMEN) -> Ticket:
    return Ticket.objects.get(organisation_id=scene.customers[customer])


def _detail(scene: Scene, name: str = "omar", customer: str = LUMEN) -> api.TicketDetail:
    return api.ticket(scene.viewer(name), _ticket(scene, customer).pk, now=scene.clock.now())


def _subjects(scene: Scene, customer: str = LUMEN) -> list[tuple[str, str]]:
    return [(each.address, each.subject) for each in notify.deliveries(_ticket(scene, customer).pk)]


def test_each_customer_gets_one_ticket_with_an_owner_before_it_complains(scene: Scene) -> None:
    scene.fire()
    scene.fire(ASTRA)
    scene.fire(node="sin-2", metric="loss", value=4.1, limit=2.0)
    scene.work()
    assert Ticket.objects.count() == 2
    detail = _detail(scene)
    assert (detail.card.owner, detail.card.level, detail.card.state) == ("Ana Ruiz", Level.FAULT, State.OPEN)
    assert detail.card.response_due_at == scene.clock.now() + timedelta(hours=2)
    assert detail.card.resolution_due_at == scene.clock.now() + timedelta(hours=8)
    assert detail.clocks[Promise.RESPONSE].state is ClockState.RUNNING


@pytest.mark.django_db(transaction=True)
def test_workers_that_hear_of_the_incident_at_once_open_one_ticket(scene: Scene) -> None:
    scene.fire()
    scene.work()
    incident = _ticket(scene).incident
    assert incident is not None
    together(4, lambda: handlers.on_incident_opened(IncidentOpened(incident, scene.clock.now())))
    assert Ticket.objects.count() == 1
    assert len(_subjects(scene)) == 2


def test_the_customer_and_the_owner_are_told_in_their_own_words(scene: Scene) -> None:
    scene.fire(ASTRA)
    scene.work()
    told = dict(_subjects(scene, ASTRA))
    number = _ticket(scene, ASTRA).number
    assert told["agent@tallylight.example"] == f"[{number}] Astra Voice: Latency of 254 ms in Singapore (sin-1)"
    assert "新加坡" in told["li@astra.example"]


def test_taking_it_in_hand_answers_the_clock_and_stops_the_ladder(scene: Scene) -> None:
    scene.fire()
    scene.work()
    scene.clock.move(7 * MINUTE)
    ticket = _ticket(scene)
    api.acknowledge(scene.viewer("ana"), ticket.pk, channel=Channel.CONSOLE, now=scene.clock.now())
    scene.clock.move(MINUTE)
    api.acknowledge(scene.viewer("wei"), ticket.pk, channel=Channel.CONSOLE, now=scene.clock.now())
    detail = _detail(scene)
    assert (detail.card.acknowledged_by, detail.card.state) == ("Ana Ruiz", State.ACKNOWLEDGED)
    reading = detail.clocks[Promise.RESPONSE]
    assert (reading.state, reading.counted) == (ClockState.MET, 7 * MINUTE)
    assert [each.ended_because for each in escalation.of_subject(ticket.pk)] == ["acknowledged"]
    assert detail.clocks[Promise.RESOLUTION].state is ClockState.RUNNING


def test_the_recovery_is_explained_once_and_answers_the_clocks(scene: Scene) -> None:
    alert = scene.fire()
    scene.work()
    scene.clock.move(3 * MINUTE)
    scene.clear(alert)
    scene.work()
    scene.work()
    detail = _detail(scene, "mia")
    assert detail.card.state is State.RESOLVED
    assert {each.state for each in detail.clocks.values()} == {ClockState.MET}
    (explanation,) = [each for each in detail.entries if each.kind == "explained"]
    assert "latency at sin-1 was up to 254.0 ms (limit 200.0 ms)" in explanation.text
    assert "3 minutes" in explanation.text
    over = [subject for address, subject in _subjects(scene) if "It is over" in subject]
    assert len(over) == 1
    assert [each.ended_because for each in escalation.of_subject(detail.card.id)] == ["resolved"]


def test_an_incident_that_was_over_before_its_tickets_were_opened_is_still_explained(scene: Scene) -> None:
    scene.clear(scene.fire())
    scene.work()
    assert _detail(scene).card.state is State.RESOLVED


def test_a_graver_incident_makes_the_ticket_graver_and_begins_its_ladder(scene: Scene) -> None:
    scene.fire(ASTRA)
    scene.work()
    scene.clock.move(5 * MINUTE)
    scene.fire(ASTRA, metric="dead", value=1800.0, limit=1500.0)
    scene.work()
    detail = _detail(scene, customer=ASTRA)
    assert detail.card.level is Level.MAJOR
    assert detail.card.response_due_at == detail.card.opened_at + 15 * MINUTE
    assert [each.ended_because for each in detail.ladders] == ["level-raised", ""]
    assert "No answer" in detail.card.headline


def test_a_graver_incident_brings_it_to_the_next_step_though_somebody_has_it(scene: Scene) -> None:
    scene.fire(ASTRA)
    scene.work()
    api.acknowledge(scene.viewer("ana"), _ticket(scene, ASTRA).pk, channel=Channel.CONSOLE, now=scene.clock.now())
    scene.fire(ASTRA, metric="dead", value=1800.0, limit=1500.0)
    scene.work()
    detail = _detail(scene, customer=ASTRA)
    assert detail.card.level is Level.MAJOR
    assert [each.ended_because for each in detail.ladders] == ["acknowledged", ""]
    assert (detail.ladders[1].steps[0].cause, detail.called) == ("grew", ("Wei Chen",))
    assert any("It became more serious." in each.text for each in detail.entries)


def test_a_conversation_reaches_the_other_side(scene: Scene) -> None:
    opened = api.open_ticket(
        scene.viewer("mia"),
        title="Echo in rooms",
        text="Since noon.",
        level=Level.BASIC,
        channel=Channel.API,
        now=scene.clock.now(),
    )
    scene.clock.move(MINUTE)
    api.say(scene.viewer("ana"), opened, "We look at it.", channel=Channel.CONSOLE, now=scene.clock.now())
    api.note(scene.viewer("ana"), opened, "Ask the codec people.", channel=Channel.CONSOLE, now=scene.clock.now())
    scene.clock.move(MINUTE)
    api.say(scene.viewer("mia"), opened, "Thank you.", channel=Channel.API, now=scene.clock.now())
    mine = api.ticket(scene.viewer("mia"), opened, now=scene.clock.now())
    assert [each.text for each in mine.entries if each.kind == "message"] == [
        "Since noon.",
        "We look at it.",
        "Thank you.",
    ]
    assert "codec" not in str(mine)
    assert mine.deliveries == ()
    assert mine.card.acknowledged_by == "Ana Ruiz"
    assert mine.clocks[Promise.UPDATE].earlier[0].answered_at == scene.clock.now() - MINUTE
    words = [(each.address, each.subject.split("] ")[1]) for each in notify.deliveries(opened)][1:]
    assert words == [
        ("mia@lumen.example", "Ana Ruiz wrote: Echo in rooms"),
        ("agent@tallylight.example", "Mia Tan wrote: Echo in rooms"),
    ]


def test_a_customer_s_word_opens_a_resolved_ticket_again_but_not_a_closed_one(scene: Scene) -> None:
    alert = scene.fire()
    scene.work()
    scene.clear(alert)
    scene.work()
    ticket = _ticket(scene).pk
    scene.clock.move(60 * MINUTE)
    api.say(scene.viewer("mia"), ticket, "It still stutters.", channel=Channel.API, now=scene.clock.now())
    detail = _detail(scene)
    assert detail.card.state is State.OPEN
    assert detail.clocks[Promise.RESPONSE].counted == timedelta(0), "the hour in which it counted as over is not ours"
    assert detail.ladders[-1].state is escalation.State.RUNNING
    api.resolve(scene.viewer("wei"), ticket, "A bad link was replaced.", channel=Channel.API, now=scene.clock.now())
    cause = api.Cause.OUR_NETWORK
    api.close(scene.viewer("wei"), ticket, cause=cause, channel=Channel.API, now=scene.clock.now())
    with pytest.raises(api.TicketClosed):
        api.say(scene.viewer("wei"), ticket, "Once more.", channel=Channel.API, now=scene.clock.now())


def test_tickets_go_to_who_has_the_fewest(scene: Scene) -> None:
    from tallylight.accounts.api import Role, create_person

    ben = create_person("ben@tallylight.example", "Ben", "tallylight", Role.AGENT, password=None)
    owners: list[UUID | None] = []
    for number in range(4):
        opened = api.open_ticket(
            scene.viewer("mia"),
            title=f"Question {number}",
            text="?",
            level=Level.BASIC,
            channel=Channel.API,
            now=scene.clock.now(),
        )
        owners.append(Ticket.objects.get(pk=opened).owner_id)
    assert owners == [scene.people["ana"], ben] * 2


def test_the_queue_shows_first_whose_promise_breaks_first_and_what_is_grave_earlier(scene: Scene) -> None:
    """A question is due in 15 minutes, a major fault in 30, a fault in 2 hours."""
    for level in (Level.FAULT, Level.BASIC, Level.MAJOR):
        api.open_ticket(
            scene.viewer("mia"), title=level, text="?", level=level, channel=Channel.API, now=scene.clock.now()
        )
    assert [each.headline for each in api.tickets(scene.viewer("ana"))] == ["major", "basic", "fault"]


def test_another_customer_s_ticket_does_not_exist(scene: Scene, client: Client) -> None:
    scene.fire(ASTRA)
    scene.work()
    ticket, mia = _ticket(scene, ASTRA).pk, scene.viewer("mia")
    with pytest.raises(NotFound):
        api.ticket(mia, ticket, now=scene.clock.now())
    assert len(api.tickets(mia)) == 0
    headers = scene.token("mia")
    paths = {
        "": None,
        "/messages": {"text": "x"},
        "/acknowledge": {},
        "/resolve": {"text": "x"},
        "/notes": {"text": "x"},
    }
    for path, body in paths.items():
        address = f"/api/v1/tickets/{ticket}{path}"
        answer = (
            client.get(address, headers=headers)
            if body is None
            else client.post(address, body, "application/json", headers=headers)
        )
        assert answer.status_code in (403, 404)
        assert "Astra" not in answer.content.decode()
    assert client.get(f"/api/v1/deliveries?about={ticket}", headers=headers).status_code == 403


def test_the_api_shows_a_ticket_with_its_clocks(scene: Scene, client: Client) -> None:
    scene.fire()
    scene.work()
    scene.clock.move(30 * MINUTE)
    body = client.get(f"/api/v1/tickets/{_ticket(scene).pk}", headers=scene.token("mia")).json()
    response = next(each for each in body["clocks"] if each["promise"] == "response")
    assert (response["state"], response["counted_s"], response["remaining_s"]) == ("running", 1800.0, 5400.0)
    listed = client.get("/api/v1/tickets?pending=true", headers=scene.token("mia")).json()
    assert [each["number"] for each in listed["items"]] == [body["number"]]


def test_only_customers_open_tickets(scene: Scene, client: Client) -> None:
    body = {"title": "x", "text": "x"}
    answer = client.post("/api/v1/tickets", body, "application/json", headers=scene.token("ana"))
    assert (answer.status_code, answer.json()["code"]) == (403, "customers-only")
