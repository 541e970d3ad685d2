"""Objectives go to OpenSLO v1 and come back the same; what either side can't say is named."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tallylight.contracts import cli
from tallylight.contracts.agreement import Attain, Objective, Promise, Source, Statistic, Tier, UnknownCounts
from tallylight.contracts.openslo import NotOpenSlo, documents_of, dump, load, objectives_from
from tallylight.contracts.reading import read
from tallylight.contracts.tests.samples import EXAMPLES, KEY_ACCOUNT, STARTER

Doc = dict[str, Any]
BASE = read(STARTER).agreement


def entries_of(source: str) -> list[Doc]:
    return list(YAML(typ="safe", pure=True).load(source)["objectives"])


def whole(entry: Doc, regions: list[str]) -> Doc:
    """An entry with its defaults written out, without what OpenSLO has no place for."""
    statistic = {"statistic": "mean"} if entry["metric"] == "latency" else {}
    said = {key: value for key, value in entry.items() if key != "tiers"}
    return {**statistic, "regions": regions, **said}


@pytest.mark.parametrize("source", [STARTER, KEY_ACCOUNT])
def test_the_examples_come_back_as_they_were(source: str) -> None:
    agreement = read(source).agreement
    found = objectives_from(load(dump(documents_of(agreement).documents)))
    regions = list(agreement.regions)
    assert [dict(each) for each in found.objectives] == [whole(each, regions) for each in entries_of(source)]
    assert found.unsaid == ()


def test_the_documents_are_written_as_the_specification_says() -> None:
    """https://github.com/OpenSLO/OpenSLO, v1: the fields of SLO, SLI, objectives and names."""
    documents = documents_of(BASE).documents
    assert [each["kind"] for each in documents[:2]] == ["Service", "SLO"]
    assert all(each["apiVersion"] == "openslo/v1" for each in documents)
    slos = {each["metadata"]["name"]: each["spec"] for each in documents if each["kind"] == "SLO"}
    assert set(slos) == {f"{name}-{region}" for name in ("availability", "latency", "loss") for region in BASE.regions}
    spec = slos["loss-us-east"]
    assert spec["budgetingMethod"] == "Timeslices"
    assert spec["timeWindow"] == [
        {
            "duration": "1M",
            "isRolling": False,
            "calendar": {"startTime": "2026-01-01 00:00:00", "timeZone": "Asia/Singapore"},
        }
    ]
    assert set(spec["indicator"]["spec"]["ratioMetric"]) == {"counter", "bad", "total"}
    assert spec["objectives"] == [
        {"displayName": "loss", "targetPercent": 99.5, "timeSliceTarget": 0.98, "timeSliceWindow": "1m"}
    ]
    (latency,) = slos["latency-us-east"]["objectives"]
    assert (latency["op"], latency["value"], latency["timeSliceTarget"]) == ("lte", 200, 1)
    assert set(slos["latency-us-east"]["indicator"]["spec"]) == {"thresholdMetric"}


def test_what_openslo_can_not_say_is_named() -> None:
    odd = (
        replace(BASE.objectives[0], name="by-users", attain=Attain.AFFECTED),
        replace(BASE.objectives[0], name="always", target=Decimal(100)),
        replace(BASE.objectives[0], name="tiered", tiers=(Tier(Decimal(99), Decimal(10)),)),
    )
    found = documents_of(replace(BASE, objectives=odd))
    slos = [each["metadata"]["annotations"] for each in found.documents if each["kind"] == "SLO"]
    assert {each["contract.tallylight/objective"] for each in slos} == {"tiered"}
    said = [str(each) for each in found.unsaid]
    assert any(each.startswith("by-users: Left out") for each in said)
    assert any(each.startswith("always: Left out") for each in said)
    assert "tiered: Left out: its own credit tiers." in said
    assert any(each.startswith("credit: ") for each in said)


RATIOS = (Promise.AVAILABILITY, Promise.LOSS, Promise.FREEZE, Promise.ERRORS)


@st.composite
def objectives(draw: st.DrawFn) -> Objective:
    """Anything that a contract may promise and OpenSLO can say."""
    promise = draw(st.sampled_from(Promise))
    attain = draw(st.sampled_from([Attain.SLICES, Attain.MEAN])) if promise in RATIOS else Attain.SLICES
    bound = draw(st.integers(0, 1000)) / 10 if promise in RATIOS else draw(st.integers(1, 5000))
    return replace(
        BASE.objectives[0],
        promise=promise,
        attain=attain,
        bound=float(bound),
        statistic=Statistic.MEAN if promise in RATIOS else draw(st.sampled_from(Statistic)),
        target=draw(st.decimals(0, "99.99", places=2)),
        min_samples=draw(st.integers(0, 10_000)),
        unknown=draw(st.sampled_from(UnknownCounts)),
        source=draw(st.sampled_from(Source)),
        slice=timedelta(minutes=draw(st.sampled_from([1, 5, 60]))),
        at_least_for=timedelta(minutes=draw(st.integers(0, 30))),
    )


def quantity(text: str) -> Decimal:
    return Decimal(text.rstrip("%ms"))


