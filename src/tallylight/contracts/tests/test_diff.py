"""What a new text changes for the customer, clause by clause, and how long before it must be told."""

from __future__ import annotations

import argparse
import json
import types
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.contracts import agreement as a
from tallylight.contracts import cli, commercial
from tallylight.contracts.agreement import Agreement
from tallylight.contracts.diff import Difference, Effect, amendment, differences, said
from tallylight.contracts.diff.clauses import CLAUSES, Leaf, Unjudged
from tallylight.contracts.reading import read
from tallylight.contracts.tests.samples import EXAMPLES, KEY_ACCOUNT, STARTER, changed
from tallylight.kernel.money import Money

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BASE = read(STARTER).agreement
RICH = replace(
    BASE,
    capacity=commercial.Capacity(
        (commercial.RegionCapacity("us-east", 1000, 2000),), timedelta(minutes=30), Money(500, "USD"), None,
        timedelta(days=30), commercial.FeeEffect.NEXT_CYCLE,
    ),
    fees=replace(
        BASE.fees,
        usage=(
            commercial.UsageFee(
                "traffic", commercial.Meter.GIGABYTES, Decimal(100), commercial.UsageMode.GRADUATED,
                (commercial.UsageTier(Decimal(1000), Decimal("0.05")), commercial.UsageTier(None, Decimal("0.04"))),
            ),
        ),
    ),
    exclusions=(a.ExclusionRule(a.ExclusionKind.MAINTENANCE, "manager", timedelta(days=7), timedelta(hours=4)),),
)  # fmt: skip


def leaves(kind: type, seen: set[type]) -> Iterator[tuple[type, str, bool]]:
    """Every field of every part of the agreement, and whether it is a part itself, by its types alone."""
    if kind in seen:
        return
    seen.add(kind)
    hints = typing.get_type_hints(kind)
    for each in fields(kind):
        inner = [one for one in flat(hints[each.name]) if is_dataclass(one)]
        rule = CLAUSES.get(kind, {}).get(each.name)
        yield kind, each.name, bool(inner)
        if not isinstance(rule, Leaf | Unjudged):
            for one in inner:
                yield from leaves(one, seen)


def flat(hint: Any) -> Iterator[type]:
    """The types inside a hint: of `tuple[Step, ...] | None` it is Step."""
    origin = typing.get_origin(hint)
    if origin in (tuple, typing.Union, types.UnionType):
        for inner in typing.get_args(hint):
            yield from flat(inner)
    elif isinstance(hint, type):
        yield hint


def test_no_leaf_of_the_agreement_is_without_a_judgement() -> None:
    found = list(leaves(Agreement, set()))
    assert [f"{kind.__name__}.{name}" for kind, name, _ in found if name not in CLAUSES.get(kind, {})] == []
    known = {(kind, name) for kind, rules in CLAUSES.items() for name in rules}
    assert known == {(kind, name) for kind, name, _ in found}, "the table names what is not in the agreement"
    assert len(found) > 120


def change(old: Agreement, new: Agreement) -> list[tuple[str, Effect]]:
    return [(each.path, each.effect) for each in differences(old, new)]


@pytest.mark.parametrize("agreement", [BASE, RICH, read(KEY_ACCOUNT).agreement])
def test_a_text_against_itself_changes_nothing(agreement: Agreement) -> None:
    assert differences(agreement, agreement) == []


YAML = {
    "a shorter response": ("response: 2h", "response: 1h", "support[fault].response", Effect.BETTER),
    "a longer resolution": ("resolution: 4h", "resolution: 6h", "support[major].resolution", Effect.WORSE),
    "a higher target": ("target: 99.9%", "target: 99.95%", "objectives[availability].target", Effect.BETTER),
    "a tighter latency": ("at_most: 200ms", "at_most: 150ms", "objectives[latency].bound", Effect.BETTER),
    "a looser availability": ("at_least: 90%", "at_least: 80%", "objectives[availability].bound", Effect.WORSE),
    "a dearer month": ("monthly: 2400.00 USD", "monthly: 2600.00 USD", "fees.monthly", Effect.WORSE),
    "a lower credit": ("below: 99%, credit: 25%", "below: 99%, credit: 20%", "credit.tiers", Effect.WORSE),
    "unknown as bad": ("unknown: excluded", "unknown: bad", "objectives[availability].unknown", Effect.BETTER),
    "credits that add up": ("combine: worst", "combine: sum", "credit.combine", Effect.BETTER),
    "a quicker alarm": ("raise_above: 200ms", "raise_above: 190ms", "thresholds[us-east, latency].raise_above", Effect.BETTER),
    "fewer channels": ("[console, mail, im, phone]", "[console, mail, im]", "support[major].channels", Effect.WORSE),
    "a condition less": ("    - { regions: 2 }\n", "", "severity.major", Effect.WORSE),
    "a new name": ("starter plan", "starter plan 2", "title", Effect.DIFFERENT),
}  # fmt: skip


