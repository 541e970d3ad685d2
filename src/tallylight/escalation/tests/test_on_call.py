"""Steps that name a schedule or a team: whoever is there at the instant of the step, looked up then and not before."""

from __future__ import annotations

from datetime import time, timedelta
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer
from tallylight.contracts.api import Level
from tallylight.escalation import api, services
from tallylight.escalation.api import Matter, Rung
from tallylight.kernel.ids import new_id
from tallylight.notify import api as notify
from tallylight.oncall import api as oncall
from tallylight.oncall.api import LayerWanted, Unit
from tallylight.support.tests.scene import LUMEN, Scene

HOUR = timedelta(hours=1)


@pytest.fixture
def front(scene: Scene) -> str:
    """Ana and Wei take turns of an hour, from the full hour before the scene begins, for a day."""
    manager = scene.viewer("omar")
    oncall.make_schedule(manager, "front", "Front", "UTC")
    today = scene.clock.now().date()
    people = (scene.people["ana"], scene.people["wei"])
    turns = LayerWanted(
        "Hours", people, today, time(scene.clock.now().hour), Unit.HOURS, ends=today + timedelta(days=1)
    )
    oncall.add_layer(manager, "front", turns)
    return "front"


def start(scene: Scene, *rungs: Rung) -> UUID:
    subject = new_id()
    matter = Matter("T-1", "Lumen Live", Level.MAJOR, {"en": "No answer"}, "/tickets/1", 12, scene.clock.now())
    services.start(
        subject,
        scene.customers[LUMEN],
        matter,
        rungs,
        contract_sha256="0" * 64,
        due_at=scene.clock.now() + 30 * HOUR,
        owner=None,
        now=scene.clock.now(),
    )
    return subject


def step(scene: Scene, hours: float, *, role: str = "", schedule: str | None = None, team: str | None = None) -> Rung:
    at = scene.clock.now() + hours * HOUR
    return Rung(f"after {hours}", role, ("mail",), at, schedule=schedule, team=team)


def told(subject: UUID) -> list[tuple[str, ...]]:
    return [each.people for each in api.of_subject(subject)[0].steps]


def go_on(scene: Scene, by: timedelta) -> None:
    scene.clock.move(by)
    for each in services.due_escalations(scene.clock.now()):
        services.advance(each, now=scene.clock.now())


def test_whoever_is_on_call_at_the_instant_of_the_step_is_called(scene: Scene, front: str) -> None:
    """The scene begins at half past: Ana has this hour, Wei the next one."""
    subject = start(scene, *(step(scene, hours, schedule=front) for hours in (0, 1, 2)))
    go_on(scene, HOUR)
    go_on(scene, HOUR)
    assert told(subject) == [("Ana Ruiz",), ("Wei Chen",), ("Ana Ruiz",)]


def test_an_override_made_after_the_ladder_began_counts(scene: Scene, front: str) -> None:
    subject = start(scene, step(scene, 1, schedule=front))
    now = scene.clock.now()
    oncall.cover(scene.viewer("omar"), front, scene.people["omar"], now, now + 5 * HOUR, now=now)
    go_on(scene, HOUR)
    assert told(subject) == [("Omar Haddad",)]


def test_a_step_in_a_gap_moves_on_at_once_unless_it_names_a_role_too(scene: Scene, front: str) -> None:
    subject = start(scene, step(scene, 30, schedule=front), step(scene, 40, role="manager"))
    other = start(scene, step(scene, 30, schedule=front, role="engineer"), step(scene, 40, role="manager"))
    go_on(scene, 30 * HOUR)
    assert told(subject) == [(), ("Omar Haddad",)]
    assert told(other) == [("Wei Chen",), ()]


def test_a_schedule_or_team_that_is_gone_reaches_nobody_and_the_next_step_follows_at_once(scene: Scene) -> None:
    rungs = step(scene, 0, schedule="gone"), step(scene, 1, team="gone"), step(scene, 2, role="manager")
    subject = start(scene, *rungs)
    assert told(subject) == [(), (), ("Omar Haddad",)]
    assert api.of_subject(subject)[0].called == ("Omar Haddad",)


def test_a_team_is_called_whole(scene: Scene) -> None:
    admin = _admin()
    accounts.make_team(admin, "network", "Network")
    for name in ("wei", "omar"):
        accounts.join_team(admin, "network", scene.people[name])
    subject = start(scene, step(scene, 0, team="network", role="agent"))
    assert set(told(subject)[0]) == {"Wei Chen", "Omar Haddad"}
    assert len(notify.deliveries(subject)) == 2


def test_what_a_step_names_is_told_by_the_api(scene: Scene, front: str, client: Client) -> None:
    start(scene, step(scene, 1, schedule=front))
    found = client.get("/api/v1/escalations", headers=scene.token("omar")).json()["items"][0]["steps"][0]
    assert (found["schedule"], found["team"], found["role"]) == ("front", "", "")


def _admin() -> Viewer:
    from dataclasses import replace

    from tallylight.accounts.api import Role
    from tallylight.accounts.sign_in import _viewer

    return replace(_viewer(accounts.staff()[0].id), role=Role.ADMIN)
