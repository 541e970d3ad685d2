"""A ticket that nobody takes reaches the expert and then the manager, each once, at the contract's minutes; a taken one stops."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tallylight.kernel.clock import rfc3339
from tallylight.notify.tests.sink import Sink
from tallylight.support.models import Ticket
from tallylight.support.tests.scene import START, Scene

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
FRONTLINE, EXPERT, MANAGER = "agent@tallylight.example", "engineer@tallylight.example", "manager@tallylight.example"


def _regional_outage(scene: Scene) -> None:
    """Two dead nodes are a major fault by the starter contract: response 30 min, expert at 50 %, manager at 80 %."""
    for node in ("sin-1", "sin-2"):
        scene.fire(node=node, metric="dead", value=1800.0, limit=1500.0)
    scene.work()


def _links(sink: Sink, address: str) -> list[str]:
    """Of the mails by which the ladder called somebody; a bridge that opens beside it writes mails of its own."""
    bodies = [body for each in sink.to(address) if (body := each.get_body(("plain",)))]
    lines = [line for body in bodies for line in body.get_content().splitlines() if "/acknowledge/" in line]
    return ["/acknowledge/" + line.rpartition("/")[2] for line in lines]


def _link(sink: Sink, address: str) -> str:
    return _links(sink, address)[-1]


def test_thirty_minutes_of_silence_reach_the_expert_and_the_manager_once_each(scene: Scene, sink: Sink) -> None:
    _regional_outage(scene)
    when: dict[str, str] = {}
    for _ in range(3 * 31):
        for address in (FRONTLINE, EXPERT, MANAGER):
            if _links(sink, address):
                when.setdefault(address, rfc3339(scene.clock.now()))
        scene.pass_time(timedelta(seconds=20))
    assert when == {
        FRONTLINE: rfc3339(START),
        EXPERT: rfc3339(START + 15 * MINUTE),
        MANAGER: rfc3339(START + 24 * MINUTE),
    }
    scene.pass_time(3 * 60 * MINUTE, step=10 * MINUTE)
    assert [len(_links(sink, address)) for address in (FRONTLINE, EXPERT, MANAGER)] == [1, 1, 1]


def test_the_link_of_a_mail_takes_the_ticket_in_hand_only_when_it_is_confirmed(
    scene: Scene, sink: Sink, client: Client
) -> None:
    _regional_outage(scene)
    scene.pass_time(16 * MINUTE)
    link = _link(sink, EXPERT)
    for _ in range(3):  # a mail scanner follows every link
        assert client.get(link).status_code == 200
    assert Ticket.objects.get().acknowledged_at is None
    assert client.post(link).status_code == 200
    ticket = Ticket.objects.get()
    assert (ticket.acknowledged_at, ticket.acknowledged_via) == (scene.clock.now(), "mail-link")
    assert ticket.acknowledged_by_id == scene.people["wei"]
    scene.pass_time(13 * MINUTE)
    assert _links(sink, MANAGER) == []
    assert client.post(_link(sink, FRONTLINE)).status_code == 200
    assert Ticket.objects.get().acknowledged_by_id == scene.people["wei"], "the first one counts"
    scene.pass_time(2 * MINUTE)
    assert len(_links(sink, MANAGER)) == 1, "the contract counts an answer only once somebody wrote, and nobody did"


def test_recovery_stops_the_ladder_and_tells_the_customer_once(scene: Scene, sink: Sink) -> None:
    alert = scene.fire(metric="dead", value=1800.0, limit=1500.0)
    scene.work()
    scene.pass_time(5 * MINUTE)
    scene.clear(alert)
    scene.pass_time(4 * 60 * MINUTE, step=5 * MINUTE)
    assert [str(each["Subject"]).split("] ")[1] for each in sink.to("mia@lumen.example")] == [
        "We are on it: No answer from sin-1 in Singapore",
        "It is over: No answer from sin-1 in Singapore",
    ]
    assert _links(sink, EXPERT) == []