@pytest.mark.parametrize("name", YAML)
def test_each_change_is_judged_as_the_customer_feels_it(name: str) -> None:
    old, new, path, effect = YAML[name]
    assert (path, effect) in change(BASE, read(changed(STARTER, old, new)).agreement)


def test_another_currency_is_neither_better_nor_worse() -> None:
    assert ("fees.monthly", Effect.DIFFERENT) in change(BASE, read(STARTER.replace(" USD", " EUR")).agreement)


#: Without the parts that name regions of their own.
FEWER_PARTS = STARTER[: STARTER.index("# Viewers at once")]


def test_a_region_taken_out_is_a_discontinuation_and_takes_its_promises_along() -> None:
    new = read(
        changed(FEWER_PARTS, "regions: [ap-southeast, us-east]", "regions: [ap-southeast]").replace(
            "regions: 2", "nodes: 2"
        )
    )
    found = {each.path: each for each in differences(BASE, new.agreement)}
    assert (found["regions"].effect, found["regions"].kind) == (Effect.WORSE, commercial.ChangeKind.DISCONTINUATION)
    assert found["objectives[loss].regions"].effect is Effect.WORSE
    assert found["thresholds[us-east, loss]"].whole


def test_a_condition_that_rises_to_major_is_not_lost_as_a_fault() -> None:
    fault = BASE.severity.fault
    risen = replace(BASE, severity=replace(BASE.severity, major=(*BASE.severity.major, fault[0]), fault=fault[1:]))
    assert change(BASE, risen) == [("severity.major", Effect.BETTER), ("severity.fault", Effect.DIFFERENT)]


def test_tables_of_tiers_are_compared_at_every_attainment() -> None:
    def tiers(*rows: tuple[str, str]) -> Agreement:
        table = tuple(a.Tier(Decimal(below), Decimal(credit)) for below, credit in rows)
        return replace(BASE, credit=replace(BASE.credit, tiers=table))

    one = tiers(("99.9", "10"), ("99", "25"))
    assert change(one, tiers(("99.9", "10"), ("99.5", "25"))) == [("credit.tiers", Effect.BETTER)]
    assert change(one, tiers(("99.8", "10"), ("99", "25"))) == [("credit.tiers", Effect.WORSE)]
    assert change(one, tiers(("99.8", "10"), ("99", "30"))) == [("credit.tiers", Effect.DIFFERENT)]


def test_prices_by_use_are_compared_at_every_quantity() -> None:
    def prices(*rows: tuple[str | None, str]) -> Agreement:
        tiers = tuple(commercial.UsageTier(Decimal(end) if end else None, Decimal(price)) for end, price in rows)
        return replace(RICH, fees=replace(RICH.fees, usage=(replace(RICH.fees.usage[0], tiers=tiers),)))

    path = "fees.usage[traffic].tiers"
    assert change(RICH, prices(("1000", "0.05"), (None, "0.03"))) == [(path, Effect.BETTER)]
    assert change(RICH, prices(("2000", "0.05"), (None, "0.04"))) == [(path, Effect.WORSE)]
    assert change(RICH, prices(("500", "0.06"), (None, "0.03"))) == [(path, Effect.DIFFERENT)]


def test_hours_are_better_when_they_hold_all_the_old_ones() -> None:
    night = 'around-the-clock: { hours: { monday: ["09:00-18:00"], tuesday: ["09:00-18:00"] } }'
    week = read(changed(STARTER, "around-the-clock: { hours: 24x7 }", night)).agreement
    longer = read(changed(STARTER, "around-the-clock: { hours: 24x7 }", night.replace("18:00", "20:00", 1))).agreement
    shifted = read(
        changed(STARTER, "around-the-clock: { hours: 24x7 }", night.replace("09:00-18", "10:00-19", 1))
    ).agreement
    hours = "support[major].calendar"
    assert dict(change(BASE, week))[hours] is Effect.WORSE
    assert dict(change(week, longer))[hours] is Effect.BETTER
    assert dict(change(week, shifted))[hours] is Effect.DIFFERENT


def test_a_change_of_hours_names_the_days() -> None:
    week = (
        'office: { hours: { monday: ["09:00-18:00"], tuesday: ["09:00-18:00"], friday: ["09:00-12:00"] }, '
        "closed: [2026-05-01] }"
    )
    longer = (
        'office: { hours: { monday: ["09:00-20:00"], tuesday: ["09:00-20:00"], friday: ["09:00-12:00"] }, '
        'closed: [2026-12-25], exceptions: { 2026-12-24: ["09:00-12:00"] } }'
    )

    def office(hours: str) -> Agreement:
        source = changed(
            STARTER, "around-the-clock: { hours: 24x7 }", f"around-the-clock: {{ hours: 24x7 }}\n  {hours}"
        )
        return read(source.replace("calendar: around-the-clock", "calendar: office", 1)).agreement

    found = amendment(office(week), office(longer), now=NOW)
    told = [said(each, "en").what for each in found.changes if each.difference.path.endswith("calendar")]
    assert told == [
        "On Monday and Tuesday its hours are 09:00–20:00 instead of 09:00–18:00. "
        "It is closed on 25 December 2026 as well. It is no longer closed on 1 May 2026. "
        "Its hours on 24 December 2026 are: 09:00–12:00."
    ]


