"""The level of an incident follows the customer's own rule."""

from __future__ import annotations

import pytest

from tallylight.contracts.agreement import Level, Metric
from tallylight.contracts.reading import read
from tallylight.contracts.severity import IncidentFacts, severity_of
from tallylight.contracts.tests.samples import KEY_ACCOUNT, STARTER

RULES = {"starter": read(STARTER).agreement.severity, "key account": read(KEY_ACCOUNT).agreement.severity}

CASES = [
    ("starter", {Metric.LATENCY: 450.0}, 1, 1, 200, Level.FAULT),
    ("starter", {Metric.DEAD: 1500.0}, 1, 1, 200, Level.FAULT),
    ("starter", {Metric.DEAD: 1500.0}, 2, 1, 200, Level.MAJOR),
    ("starter", {Metric.LOSS: 5.0}, 2, 1, 200, Level.FAULT),
    ("starter", {Metric.LOSS: 5.0}, 1, 2, 0, Level.MAJOR),
    ("starter", {Metric.LOSS: 5.0}, 1, 1, 5000, Level.MAJOR),
    ("starter", {}, 1, 1, 0, Level.BASIC),
    ("key account", {Metric.LOSS: 10.0}, 1, 1, 0, Level.FAULT),
    ("key account", {Metric.LOSS: 10.1}, 1, 1, 0, Level.MAJOR),
    ("key account", {Metric.LATENCY: 450.0}, 1, 1, 999, Level.FAULT),
    ("key account", {Metric.LATENCY: 450.0}, 1, 1, 1000, Level.MAJOR),
]


@pytest.mark.parametrize(("contract", "worst", "nodes", "regions", "viewers", "expected"), CASES)
def test_the_gravest_condition_that_holds_decides(
    contract: str, worst: dict[Metric, float], nodes: int, regions: int, viewers: int, expected: Level
) -> None:
    facts = IncidentFacts(worst=worst, nodes=nodes, regions=regions, viewers=viewers)
    assert severity_of(RULES[contract], facts) is expected
