"""One incident of five hundred tickets rings each person once; the others come as one list by mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tallylight.contracts.api import Level
from tallylight.escalation import api
from tallylight.escalation import services as escalation
from tallylight.escalation.api import Matter, Rung
from tallylight.escalation.models import StepFired
from tallylight.kernel.ids import new_id
from tallylight.notify import api as notify
from tallylight.notify.jobs import sweep
from tallylight.notify.models import Endpoint
from tallylight.notify.tests.receiver import receiving
from tallylight.notify.tests.sink import Sink
from tallylight.support.tests.scene import LUMEN, Scene

pytestmark = pytest.mark.django_db
MANY, NAMED = 500, 50
MINUTE = timedelta(minutes=1)
AGENT, EXPERT, MANAGER = "agent@tallylight.example", "engineer@tallylight.example", "manager@tallylight.example"


def climb(scene: Scene, number: int, incident: UUID) -> UUID:
    """One of many tickets of an incident, on the ladder of a major fault."""
    subject, now = new_id(), scene.clock.now()
    headline = {"en": "No answer from sin-1 in Singapore", "zh-hans": "新加坡 sin-1 没有应答"}
    matter = Matter(
        f"T-{number}", f"Customer {number}", Level.MAJOR, headline, f"/tickets/{subject}", 9, now, str(incident)
    )
    steps = (("frontline", "agent", 0), ("expert", "engineer", 15), ("manager", "manager", 24))
    rungs = tuple(Rung(name, role, ("mail", "im"), now + minutes * MINUTE) for name, role, minutes in steps)
    escalation.start(
        subject,
        scene.customers[LUMEN],
        matter,
        rungs,
        contract_sha256="0" * 64,
        due_at=now + 30 * MINUTE,
        owner=scene.people["ana"],
        now=now,
    )
    return subject


@pytest.mark.timeout(300)
def test_five_hundred_tickets_ring_each_person_once_and_list_the_rest(scene: Scene, sink: Sink) -> None:
    incident = new_id()
    subjects = [climb(scene, number, incident) for number in range(MANY)]
    scene.work()
    assert [str(each["Subject"]) for each in sink.to(AGENT)] == ["[T-0] Customer 0: No answer from sin-1 in Singapore"]
    for at, address in ((0, AGENT), (15, EXPERT), (24, MANAGER)):
        scene.pass_time(at * MINUTE - (scene.clock.now() - _began(subjects[0])), step=5 * MINUTE)
        scene.pass_time(MINUTE, step=timedelta(seconds=30))
        sweep(0)
        scene.work()
        assert len(sink.to(address)) == 2, address
        body = sink.to(address)[1].get_body(("plain",))
        assert body is not None
        assert f"And {MANY - 1 - NAMED} more" in body.get_content()
    assert StepFired.objects.count() == 3 * MANY, "each ticket climbed by itself all the same"
    last = [each.subject for each in notify.deliveries(subjects[-1])]
    assert len(last) == 3, "a digest is the proof on each ticket that it names"


def test_only_the_first_rings_further_ways_and_another_incident_rings_again(scene: Scene, sink: Sink) -> None:
    with receiving() as service:
        Endpoint.objects.create(
            person_id=scene.people["ana"],
            channel="im",
            label="",
            url_secret=f"json://127.0.0.1:{service.port}",
            created_at=scene.clock.now(),
        )
        incident = new_id()
        for number in range(3):
            climb(scene, number, incident)
        scene.work()
        assert len(service.bodies) == 1
        climb(scene, 4, new_id())
        scene.pass_time(MINUTE)
        sweep(0)
        scene.work()
        assert len(service.bodies) == 2
        assert len(sink.to(AGENT)) == 3


def _began(subject: UUID) -> datetime:
    return api.of_subject(subject)[0].started_at
