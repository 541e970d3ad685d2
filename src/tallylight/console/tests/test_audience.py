"""Who hears what on the event stream."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import UUID

from tallylight.console.live.audience import (
    PUBLIC,
    STAFF,
    Audience,
    Touch,
    figures_for,
    parts_for,
    states_for,
)
from tallylight.console.tests.samples import node, region, snapshot
from tallylight.kernel.ids import new_id
from tallylight.telemetry.api import Presence

LUMEN = Audience(organisation_id=new_id(), slug="lumen-live", regions=frozenset({"ap-southeast", "us-east"}))
ASTRA = Audience(organisation_id=new_id(), slug="astra-voice", regions=frozenset({"ap-southeast", "me-central"}))


def test_staff_hears_every_node() -> None:
    figures = figures_for(STAFF, snapshot())
    assert figures["nodes"]["sin-1"] == {"latency_ms": 42.0, "loss": 0.005, "cpu": 0.2, "viewers": 7}
    assert set(figures["regions"]) == {"ap-southeast", "me-central"}


def test_a_customer_hears_its_regions_with_its_own_viewers_and_no_node() -> None:
    figures = figures_for(LUMEN, snapshot())
    assert figures["regions"] == {"ap-southeast": {"latency_ms": 42.0, "loss": 0.005, "viewers": 5}}
    assert "nodes" not in figures
    assert "sin-1" not in json.dumps(figures)


def test_a_customer_without_a_contract_hears_no_region() -> None:
    assert figures_for(replace(LUMEN, regions=frozenset()), snapshot())["regions"] == {}


def test_the_public_hears_no_figure() -> None:
    assert set(figures_for(PUBLIC, snapshot())) == {"at"}


def test_unknown_stays_unknown() -> None:
    silent = snapshot(regions=(region("ap-southeast", latency_ms=None, loss_pct=None),))
    assert figures_for(LUMEN, silent)["regions"]["ap-southeast"]["loss"] is None


def test_a_customer_does_not_learn_how_a_node_is_judged() -> None:
    before = states_for(LUMEN, snapshot())
    judged = snapshot(nodes=(node("sin-1", "ap-southeast", judged="firing", presence=Presence.UP),))
    assert states_for(LUMEN, judged) == before
    assert states_for(STAFF, judged) != states_for(STAFF, snapshot())


def test_words_change_when_a_region_is_no_longer_measured_and_when_the_hub_is_away() -> None:
    well = states_for(LUMEN, snapshot())
    unmeasured = snapshot(regions=(region("ap-southeast", latency_ms=None), region("me-central")))
    assert len({well, states_for(LUMEN, unmeasured), states_for(LUMEN, None)}) == 3
    assert states_for(ASTRA, snapshot(regions=(region("us-east"),))) == ()


def touch(*readers: UUID | None, part: str = "tickets", public: bool = False) -> Touch:
    return Touch(new_id(), part, frozenset(each for each in readers if each), public)


def test_a_ticket_concerns_its_customer_and_the_staff() -> None:
    mine = touch(LUMEN.organisation_id)
    assert parts_for(LUMEN, [mine]) == parts_for(STAFF, [mine]) == {"tickets"}
    assert parts_for(ASTRA, [mine]) == parts_for(PUBLIC, [mine]) == frozenset()


def test_an_internal_note_concerns_the_staff_only() -> None:
    assert parts_for(STAFF, [touch()]) == {"tickets"}
    assert parts_for(LUMEN, [touch()]) == frozenset()


def test_that_an_incident_changed_is_public() -> None:
    assert parts_for(PUBLIC, [touch(part="incidents", public=True)]) == {"incidents"}
