"""Nonsense that a schema can't see, part by part: named where it stands, in words that say what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tallylight.cli import main
from tallylight.contracts.lint import lint
from tallylight.contracts.problem import told
from tallylight.contracts.tests.samples import KEY_ACCOUNT, STARTER, changed, line_of

OFFICE = """around-the-clock: { hours: 24x7 }
  office: { hours: { monday: ["09:00-18:00"] } }
  rest: { hours: { monday: ["00:00-09:00", "18:00-24:00"], tuesday: ["00:00-24:00"], wednesday: ["00:00-24:00"],
    thursday: ["00:00-24:00"], friday: ["00:00-24:00"], saturday: ["00:00-24:00"], sunday: ["00:00-24:00"] } }
"""
NO_NIGHT = changed(
    changed(STARTER, "around-the-clock: { hours: 24x7 }\n", OFFICE),
    "at: 50%, channels: [mail] }",
    "at: 50%, calendar: office, channels: [mail] }",
)
MISSES = "    - { level: major, clock: response, credit: 5%, most: 10% }\n"

#: The starter with one passage replaced: what replaces it, the passage at which the fault stands, and words of the message.
CASES: dict[str, tuple[str, str, str, str]] = {
    "a notice longer than the term": ("notice_days: 30", "notice_days: 400", "notice_days: 400", "first term"),
    "a notice longer than a renewal": ("notice_days: 30", "notice_days: 40", "notice_days: 40", "comes too late"),
    "a text that lacks the customer's language": (
        "{ en: Onboarding of new streams and players, zh-Hans",
        "{ zh-Hans",
        "{ zh-Hans: 新直播流与播放器的接入 }",
        "not given in en",
    ),
    "a mitigation after the resolution": ("mitigation: 6h", "mitigation: 9h", "mitigation: 9h", "promises nothing"),
    "a mitigation before the response": ("mitigation: 6h", "mitigation: 1h", "mitigation: 1h", "sooner"),
    "hours that the calendar excludes": (
        "around-the-clock: { hours: 24x7 }",
        'around-the-clock: { hours: { monday: ["09:00-09:05"] } }',
        "update: 8h",
        "not open that long in a whole year",
    ),
    "a step that names nobody": (
        "step: expert, role: engineer, at",
        "step: expert, at",
        "{ step: expert, at",
        "names nobody",
    ),
    "a step that names a schedule and a team": (
        "step: expert, role: engineer, at",
        "step: expert, schedule: front, team: network, at",
        "network, at",
        "both an on-call schedule and a team",
    ),
    "a pause twice": (
        "- { reason: waiting-for-customer, most: 3d }",
        "- { reason: waiting-for-customer, most: 3d }\n      - { reason: waiting-for-customer, most: 4d }",
        "- { reason: waiting-for-customer, most: 4d }",
        "named twice",
    ),
    "a metric that nothing measures": (
        "metric: loss\n    at_most: 2%",
        "metric: freeze\n    at_most: 2%",
        "metric: freeze",
        "Nothing measures",
    ),
    "more samples than packets": ("min_samples: 60", "min_samples: 1201", "min_samples: 1201", "never reached"),
    "a threshold that never knows": (
        "min_samples: 100",
        "min_samples: 201",
        "- { metric: loss, raise",
        "never reached",
    ),
    "a statistic of a share": (
        "metric: loss\n    at_most: 2%",
        "metric: loss\n    statistic: p95\n    at_most: 2%",
        "statistic: p95",
        "no p95",
    ),
    "slices that do not fit a day": ("at_most: 200ms", "at_most: 200ms\n    slice: 7m", "slice: 7m", "can't be cut"),
    "a row that is no whole number of slices": (
        "at_most: 200ms",
        "at_most: 200ms\n    slice: 5m\n    at_least_for: 12m",
        "at_least_for: 12m",
        "no whole number",
    ),
    "a mean of milliseconds": ("at_most: 200ms", "at_most: 200ms\n    attain: mean", "attain: mean", "no share"),
    "overload without a load": (
        "- { kind: force-majeure, approver: manager }",
        "- { kind: overload }",
        "- { kind: overload }",
        "does not say load_multiple",
    ),
    "maintenance without notice": (
        "approver: manager, notice: 3d,",
        "approver: manager,",
        "- { kind: maintenance",
        "notice",
    ),
    "an exclusion twice": (
        "kind: force-majeure",
        "kind: customer-caused",
        "- { kind: customer-caused, approver: manager }\n\n",
        "twice",
    ),
    "a condition that never holds": (
        "- { metric: dead, raise",
        "- { metric: latency, raise",
        "- { metric: dead, nodes: 2 }",
        "No threshold watches",
    ),
    "a miss above its most": (
        "  combine: worst",
        MISSES.replace("credit: 5%", "credit: 15%"),
        "credit: 15%",
        "more than the 10%",
    ),
    "a miss of what is not promised": (
        "  combine: worst",
        MISSES.replace("major, clock: response", "basic, clock: mitigation"),
        "level: basic, clock",
        "promises no mitigation",
    ),
    "misses above the cap": (
        "  combine: worst",
        MISSES.replace("most: 10%", "most: 60%"),
        "most: 60%",
        "above the cap",
    ),
    "outage minutes of nothing": (
        "metric: availability\n    at_least: 90%",
        "metric: loss\n    at_most: 9%",
        "outage:",
        "no objective promises it",
    ),
    "a base that is nothing": (
        "  combine: worst",
        "  base: service-fees\n  combine: worst",
        "base: service-fees",
        "no recurring fee",
    ),
    "a claim window for what comes by itself": (
        "claim: automatic",
        "claim: automatic\n  claim_days: 30",
        "claim_days: 30",
        "needs no time",
    ),
    "a minimum above the cap": (
        "minimum: 10.00 USD",
        "minimum: 1200.01 USD",
        "minimum: 1200.01",
        "never owed",
    ),
    "two currencies": ("price: 240.00 USD", "price: 240.00 EUR", "- { name: delivery-10tb", "paid in USD"),
    "usage tiers with a gap at the end": (
        "- { price: 0.0260 USD }",
        "- { up_to: 90000, price: 0.0260 USD }",
        "- { up_to: 90000",
        "no price is said",
    ),
    "a usage tier behind the end": ("up_to: 80000, price", "price", "- { price: 0.0260 USD }", "never reached"),
    "a usage tier that falls back": (
        "- { price: 0.0260 USD }",
        "- { up_to: 70000, price: 0.0260 USD }\n        - { price: 0.02 USD }",
        "- { up_to: 70000",
        "not go further",
    ),
    "a package of what has no price": (
        "meter: gigabytes, quantity",
        "meter: peak, quantity",
        "- { name: delivery-10tb",
        "saves nothing",
    ),
    "arrears out of order": ("after_days: 20, action", "after_days: 4, action", "- { after_days: 4", "not come after"),
    "arrears that step back": (
        "after_days: 40, action: suspend",
        "after_days: 40, action: remind",
        "- { after_days: 40",
        "step back",
    ),
    "a burst below what is committed": (
        "committed: 6000, burst: 18000",
        "committed: 6000, burst: 5000",
        "- { region: ap-southeast, c",
        "smaller",
    ),
    "capacity out of scope": (
        "region: us-east, committed",
        "region: eu-central, committed",
        "- { region: eu-central",
        "not in scope",
    ),
    "requests forgotten too early": (
        "privacy-request-records, days: 731",
        "privacy-request-records, days: 365",
        "days: 365 }\n  deletion",
        "§ 7101(a)",
    ),
    "a deletion later than the law": (
        "  deletion_days: 30\n  sub",
        "  deletion_days: 120\n  sub",
        "deletion_days: 120",
        "1798.130",
    ),
    "help that comes too late": ("assist_within: 3d", "assist_within: 45d", "assist_within: 45d", "within 45 days"),
    "a category that is not named": (
        "category: account-details",
        "category: hobbies",
        "- { category: hobbies",
        "not among",
    ),
    "a sub-processor out of reach": (
        "region: us-east\n  sub",
        "region: eu-central\n  sub",
        "region: eu-central\n  sub",
        "none are stored",
    ),
    "a transfer from nowhere": ("from: us-east", "from: eu-central", "from: eu-central", "No data are stored"),
    "data deleted while the service runs on": (
        "dual_run_days: 14",
        "dual_run_days: 40",
        "deletion_days: 30\n  certificate",
        "runs on for 40",
    ),
}
#: What must stand beside it for the fault to be there.
BESIDE = {"outage minutes of nothing": ("  combine: worst", "  outage: {}\n  combine: worst")}


@pytest.mark.parametrize("case", CASES)
def test_nonsense_is_named_where_it_stands(case: str) -> None:
    old, new, place, says = CASES[case]
    source = changed(STARTER, old, new)
    if case in BESIDE:
        source = changed(source, *BESIDE[case])
    found = lint(source)
    assert any(says in each.message + each.advice and each.line == line_of(source, place) for each in found), found


def test_the_examples_are_sound() -> None:
    assert lint(STARTER) == lint(KEY_ACCOUNT) == ()


@pytest.mark.parametrize("named", ["schedule: front", "team: network", "person: wei@x.example", "role: manager"])
def test_a_step_may_name_any_one_of_those_who_can_be_called(named: str) -> None:
    assert lint(changed(STARTER, "step: expert, role: engineer, at", f"step: expert, {named}, at")) == ()


def test_an_hour_in_which_a_step_finds_nobody_is_named() -> None:
    (fault,) = [each for each in lint(NO_NIGHT) if "nobody" in each.message and "major" in each.message]
    assert "2026-01-01 00:00 (Asia/Singapore)" in fault.message
    assert fault.line == line_of(NO_NIGHT, "calendar: office,")


def test_two_steps_share_a_rung_where_their_hours_fill_the_week() -> None:
    night = "at: 50%, calendar: office, channels: [mail] }\n"
    night += "  - { step: night, role: engineer, at: 50%, calendar: rest, channels: [mail] }"
    assert lint(changed(NO_NIGHT, "at: 50%, calendar: office, channels: [mail] }", night)) == ()


def test_words_that_speak_of_every_hour_stand_under_a_calendar_that_has_them() -> None:
    source = changed(KEY_ACCOUNT, "Account, parameters, reports and advice", "Advice around the clock")
    (fault,) = lint(source)
    assert (fault.path, fault.line) == ("support.basic.covers", line_of(source, "Advice around"))


def test_faults_of_form_and_of_sense_are_told_in_one_round() -> None:
    source = changed(changed(STARTER, "locale: en", "locale: english"), "response: 2h", "response: two hours")
    source = changed(changed(source, "cap: 50%", "cap: 150%"), "up_to: 80000, price", "price")
    assert [each.path for each in lint(source)] == [
        "locale",
        "support.fault.response",
        "credit.cap",
        "fees.usage[0].tiers[1]",
    ]


def test_what_the_schema_expects_is_told_in_the_readers_language() -> None:
    (fault,) = lint(changed(STARTER, "response: 2h", "response: two hours"))
    assert fault.advice.endswith("A whole number and ms, s, m, h or d (24 hours), such as 15m.")
    assert "整数加 ms、s、m、h 或 d（24 小时）" in told(fault, "zh-Hans").advice


def test_the_exit_code_tells_faults_from_files_that_are_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound, bad = tmp_path / "sound.yaml", tmp_path / "bad.yaml"
    sound.write_text(STARTER, encoding="utf-8")
    bad.write_text(changed(STARTER, "cap: 50%", "cap: 20%"), encoding="utf-8")
    assert run("contract", "lint", sound, "--lang", "en") == 0
    assert "LL-2026-001 is sound" in capsys.readouterr().out
    assert run("contract", "lint", sound, bad, "--lang", "en") == 1
    assert f"{bad}:{line_of(bad.read_text(encoding='utf-8'), '{ below: 99%, c')}:" in capsys.readouterr().err
    assert run("contract", "lint", bad, tmp_path / "none.yaml", "--lang", "en") == 2
    assert "none.yaml: This file can't be read" in capsys.readouterr().err


def test_programs_get_the_same_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(changed(STARTER, "cap: 50%", "cap: 150%"), encoding="utf-8")
    assert run("contract", "lint", bad, "--json", "--lang", "en") == 1
    (answer,) = json.loads(capsys.readouterr().out)
    (problem,) = answer["problems"]
    assert (answer["file"], problem["path"]) == (str(bad), "credit.cap")
    assert problem["message"] == "A cap of 150% gives back more than was paid."


def run(*words: object) -> int:
    return main([str(each) for each in words])
