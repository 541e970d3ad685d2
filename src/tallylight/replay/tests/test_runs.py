"""A replay in the background: equal to one at once, step by step, kept for some days, for managers alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tallylight.accounts.api import RoleRequired
from tallylight.contracts import api as contracts
from tallylight.kernel.clock import MovableClock
from tallylight.kernel.errors import NotFound
from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Sentence
from tallylight.replay import api, jobs, kept
from tallylight.replay.api import KEPT_FOR, RunState
from tallylight.replay.models import ReplayRun, ReplayStep
from tallylight.replay.parts import TicketsPart
from tallylight.replay.plain import plain
from tallylight.replay.tests.conftest import finish, step
from tallylight.replay.tests.test_replay import STARTER, changed, night
from tallylight.support.tests.scene import START, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sink")]
PAST = pytest.mark.usefixtures("network", "history")
#: Every kind of thing that a replay tells: other levels, unknown, misses, credits, gaps.
DRAFT = changed(
    ("at_most: 200ms", "at_most: 80ms"),
    ("response: 30m\n    update: 1h", "response: 2m\n    update: 30m"),
    ("regions: [ap-southeast, us-east]", "regions: [ap-southeast, us-east, eu-central]"),
)
OVER = "2025-11..2026-11"


def ask(scene: Scene, source: str = DRAFT, over: str = OVER) -> UUID:
    return api.ask(scene.viewer("omar"), source, over, now=scene.clock.now()).id


def state_of(scene: Scene, run: UUID) -> RunState:
    return api.run(scene.viewer("omar"), run, now=scene.clock.now()).state


@PAST
def test_it_says_what_a_replay_at_once_says_though_the_world_went_on(scene: Scene) -> None:
    night(scene)
    at_once = api.replay(DRAFT, OVER, now=scene.clock.now())
    run = ask(scene)
    for _ in range(3):
        step()
    scene.pass_time(timedelta(minutes=2))
    finish()
    found = api.result(scene.viewer("omar"), run, now=scene.clock.now())
    assert found == at_once
    assert plain(found) == plain(at_once)
    assert found.clocks
    assert found.costs
    assert found.gaps


@PAST
def test_each_month_is_a_step_that_is_kept(scene: Scene) -> None:
    run = ask(scene, over="2026-09..2026-11")
    seen = [api.run(scene.viewer("omar"), run, now=scene.clock.now())]
    while step():
        seen.append(api.run(scene.viewer("omar"), run, now=scene.clock.now()))
    told = [(each.state, each.months_done, each.month) for each in seen]
    assert told == [
        (RunState.QUEUED, 0, ""),
        (RunState.RUNNING, 0, "2026-09"),
        (RunState.RUNNING, 1, "2026-10"),
        (RunState.RUNNING, 2, "2026-11"),
        (RunState.DONE, 3, ""),
    ]


@PAST
def test_a_step_that_was_lost_is_taken_again_and_no_other(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ask(scene, over="2026-09..2026-11")
    step()
    step()
    before = list(ReplayStep.objects.values_list("pk", flat=True))
    with monkeypatch.context() as patched:
        patched.setattr(ReplayStep.objects, "bulk_create", _killed)
        with pytest.raises(KeyboardInterrupt):
            step()
    assert not step(), "its job is gone with it"
    jobs.sweep.func(0)
    finish()
    assert state_of(scene, run) is RunState.DONE
    assert list(ReplayStep.objects.values_list("pk", flat=True))[:2] == before
    assert ReplayStep.objects.count() == 4


def _killed(*_args: Any, **_kwargs: Any) -> None:
    raise KeyboardInterrupt


@PAST
def test_steps_that_are_repeated_change_nothing(scene: Scene) -> None:
    run = ask(scene)
    finish()
    before = list(ReplayStep.objects.values())
    jobs.advance.func(str(run))
    jobs.sweep.func(0)
    assert not step()
    assert list(ReplayStep.objects.values()) == before


def test_a_fault_of_ours_ends_it_and_is_not_hidden(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ask(scene)
    monkeypatch.setattr("tallylight.replay.runs.judge_tickets", lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        step()
    card = api.run(scene.viewer("omar"), run, now=scene.clock.now())
    assert (card.state, card.fault and card.fault.code) == (RunState.FAILED, "internal")
    jobs.sweep.func(0)
    assert not step()


def test_who_asks_again_before_the_answer_gets_the_same_replay(scene: Scene) -> None:
    run = ask(scene)
    assert ask(scene) == run
    assert ask(scene, over="2026-11") != run
    assert ask(scene, source=STARTER) != run
    assert ReplayRun.objects.count() == 3


def test_it_is_thrown_away_after_its_days_answered_or_not(scene: Scene) -> None:
    assert isinstance(scene.clock, MovableClock)
    run = ask(scene)
    step()
    scene.clock.move(KEPT_FOR - timedelta(seconds=1))
    jobs.sweep.func(0)
    assert state_of(scene, run) is RunState.RUNNING
    scene.clock.move(timedelta(seconds=1))
    with pytest.raises(NotFound):
        state_of(scene, run)
    jobs.sweep.func(0)
    assert not ReplayRun.objects.exists()
    assert not ReplayStep.objects.exists()
    finish()


def test_only_managers_ask_and_read(scene: Scene) -> None:
    run = ask(scene)
    now = scene.clock.now()
    for name in ("mia", "ana"):
        viewer = scene.viewer(name)
        with pytest.raises(RoleRequired):
            api.ask(viewer, STARTER, OVER, now=now)
        with pytest.raises(RoleRequired):
            api.run(viewer, run, now=now)
        with pytest.raises(RoleRequired):
            api.result(viewer, run, now=now)
        with pytest.raises(RoleRequired):
            api.runs_of(viewer, viewer.organisation_id, now=now)


def test_a_draft_with_faults_is_refused_before_anything_is_kept(scene: Scene) -> None:
    with pytest.raises(contracts.ContractInvalid):
        ask(scene, source="schema: nothing")
    with pytest.raises(api.NoSuchPeriod):
        ask(scene, over="never")
    assert not ReplayRun.objects.exists()


@PAST
def test_over_the_api_it_is_accepted_and_then_looked_up(scene: Scene) -> None:
    body = {"source": STARTER, "over": "2026-11"}
    client = Client(headers=scene.token("omar"))
    asked = client.post("/api/v1/contract-replays", body, content_type="application/json")
    assert asked.status_code == 202
    run = asked.json()
    assert asked["Location"] == f"/api/v1/contract-replays/{run['id']}"
    assert (run["state"], run["result"], run["fault"]) == ("queued", None, None)
    step()
    assert client.get(asked["Location"]).json()["state"] == "running"
    finish()
    done = client.get(asked["Location"]).json()
    assert (done["state"], done["months_done"], done["result"]["months"]) == ("done", 1, ["2026-11"])
    for name in ("mia", "ana"):
        other = Client(headers=scene.token(name))
        assert other.get(asked["Location"]).status_code == 403
        assert other.post("/api/v1/contract-replays", body, content_type="application/json").status_code == 403


def test_facts_of_sentences_are_read_back_as_what_they_were() -> None:
    facts = {
        "word": "1.50",
        "count": 3,
        "exact": Decimal("1.50"),
        "at": START,
        "length": timedelta(microseconds=90_000_001),
        "amount": Money(120_000, "USD"),
    }
    part = TicketsPart((), (), 0, 0, (Sentence("%(word)s", facts),))
    read = kept.tickets_read(kept.tickets_kept(part))
    assert read == part
    assert {name: type(fact) for name, fact in read.gaps[0].facts.items()} == {
        name: type(fact) for name, fact in facts.items()
    }
