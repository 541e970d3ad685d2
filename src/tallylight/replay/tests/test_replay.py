"""A draft replayed over a real night: PostgreSQL, the history engine, tickets that were worked on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tallylight.accounts import api as accounts
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Answer, CreditTable, Level, MissCredit, Promised
from tallylight.kernel.money import Money
from tallylight.replay import api
from tallylight.replay.api import Outcome, Replay
from tallylight.replay.replaying import asked, replay
from tallylight.replay.tests.conftest import MINUTE
from tallylight.sla import api as sla
from tallylight.support import api as support
from tallylight.support.tests.scene import CONTRACTS, LUMEN, Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("network", "history", "sink")]
STARTER = (CONTRACTS / "starter.yaml").read_text(encoding="utf-8")
HOUR = timedelta(hours=1)
LATENCY_IS_MAJOR = (
    ("major:\n    - { metric: dead, nodes: 2 }", "major:\n    - { metric: latency }"),
    ("fault:\n    - { metric: latency }\n", "fault:\n"),
)
#: The parts of the starter that name its regions one by one.
OTHER_PARTS = STARTER[STARTER.index("# Viewers at once") :]


def changed(*changes: tuple[str, str]) -> str:
    """The contract in force with other words in some places; each must be there."""
    text = STARTER
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def replayed(scene: Scene, source: str = STARTER, over: str = "2026-11") -> Replay:
    return api.replay(source, over, now=scene.clock.now())


def with_fault(scene: Scene, **changes: Any) -> Replay:
    """A draft whose support of faults differs."""
    agreement = contracts.read(STARTER)
    support_ = tuple(replace(each, **changes) if each.level is Level.FAULT else each for each in agreement.support)
    customer = accounts.organisation(scene.customers[LUMEN])
    return replay(asked(customer, replace(agreement, support=support_), "2026-11", now=scene.clock.now()))


def with_credit(scene: Scene, table: CreditTable) -> Replay:
    """A draft whose credit table differs."""
    agreement = replace(contracts.read(STARTER), credit=table)
    return replay(asked(accounts.organisation(scene.customers[LUMEN]), agreement, "2026-11", now=scene.clock.now()))


def night(scene: Scene) -> None:
    """An incident that grows major, another that is answered late, and a customer's own question that waits."""
    slow = scene.fire()
    scene.work()
    scene.pass_time(3 * MINUTE)
    dead = [scene.fire(node=node, metric="dead", value=2000, limit=1500) for node in ("sin-1", "sin-2")]
    scene.work()
    scene.pass_time(MINUTE)
    ticket = support.tickets(scene.viewer("mia"))[0:1][0]
    support.acknowledge(scene.viewer("ana"), ticket.id, channel=support.Channel.CONSOLE, now=scene.clock.now())
    scene.pass_time(15 * MINUTE, step=5 * MINUTE)
    support.say(
        scene.viewer("ana"), ticket.id, "We move you to Tokyo.", channel=support.Channel.CONSOLE, now=scene.clock.now()
    )
    scene.pass_time(2 * HOUR, step=20 * MINUTE)
    for alert in (slow, *dead):
        scene.clear(alert)
    scene.work()
    late = scene.fire(region="us-east", node="iad-1")
    scene.work()
    scene.pass_time(3 * HOUR, step=30 * MINUTE)
    scene.clear(late)
    scene.work()
    support.open_ticket(
        scene.viewer("mia"), title="A parameter", text="Which?", level=Level.BASIC,
        channel=support.Channel.CONSOLE, now=scene.clock.now(),
    )  # fmt: skip
    scene.pass_time(HOUR, step=10 * MINUTE)


def test_the_contract_that_was_in_force_replays_to_what_really_happened(scene: Scene) -> None:
    night(scene)
    now = scene.clock.now()
    found = replayed(scene)
    assert found.then == found.would
    assert found.then.broken > 0
    assert found.cost_then == found.cost_draft
    report = sla.month_report(scene.customers[LUMEN], "2026-11", now)
    rows = [(line.draft.attained, line.draft.good, line.draft.outcome) for line in found.objectives if line.draft]
    assert rows == [(row.attained, row.standing.good, _outcome(row)) for row in report.segments[0].rows]
    assert [cost.draft.steps for cost in found.costs] == [report.segments[0].credit.steps]
    cases = [case for line in found.clocks for case in line.cases]
    assert cases
    assert all(case.then == case.draft for case in cases)
    for case in cases:
        reading = support.ticket(scene.viewer("ana"), case.ticket.id, now=now).clocks[support.Promise(case.clock)]
        assert case.draft is not None
        assert (case.draft.due_at, case.draft.counted) == (reading.due_at, reading.counted)
        assert (case.draft.outcome is Outcome.BROKEN) is reading.breached
    assert found.levels == ()
    assert found.gaps == () or all("minutes" in gap.text for gap in found.gaps)


def _outcome(row: sla.Row) -> Outcome:
    return {True: Outcome.KEPT, False: Outcome.BROKEN, None: Outcome.UNKNOWN}[row.kept]


def test_a_stricter_target_breaks_promises_that_were_kept_and_leaves_deeds_as_they_were(scene: Scene) -> None:
    night(scene)
    found = replayed(scene, changed(("response: 30m\n    update: 1h", "response: 2m\n    update: 30m")))
    line = next(line for line in found.clocks if (line.level, line.clock) == (Level.MAJOR, Promised.RESPONSE))
    assert (line.then.broken, line.draft.broken) == (0, 1)
    case = line.cases[0]
    assert case.then
    assert case.draft
    assert case.differs
    assert case.then.answered_at == case.draft.answered_at
    assert found.would.broken > found.then.broken