AGREEMENTS = st.sampled_from([BASE, RICH, read(KEY_ACCOUNT).agreement])
CHANNELS = st.sets(st.sampled_from(a.Channel), min_size=1).map(tuple)
LENGTHS = st.integers(1, 100).map(lambda hours: timedelta(hours=hours))


@st.composite
def variants(draw: st.DrawFn) -> Agreement:
    """An agreement with some of its figures changed."""
    base = draw(AGREEMENTS)
    support = tuple(
        replace(level, response=draw(LENGTHS), mitigation=draw(st.none() | LENGTHS), channels=draw(CHANNELS))
        for level in base.support
    )  # fmt: skip
    kept = draw(st.sets(st.sampled_from(range(len(base.objectives))), min_size=1))
    objectives = tuple(
        replace(each, target=draw(st.decimals(90, 100, places=2)), unknown=draw(st.sampled_from(a.UnknownCounts)))
        for index, each in enumerate(base.objectives)
        if index in kept
    )
    fees = replace(base.fees, monthly=Money(draw(st.integers(0, 10**6)), "USD"), due_days=draw(st.integers(1, 90)))
    return replace(
        base, support=support, objectives=objectives, fees=fees, capacity=draw(st.sampled_from([None, RICH.capacity]))
    )


@given(variants(), variants())
def test_what_is_better_one_way_is_worse_the_other(one: Agreement, other: Agreement) -> None:
    there, back = change(one, other), change(other, one)
    assert dict(back) == {path: effect.opposite for path, effect in there}
    assert (there == []) == (dict(back) == {})


@given(variants(), variants(), st.sampled_from(["en", "zh-Hans"]))
def test_every_difference_can_be_said_and_says_both_values(one: Agreement, other: Agreement, language: str) -> None:
    found = amendment(one, other, now=NOW)
    for each in found.changes:
        text = said(each, language)
        assert all((text.where, text.what, text.effect, text.notice))
        assert "%(" not in str(text)
    assert found.earliest >= found.told


def only(old: Agreement, new: Agreement) -> tuple[Difference, Any]:
    (found,) = amendment(old, new, now=NOW).changes
    return found.difference, found


def test_a_price_is_told_sixty_whole_days_before_by_the_contract_in_force() -> None:
    dearer = replace(BASE, fees=replace(BASE.fees, monthly=Money(260_000, "USD")))
    longer = replace(dearer, changes=commercial.ChangeNotice(price=commercial.Change(5, 0, may_leave=False)))
    told = amendment(BASE, longer, now=NOW)
    (price,) = [each for each in told.changes if each.difference.path == "fees.monthly"]
    assert price.notice == BASE.changes.price
    # Singapore: told on 23 November, 60 whole days are 24 November to 22 January.
    assert price.earliest == date(2027, 1, 23)
    assert told.earliest_at == datetime(2027, 1, 22, 16, tzinfo=UTC)
    assert told.may_leave


def test_the_day_of_the_notice_is_a_day_of_the_contracts_zone() -> None:
    dearer = replace(BASE, fees=replace(BASE.fees, monthly=Money(260_000, "USD")))
    late = amendment(BASE, dearer, now=datetime(2026, 11, 23, 16, tzinfo=UTC))  # midnight in Singapore
    assert late.told == date(2026, 11, 24)


def test_what_is_better_needs_no_notice() -> None:
    cheaper = replace(BASE, fees=replace(BASE.fees, monthly=Money(100_000, "USD")))
    _difference, found = only(BASE, cheaper)
    assert found.notice is None
    assert amendment(BASE, cheaper, now=NOW).earliest_at == NOW


def test_a_discontinuation_keeps_the_old_way_for_its_transition() -> None:
    without = replace(BASE, objectives=BASE.objectives[1:])
    told = amendment(BASE, without, now=NOW)
    assert told.until - told.earliest == timedelta(days=BASE.changes.discontinuation.transition_days)


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return cli.main(parser.parse_args(words))


def test_the_command_says_it_in_both_languages_and_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(changed(STARTER, "response: 2h", "response: 3h"), encoding="utf-8")
    old = str(EXAMPLES / "starter.yaml")
    assert run("diff", old, str(new)) == 0
    assert "Support “fault” › First response\n  2 hours becomes 3 hours." in capsys.readouterr().out
    assert run("diff", old, str(new), "--lang", "zh-Hans") == 0
    assert "3小时" in capsys.readouterr().out
    assert run("diff", old, str(new), "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)["changes"]
    assert (found["path"], found["effect"], found["kind"], found["notice_days"]) == (
        "support[fault].response",
        "worse",
        "feature",
        30,
    )
    assert run("diff", old, old) == 0
    assert "promise the same" in capsys.readouterr().out
    assert run("diff", old, str(tmp_path / "missing.yaml")) == 1
