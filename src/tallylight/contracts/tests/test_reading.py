"""A contract is read whole, or refused with every fault and its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallylight.contracts import yaml_text
from tallylight.contracts.agreement import Level, Metric, Promise
from tallylight.contracts.errors import ContractInvalid
from tallylight.contracts.problem import Problem
from tallylight.contracts.reading import read
from tallylight.contracts.tests.samples import KEY_ACCOUNT, STARTER, changed, line_of
from tallylight.kernel.money import Money


def faults(source: str) -> list[Problem]:
    with pytest.raises(ContractInvalid) as caught:
        read(source)
    return list(caught.value.problems)


def test_the_starter_contract_says_what_its_text_says() -> None:
    agreement = read(STARTER).agreement
    assert agreement.customer.slug == "lumen-live"
    assert agreement.effective_from == datetime(2025, 12, 31, 16, tzinfo=UTC)  # midnight in Singapore
    assert agreement.ends_at is None
    assert agreement.support_at(Level.FAULT).response == timedelta(hours=2)
    latency = next(each for each in agreement.thresholds_in("us-east") if each.metric is Metric.LATENCY)
    assert (latency.raise_above, latency.clear_below, latency.window_s) == (200.0, 180.0, 1)
    assert agreement.credit.tiers[0].below == Decimal("99.9")
    assert agreement.monthly_fee == Money(240_000, "USD")
    assert {each.promise for each in agreement.objectives} == {Promise.AVAILABILITY, Promise.LATENCY, Promise.LOSS}


def test_the_key_account_has_a_ladder_of_its_own_for_major_cases() -> None:
    agreement = read(KEY_ACCOUNT).agreement
    major, fault = agreement.support_at(Level.MAJOR), agreement.support_at(Level.FAULT)
    assert major.response <= timedelta(minutes=15)
    assert [step.at for step in major.ladder] == [Decimal("0"), Decimal("0.2"), Decimal("0.4"), Decimal("0.8")]
    assert major.ladder != fault.ladder
    assert any(step.person for step in major.ladder)
    assert not agreement.support_at(Level.BASIC).calendar.always


def test_a_step_keeps_the_hours_it_is_there() -> None:
    source = changed(
        KEY_ACCOUNT,
        "step: expert, role: engineer, at: 20%,",
        "step: days, role: engineer, at: 20%, calendar: account-team,",
    )
    nights = "    - { step: nights, role: engineer, at: 20%, calendar: around-the-clock, channels: [mail] }\n      "
    source = changed(
        source,
        "- { step: key-account-manager, role: manager, person: manager@tallylight.example, at: 40%",
        nights.lstrip() + "- { step: key-account-manager, role: manager, person: manager@tallylight.example, at: 40%",
    )
    first, days, by_night, *_rest = read(source).agreement.support_at(Level.MAJOR).ladder
    assert first.calendar is None
    assert (days.calendar and days.calendar.name, by_night.calendar and by_night.calendar.name) == (
        "account-team",
        "around-the-clock",
    )


def test_a_term_that_does_not_renew_ends() -> None:
    agreement = read(changed(STARTER, "months: 12, renews: true", "months: 2, renews: false")).agreement
    assert agreement.ends_at == datetime(2026, 2, 28, 16, tzinfo=UTC)


def test_comments_and_layout_do_not_change_the_hash_but_a_number_does() -> None:
    bare = "\n".join(line for line in STARTER.splitlines() if not line.lstrip().startswith("#") and line.strip())
    assert read(bare).sha256 == read(STARTER).sha256
    assert read(changed(STARTER, "response: 2h", "response: '2h'")).sha256 == read(STARTER).sha256
    assert read(changed(STARTER, "response: 2h", "response: 120m")).sha256 != read(STARTER).sha256


def test_every_fault_is_named_at_once_with_line_and_column() -> None:
    source = changed(STARTER, "response: 2h", "response: 2 hours")
    source = changed(source, "locale: en", "locale: english")
    source = changed(source, "    update: 4h\n", "    updates: 4h\n")
    found = faults(source)
    assert [(each.line, each.path) for each in found] == [
        (line_of(source, "locale: english"), "locale"),
        (line_of(source, 'covers: { en: "A server'), "support.fault"),
        (line_of(source, "response: 2 hours"), "support.fault.response"),
        (line_of(source, "updates: 4h"), "support.fault.updates"),
    ]
    assert [each.column for each in found] == [9, 5, 15, 5]
    assert "en, zh-Hans" in found[0].advice
    assert "15m" in found[2].advice


SENSE = {
    "an update sooner than the response": (
        "response: 2h\n    update: 4h",
        "response: 2h\n    update: 1h",
        "update: 1h",
        "sooner",
    ),
    "a resolution sooner than the response": ("resolution: 8h", "resolution: 30m", "resolution: 30m", "sooner"),
    "a major case that waits longer": (
        "response: 30m\n    update: 1h",
        "response: 4h\n    update: 4h",
        "response: 4h\n    update: 4h",
        "waits longer",
    ),
    "an unknown calendar": (
        "calendar: around-the-clock\n    channels: [console, mail, im, phone]",
        "calendar: office\n    channels: [mail]",
        "calendar: office",
        "no calendar office",
    ),
    "a step after the end": (
        "role: manager, at: 80%",
        "role: manager, at: 120%",
        "- { step: manager",
        "after the response time",
    ),
    "steps that do not follow": (
        "role: manager, at: 80%",
        "role: manager, at: 50%",
        "- { step: manager",
        "not come after",
    ),
    "a region out of scope": (
        "  - { metric: dead, raise",
        "  - { regions: [eu-central], metric: dead, raise",
        "regions: [eu-central]",
        "eu-central is not in scope",
    ),
    "a service out of scope": (
        "    service: live-acceleration\n    metric: loss",
        "    service: relay\n    metric: loss",
        "service: relay",
        "relay is not in scope",
    ),
    "clear above raise": ("clear_below: 180ms", "clear_below: 250ms", "clear_below: 250ms", "although it is raised"),
    "a percentage for latency": (
        "raise_above: 200ms",
        "raise_above: 2%",
        "raise_above: 2%",
        "where a duration is meant",
    ),
    "a duration for loss": ("raise_above: 2%", "raise_above: 2s", "raise_above: 2s", "where a percentage is meant"),
    "a level without a metric": (
        "- { viewers: 5000 }",
        "- { above: 5%, viewers: 5000 }",
        "- { above: 5%",
        "without its metric",
    ),
    "more regions than there are": ("- { regions: 2 }", "- { regions: 3 }", "- { regions: 3 }", "never holds"),
    "a threshold twice": (
        "  - { metric: dead, raise_above: 1500ms",
        "  - { metric: latency, raise_above: 1500ms",
        "  - { metric: latency, raise_above: 1500ms",
        "second threshold",
    ),
    "the wrong bound": ("at_least: 90%", "at_most: 90%", "- name: availability", "needs at_least"),
    "tiers that overlap": ("below: 99%,", "below: 99.9%,", "- { below: 99.9%, credit: 25%", "overlap"),
    "tiers out of order": ("below: 95%,", "below: 99.5%,", "- { below: 99.5%,", "deeper"),
    "a worse miss that earns less": (
        "below: 95%, credit: 50%",
        "below: 95%, credit: 20%",
        "below: 95%, credit: 20%",
        "no more than",
    ),
    "a tier nothing reaches": (
        "    - { below: 99.9%, credit: 10% }",
        "    - { below: 100%, credit: 5% }\n    - { below: 99.95%, credit: 10% }",
        "- { below: 100%",
        "never reached",
    ),
    "a credit above the cap": ("cap: 50%", "cap: 40%", "- { below: 95%", "above the cap"),
    "a cap above the fee": ("cap: 50%", "cap: 150%", "cap: 150%", "more than was paid"),
    "an unknown zone": (
        "timezone: Asia/Singapore",
        "timezone: Asia/Atlantis",
        "timezone: Asia/Atlantis",
        "no time zone",
    ),
    "cents that the currency lacks": (
        "monthly: 2400.00 USD",
        "monthly: 2400.00 JPY",
        "monthly: 2400.00 JPY",
        "does not have",
    ),
    "hours that close before they open": (
        "hours: 24x7",
        'hours: { monday: ["18:00-09:00"] }',
        "around-the-clock: {",
        "closes before it opens",
    ),
    "hours that overlap": (
        "hours: 24x7",
        'hours: { monday: ["09:00-13:00", "12:00-18:00"] }',
        "around-the-clock: {",
        "before the interval above",
    ),
}


@pytest.mark.parametrize("case", SENSE)
def test_nonsense_is_named_where_it_stands(case: str) -> None:
    old, new, place, says = SENSE[case]
    source = changed(STARTER, old, new)
    assert any(
        says in each.message and each.line == line_of(source, place) and each.advice for each in faults(source)
    ), faults(source)


REFUSED = {
    "an alias": ("term: &t { effective: 2026-01-01, months: 12, renews: true }\nother: *t", "alias"),
    "an anchor": ("locale: &l en", "anchor"),
    "a tag": ("locale: !!str en", "tag"),
    "a key twice": ("locale: en\nlocale: en", "twice"),
    "a second document": ("locale: en\n---\nlocale: en", "second document"),
    "a list for a key": ("? [a, b]\n: 1", "plain text"),
    "an open bracket": ("regions: [a, b", "not YAML"),
    "a tab": ("a:\n\tb: 1", "not YAML"),
    "a control character": ("a: \x07", "not YAML"),
    "half a character": ('number: "\\ud800"', "U+D800"),
    "nothing escaped": ('number: "\\u0000"', "U+0000"),
    "half a character as it is": ("number: \ud800", "not YAML"),
    "nothing": ("", "empty"),
    "a comment only": ("# nothing\n", "empty"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_yaml_that_can_surprise_is_refused_with_its_place(case: str) -> None:
    source, says = REFUSED[case]
    assert any(says in each.message and each.line >= 1 and each.column >= 1 for each in faults(source))


def test_words_that_only_look_like_numbers_stay_words() -> None:
    assert yaml_text.load("a: 1.5\nb: no\nc: 2026-01-01\nd: 0o7\ne: '7'\nf: 7\ng: yes\nh: true\n").value == {
        "a": "1.5", "b": "no", "c": "2026-01-01", "d": "0o7", "e": "7", "f": 7, "g": "yes", "h": True
    }  # fmt: skip


def test_a_bomb_is_defused() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True))
    assert all("alias" in each.message or "anchor" in each.message for each in faults(bomb))


@pytest.mark.parametrize(
    "source", ["a: " + "[" * 500, "a: " + "{a: " * 500, "- " * 500 + "x", "[" + "1," * 30_000 + "]", "a" * 300_000]
)
def test_depth_count_and_length_are_bounded(source: str) -> None:
    assert faults(source)


@given(st.text(max_size=300))
@settings(max_examples=150)
def test_any_text_is_read_or_refused_and_never_breaks(source: str) -> None:
    with pytest.raises(ContractInvalid):
        read(source)


@given(st.integers(0, len(STARTER) - 1), st.text(max_size=3), st.integers(0, 12))
@settings(max_examples=150, deadline=None)
def test_any_damage_to_a_contract_is_read_or_refused_and_never_breaks(at: int, put: str, cut: int) -> None:
    try:
        read(STARTER[:at] + put + STARTER[at + cut :])
    except ContractInvalid as error:
        assert error.problems  # noqa: PT017 - both outcomes are right