def test_a_bound_that_slices_broke_costs_what_its_tier_says(scene: Scene) -> None:
    found = replayed(scene, changed(("at_most: 200ms", "at_most: 80ms")))
    line = next(line for line in found.objectives if line.promise == "latency" and line.region == "ap-southeast")
    assert line.draft
    assert (line.then[0].bad, line.draft.bad) == (10, 57)
    assert line.draft.outcome is Outcome.BROKEN
    assert found.cost_draft == (Money(120_000, "USD"),)


def test_a_milder_contract_costs_less(scene: Scene) -> None:
    assert replayed(scene).cost_then == (Money(120_000, "USD"),)
    mild = changed(
        ("at_most: 200ms", "at_most: 400ms"), ("at_least: 90%", "at_least: 0%"), ("at_most: 2%", "at_most: 100%")
    )
    found = replayed(scene, mild)
    assert found.cost_draft == (Money(0, "USD"),)
    assert found.would.broken == 0


def test_a_rule_that_calls_it_major_raises_the_ticket_from_its_opening(scene: Scene) -> None:
    scene.fire()
    scene.work()
    scene.pass_time(50 * MINUTE, step=10 * MINUTE)
    found = replayed(scene, changed(*LATENCY_IS_MAJOR))
    assert [(change.then, change.draft) for change in found.levels] == [(Level.FAULT, Level.MAJOR)]
    line = next(line for line in found.clocks if (line.level, line.clock) == (Level.MAJOR, Promised.RESPONSE))
    assert (line.then.all, line.draft.broken) == (0, 1)


def test_what_nobody_measured_is_unknown_and_never_kept(scene: Scene) -> None:
    draft = changed(("regions: [ap-southeast, us-east]", "regions: [ap-southeast, us-east, eu-central]"))
    found = replayed(scene, draft)
    lines = [line for line in found.objectives if line.region == "eu-central"]
    assert len(lines) == 3
    assert all(line.then == () and line.draft and line.draft.outcome is Outcome.UNKNOWN for line in lines)
    assert all(line.draft and line.draft.attained is None for line in lines)
    assert found.at_least
    assert sum("no history" in gap.text for gap in found.gaps) == 3
    assert all("eu-central" not in step.said() for month in found.costs for step in month.draft.steps)


def test_an_incident_where_only_the_draft_reaches_is_one_unknown_promise(scene: Scene) -> None:
    scene.fire("astra-voice", region="eu-central", node="fra-1")
    scene.work()
    scene.pass_time(10 * MINUTE, step=5 * MINUTE)
    draft = changed(("regions: [ap-southeast, us-east]", "regions: [ap-southeast, us-east, eu-central]"))
    assert replayed(scene, draft).unseen == 1
    assert replayed(scene).unseen == 0


def test_a_region_that_the_draft_gives_up_has_no_promise(scene: Scene) -> None:
    scene.fire(region="us-east", node="iad-1")
    scene.work()
    scene.pass_time(3 * HOUR, step=30 * MINUTE)
    fewer = ("regions: [ap-southeast, us-east]", "regions: [ap-southeast]")
    found = replayed(scene, changed((OTHER_PARTS, ""), fewer, ("    - { regions: 2 }\n", "")))
    assert [(change.then, change.draft) for change in found.levels] == [(Level.FAULT, None)]
    assert found.then.broken > found.would.broken
    assert all(case.draft is None for line in found.clocks for case in line.cases)


def test_mitigation_that_was_watched_for_is_judged_like_every_other_promise(scene: Scene) -> None:
    alert = scene.fire()
    scene.work()
    scene.pass_time(20 * MINUTE, step=5 * MINUTE)
    scene.clear(alert)
    scene.work()
    for minutes, outcome in ((30, Outcome.KEPT), (10, Outcome.BROKEN)):
        found = with_fault(scene, mitigation=timedelta(minutes=minutes))
        line = next(line for line in found.clocks if line.clock is Promised.MITIGATION)
        assert [case.draft.outcome for case in line.cases if case.draft] == [outcome]


def test_an_answer_may_be_more_than_taking_the_case(scene: Scene) -> None:
    scene.fire()
    scene.work()
    ticket = support.tickets(scene.viewer("mia"))[0:1][0]
    support.acknowledge(scene.viewer("ana"), ticket.id, channel=support.Channel.CONSOLE, now=scene.clock.now())
    scene.pass_time(150 * MINUTE, step=30 * MINUTE)
    support.say(scene.viewer("ana"), ticket.id, "Moved.", channel=support.Channel.CONSOLE, now=scene.clock.now())
    line = next(line for line in with_fault(scene, answer=Answer.ANSWERED).clocks if line.clock is Promised.RESPONSE)
    assert (line.then.broken, line.draft.broken) == (0, 1)


def test_a_time_without_a_contract_is_refused(scene: Scene) -> None:
    with pytest.raises(sla.NothingPromised):
        replayed(scene, over="2025-12")
    found = replayed(scene, over="2025-11..2026-01")
    assert found.months == ("2026-01",)
    assert sum("no contract was in force" in gap.text for gap in found.gaps) == 2


def test_a_broken_support_promise_costs_what_the_draft_says(scene: Scene) -> None:
    scene.fire()
    scene.work()
    scene.pass_time(3 * HOUR, step=30 * MINUTE)
    table = contracts.read(STARTER).credit
    misses = (MissCredit(Level.FAULT, Promised.RESPONSE, Decimal(5), Decimal(10)),)
    found = with_credit(scene, replace(table, misses=misses, tiers=(), cap=Decimal(100)))
    assert found.cost_draft == (Money(12_000, "USD"),)
    assert with_credit(scene, replace(table, tiers=(), cap=Decimal(100))).cost_draft == (Money(0, "USD"),)
