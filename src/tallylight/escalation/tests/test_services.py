"""Ladders on real PostgreSQL; the clock is moved."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from tallylight.accounts.api import RoleRequired
from tallylight.contracts.api import Level
from tallylight.escalation import api, jobs, services
from tallylight.escalation.api import Matter, Rung, State
from tallylight.kernel.ids import new_id
from tallylight.notify import api as notify
from tallylight.support.tests.scene import LUMEN, Scene

MINUTE = timedelta(minutes=1)


def _rungs(scene: Scene, *steps: tuple[str, str, int]) -> tuple[Rung, ...]:
    return tuple(Rung(name, role, ("mail",), scene.clock.now() + minutes * MINUTE) for name, role, minutes in steps)


USUAL = (("frontline", "agent", 0), ("expert", "engineer", 15), ("manager", "manager", 24))


def _start(scene: Scene, *steps: tuple[str, str, int], subject: UUID | None = None) -> UUID:
    subject = subject or new_id()
    matter = Matter("T-1", "Lumen Live", Level.MAJOR, {"en": "No answer"}, "/tickets/1", 12, scene.clock.now())
    services.start(
        subject,
        scene.customers[LUMEN],
        matter,
        _rungs(scene, *(steps or USUAL)),
        contract_sha256="0" * 64,
        due_at=scene.clock.now() + 30 * MINUTE,
        owner=scene.people["ana"],
        now=scene.clock.now(),
    )
    return subject


def _taken(subject: UUID) -> list[str]:
    return [step.name for card in api.of_subject(subject) for step in card.steps if step.taken_at is not None]


def _advance(scene: Scene) -> int:
    return sum(services.advance(each, now=scene.clock.now()) for each in services.due_escalations(scene.clock.now()))


def test_the_first_rung_is_taken_at_once(scene: Scene) -> None:
    subject = _start(scene)
    assert _taken(subject) == ["frontline"]
    (card,) = api.of_subject(subject)
    assert card.next_step is not None
    assert (card.next_step.name, card.next_at) == ("expert", scene.clock.now() + 15 * MINUTE)


def test_a_step_is_taken_at_its_instant_and_not_before(scene: Scene) -> None:
    subject = _start(scene)
    scene.clock.move(15 * MINUTE - timedelta(microseconds=1))
    assert _advance(scene) == 0
    scene.clock.move(timedelta(microseconds=1))
    assert _advance(scene) == 1
    assert _taken(subject) == ["frontline", "expert"]


def test_after_a_long_silence_every_missed_step_is_taken_once_and_shows_how_late(scene: Scene) -> None:
    subject = _start(scene)
    started = scene.clock.now()
    scene.clock.move(3 * 60 * MINUTE)
    assert _advance(scene) == 2
    assert _advance(scene) == 0
    (card,) = api.of_subject(subject)
    assert card.state is State.EXHAUSTED
    assert [(step.due_at, step.taken_at) for step in card.steps[1:]] == [
        (started + 15 * MINUTE, scene.clock.now()),
        (started + 24 * MINUTE, scene.clock.now()),
    ]


def test_a_stopped_ladder_takes_no_further_step(scene: Scene) -> None:
    subject = _start(scene)
    assert services.stop(subject, because="acknowledged", now=scene.clock.now())
    assert not services.stop(subject, because="resolved", now=scene.clock.now())
    scene.clock.move(60 * MINUTE)
    assert _advance(scene) == 0
    (card,) = api.of_subject(subject)
    assert (card.state, card.ended_because) == (State.STOPPED, "acknowledged")


def test_a_second_start_while_it_runs_changes_nothing(scene: Scene) -> None:
    subject = _start(scene)
    _start(scene, subject=subject)
    assert _taken(subject) == ["frontline"]
    assert len(notify.deliveries(subject)) == 1


def test_a_rung_that_finds_nobody_moves_on_at_once_and_says_so(scene: Scene) -> None:
    subject = _start(scene, ("frontline", "agent", 0), ("night shift", "admin", 10), ("manager", "manager", 24))
    scene.clock.move(10 * MINUTE)
    _advance(scene)
    (card,) = api.of_subject(subject)
    assert [(step.name, step.people) for step in card.steps] == [
        ("frontline", ("Ana Ruiz",)),
        ("night shift", ()),
        ("manager", ("Omar Haddad",)),
    ]


def test_where_the_whole_ladder_finds_nobody_the_managers_are_called_once(scene: Scene) -> None:
    subject = _start(scene, ("night shift", "admin", 0))
    scene.clock.move(60 * MINUTE)
    _advance(scene)
    (card,) = api.of_subject(subject)
    assert [(step.name, step.people) for step in card.steps] == [
        ("night shift", ()),
        ("last-resort", ("Omar Haddad",)),
    ]
    assert [step.empty for step in card.steps] == [True, False]


def test_a_late_step_says_by_how_much_and_why(scene: Scene) -> None:
    subject = _start(scene)
    jobs.sweep(0)
    scene.clock.move(25 * MINUTE)
    jobs.sweep(0)
    (card,) = api.of_subject(subject)
    found = [(each.late.seconds, each.late.why.value) for each in card.steps if each.late]
    assert found == [(600, "nobody-at-work"), (60, "nobody-at-work")]
    assert card.steps[0].late is None


@pytest.mark.django_db(transaction=True)
def test_workers_that_come_at_the_same_moment_take_a_step_once(scene: Scene) -> None:
    subject = _start(scene)
    scene.clock.move(60 * MINUTE)
    (escalation,) = services.due_escalations(scene.clock.now())
    together(5, lambda: services.advance(escalation, now=scene.clock.now()))
    assert _taken(subject) == ["frontline", "expert", "manager"]
    assert len(notify.deliveries(subject)) == 3


def test_the_sweep_takes_steps_whose_job_was_lost(scene: Scene) -> None:
    subject = _start(scene)
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
    scene.clock.move(15 * MINUTE)
    jobs.sweep(0)
    assert _taken(subject) == ["frontline", "expert"]


def test_a_customer_does_not_see_ladders(scene: Scene, client: object) -> None:
    _start(scene)
    assert len(api.running_visible_to(scene.viewer("omar"))) == 1
    answer = client.get("/api/v1/escalations", headers=scene.token("mia"))  # type: ignore[attr-defined]
    assert (answer.status_code, answer.json()["code"]) == (403, RoleRequired.code)


def together(count: int, work: Callable[[], object]) -> None:
    """Do it in so many threads at once. Raises what any of them raised."""
    faults: list[BaseException] = []
    gate = threading.Barrier(count)

    def run() -> None:
        try:
            gate.wait()
            work()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
