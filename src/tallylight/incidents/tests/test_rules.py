"""The pure rules of incidents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, Level, Metric
from tallylight.incidents.finding import Finding
from tallylight.incidents.headline import from_facts, headline_of, sentence
from tallylight.incidents.joining import Candidate, incident_for, is_over
from tallylight.incidents.scope import Reason, hurt_by
from tallylight.kernel.ids import new_id
from tallylight.support.tests.scene import CONTRACTS

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LUMEN, ASTRA = UUID(int=1), UUID(int=2)
regions = st.sampled_from(["ap-southeast", "us-east", "eu-central", "me-central"])
instants = st.timedeltas(timedelta(0), timedelta(hours=5)).map(lambda since: NOW + since)
candidates = st.builds(Candidate, id=st.uuids(), region=regions, opened_at=instants, recovered_at=st.none() | instants)


@pytest.fixture(scope="module")
def agreements() -> dict[UUID, Agreement]:
    files = {LUMEN: "starter.yaml", ASTRA: "key-account.yaml"}
    return {who: contracts.read((CONTRACTS / name).read_text(encoding="utf-8")) for who, name in files.items()}


def _finding(**facts: object) -> Finding:
    usual = Finding(new_id(), "ap-southeast", "sin-1", Metric.LATENCY, 254.0, 200.0, NOW, NOW, organisation_id=LUMEN)
    return replace(usual, **facts)  # type: ignore[arg-type]


@given(region=regions, known=st.lists(candidates))
def test_an_alert_joins_only_what_runs_in_its_own_region(region: str, known: list[Candidate]) -> None:
    running = {each.id for each in known if each.region == region and each.recovered_at is None}
    joined = incident_for(region, known)
    assert joined in running if running else joined is None


@given(st.lists(st.none() | instants))
def test_an_incident_is_over_only_when_every_alert_is(cleared: list[datetime | None]) -> None:
    over_at = is_over(cleared)
    if not cleared or None in cleared:
        assert over_at is None
    else:
        assert over_at == max(each for each in cleared if each is not None)


def test_a_customer_s_own_threshold_speaks_for_that_customer_only(agreements: dict[UUID, Agreement]) -> None:
    (hurt,) = hurt_by([_finding()], agreements)
    assert (hurt.organisation_id, hurt.reason, hurt.severity) == (LUMEN, Reason.CONTRACT, Level.FAULT)


def test_the_provider_s_threshold_speaks_for_those_who_set_no_limit_of_their_own(
    agreements: dict[UUID, Agreement],
) -> None:
    finding = _finding(organisation_id=None)
    assert hurt_by([finding], agreements) == []
    without = {who: replace(each, thresholds=()) for who, each in agreements.items()}
    assert {each.organisation_id for each in hurt_by([finding], without)} == {LUMEN, ASTRA}


def test_viewers_count_where_the_contract_does_not_reach(agreements: dict[UUID, Agreement]) -> None:
    finding = _finding(region="me-central", node="dxb-1", viewers={LUMEN: 40})
    (hurt,) = hurt_by([finding], agreements)
    assert (hurt.reason, hurt.viewers) == (Reason.VIEWERS, 40)
    assert hurt_by([replace(finding, viewers={})], agreements) == []


def test_viewers_of_a_node_count_once_however_many_of_its_alerts_fire(agreements: dict[UUID, Agreement]) -> None:
    both = [_finding(viewers={LUMEN: 40}), _finding(metric=Metric.LOSS, value=5.0, limit=2.0, viewers={LUMEN: 45})]
    (hurt,) = hurt_by(both, agreements)
    assert hurt.viewers == 45


@given(st.lists(st.sampled_from(list(Metric)), min_size=1, max_size=6), st.integers(0, 5_000))
def test_more_findings_never_make_an_incident_weigh_less(
    agreements: dict[UUID, Agreement], metrics: list[Metric], viewers: int
) -> None:
    findings = [_finding(metric=metric, viewers={LUMEN: viewers}) for metric in metrics]
    weights = [
        each.severity.rank for count in range(1, len(findings) + 1) for each in hurt_by(findings[:count], agreements)
    ]
    assert weights == sorted(weights)


def test_the_headline_speaks_of_the_most_telling_metric_and_its_worst_figure() -> None:
    dead = _finding(metric=Metric.DEAD, value=1800.0, limit=1500.0, node="sin-2")
    shown = headline_of([_finding(), _finding(value=310.4), dead])
    assert (shown.metric, shown.nodes) == (Metric.DEAD, ("sin-1", "sin-2"))
    assert from_facts(shown.facts()) == shown
    assert sentence(headline_of([_finding(), _finding(value=310.4)]), "Singapore") == (
        "Latency of 310 ms in Singapore (sin-1)"
    )