@given(objectives())
def test_every_objective_that_openslo_can_say_comes_back_the_same(objective: Objective) -> None:
    documents = documents_of(replace(BASE, objectives=(objective,))).documents
    found = objectives_from(load(dump(documents)))
    assert found.unsaid == ()
    (entry,) = found.objectives
    key = "at_least" if objective.promise is Promise.AVAILABILITY else "at_most"
    assert entry["metric"] == objective.promise
    assert quantity(entry[key]) == Decimal(str(objective.bound))
    assert quantity(entry["target"]) == objective.target
    assert entry.get("statistic", "mean") == objective.statistic
    assert (entry["min_samples"], entry["unknown"]) == (objective.min_samples, objective.unknown)
    assert entry.get("source", "probes") == objective.source
    assert entry.get("attain", "slices") == objective.attain
    assert entry.get("slice", "1m") == f"{objective.slice // timedelta(minutes=1)}m"
    assert entry.get("at_least_for", "0m") == f"{objective.at_least_for // timedelta(minutes=1)}m"
    assert entry["regions"] == list(objective.regions)


#: After examples/budgeting-method of OpenSLO: one SLO of an internet provider with two objectives, and one over a rolling window.
FOREIGN = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: service-availability, displayName: Our SLA}
spec:
  description: To see whether we are above our SLA.
  service: web availability
  indicatorRef: up
  timeWindow:
    - {duration: 1M, isRolling: false, calendar: {startTime: 2022-01-01 12:00:00, timeZone: America/New_York}}
  budgetingMethod: Timeslices
  objectives:
    - {displayName: Internal, op: gt, target: 0.995, timeSliceTarget: 0.99, timeSliceWindow: 1m}
    - {displayName: SLA, targetPercent: 99, timeSliceTarget: 0.99, timeSliceWindow: 5}
  alertPolicies: [{alertPolicyRef: burn}]
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: up}
spec: {ratioMetric: {good: {metricSource: {type: Any, spec: {query: g}}}, total: {metricSource: {type: Any, spec: {query: t}}}}}
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: burn}
spec: {}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: main-page}
spec:
  service: web
  indicator: {metadata: {name: x}, spec: {ratioMetric: {bad: {}, total: {}}}}
  timeWindow: [{duration: 2w, isRolling: true}]
  budgetingMethod: RatioTimeslices
  objectives: [{displayName: Good, target: 0.99, timeSliceWindow: 1m}]
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: counted}
spec:
  service: web
  indicator: {spec: {ratioMetric: {good: {}, total: {}}}}
  budgetingMethod: Occurrences
  objectives: [{target: 0.9}]
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: throughput}
spec:
  service: web
  indicator: {spec: {thresholdMetric: {metricSource: {type: Any, spec: {}}}}}
  budgetingMethod: Timeslices
  objectives: [{op: gte, value: 100, target: 0.9, timeSliceTarget: 1, timeSliceWindow: 1m}]
"""


def test_somebody_elses_slos_become_objectives_and_what_was_assumed_is_named() -> None:
    found = objectives_from(load(FOREIGN))
    common = {"min_samples": 60, "unknown": "excluded", "source": "reported"}
    internet = {**common, "service": "web-availability", "metric": "availability", "at_least": "99%"}
    assert [dict(each) for each in found.objectives] == [
        {**internet, "name": "service-availability", "target": "99.5%"},
        {**internet, "name": "service-availability-2", "target": "99%", "slice": "5m"},
        {**common, "name": "main-page", "service": "web", "metric": "errors", "at_most": "0%", "target": "99%", "attain": "mean"},
    ]  # fmt: skip
    said = "\n".join(map(str, found.unsaid))
    for expected in (
        "AlertPolicy burn: Left out",
        "service-availability: Left out: its alertPolicies.",
        "service-availability: Left out: its description.",
        "service-availability: It says nothing of missing data",
        "main-page: A contract judges calendar months; this one says rolling 2w.",
        "counted: Left out: a contract counts slices, not Occurrences.",
        "throughput: Left out: a contract bounds such a figure from above, not by gte.",
    ):
        assert expected in said


@pytest.mark.parametrize(
    "text", ["", "- 1", "a: [", "apiVersion: openslo/v1alpha\nkind: SLO", "a: !!python/object:os.system {}"]
)
def test_what_is_not_openslo_is_refused(text: str) -> None:
    with pytest.raises(NotOpenSlo):
        load(text)


@pytest.mark.parametrize(
    "spec",
    ["{}", "{budgetingMethod: Timeslices}", "{budgetingMethod: Timeslices, indicator: 1}", "[]",
     "{budgetingMethod: Timeslices, indicator: {spec: {ratioMetric: {good: 1, total: 1}}}, objectives: [{target: many}]}"],
)  # fmt: skip
def test_an_slo_that_is_not_whole_is_left_out_by_name(spec: str) -> None:
    found = objectives_from(load(f"apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: half}}\nspec: {spec}"))
    assert found.objectives == ()
    assert [each.subject for each in found.unsaid if each.what.startswith("Left out")] == ["half"]


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return cli.main(parser.parse_args(words))


def test_the_command_goes_both_ways(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("openslo", "export", str(EXAMPLES / "starter.yaml")) == 0
    out, told = capsys.readouterr()
    assert "credit: Left out" in told
    there = tmp_path / "slo.yaml"
    there.write_text(out, encoding="utf-8")
    assert run("openslo", "import", str(there)) == 0
    fragment = capsys.readouterr().out
    swapped = (
        STARTER[: STARTER.index("objectives:\n")] + fragment + STARTER[STARTER.index("# When a node is in trouble") :]
    )
    assert read(swapped).agreement == BASE
    there.write_text("nothing", encoding="utf-8")
    assert run("openslo", "import", str(there)) == 1
