"""A credit can be followed to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.contracts.api import Combine, CreditTable, Fees, Tier, UnknownCounts
from tallylight.kernel.money import Money, Rounding, rounded
from tallylight.sla.attainment import Counts, Standing, budget, standing
from tallylight.sla.credit import credit
from tallylight.sla.earned import Outcome, Part
from tallylight.sla.tally import Tally
from tallylight.sla.tests.rules import objective, table

WHOLE = Part(43_200, 43_200)
FEES = Fees(monthly=Money.of("2400.00", "USD"))
THREE = table(("99.9", "10"), ("99", "25"), ("95", "50"), cap="50")


def outcome(good: int, counted: int, target: str = "99.9", region: str = "ap-southeast") -> Outcome:
    return Outcome(objective(target=target), region, Tally(Counts(), Standing(good, counted)))


@pytest.mark.parametrize(
    ("good", "counted", "percent"),
    [
        (43_200, 43_200, "0"),
        (999, 1000, "0"),  # exactly 99.9 %: kept
        (998_999, 1_000_000, "10"),
        (990, 1000, "10"),  # exactly 99 %: not below it
        (989_999, 1_000_000, "25"),
        (950, 1000, "25"),
        (949, 1000, "50"),
        (0, 1, "50"),
        (0, 0, "0"),
    ],
)
def test_the_deepest_tier_an_objective_fell_under_counts(good: int, counted: int, percent: str) -> None:
    assert credit(THREE, FEES, [outcome(good, counted)], WHOLE).percent == Decimal(percent)


def test_a_kept_objective_earns_nothing_even_below_a_tier() -> None:
    assert credit(THREE, FEES, [outcome(996, 1000, target="99.5")], WHOLE).amount.minor == 0


def test_a_miss_above_every_tier_earns_nothing_and_says_so() -> None:
    owed = credit(table(("99", "10")), FEES, [outcome(9985, 10_000)], WHOLE)
    assert owed.amount.minor == 0
    assert "No tier" in owed.steps[1].said()


def test_of_several_misses_the_worst_counts_or_they_add_up_to_the_cap() -> None:
    missed = [outcome(998, 1000), outcome(985, 1000, region="us-east"), outcome(900, 1000, region="eu-central")]
    assert credit(THREE, FEES, missed[:2], WHOLE).amount == Money(60_000, "USD")
    summed = table(("99.9", "10"), ("99", "25"), ("95", "50"), cap="60", combine=Combine.SUM)
    assert credit(summed, FEES, missed[:2], WHOLE).amount == Money(84_000, "USD")
    capped = credit(summed, FEES, missed, WHOLE)
    assert capped.amount == Money(144_000, "USD")
    assert any("at most 60%" in each.said() for each in capped.steps)


def test_the_steps_can_be_followed_to_the_cent() -> None:
    owed = credit(THREE, FEES, [outcome(43_000, 43_200)], Part(21_600, 43_200))
    assert [each.said() for each in owed.steps] == [
        "latency in ap-southeast: 43000 of 43200 minutes were good, which is 99.5370%.",
        "99.9% were promised, so the promise was missed. Below 99.9% the credit is 10%.",
        "This contract version applies to 21600 of the month's 43200 minutes, so that part of the fees counts.",
        "10% of the month's fees of USD 2,400.00, times 21600, divided by 43200, are owed.",
        "The credit is USD 120.00, rounded once, half to even.",
    ]


@pytest.mark.parametrize(
    ("fee", "percent", "part", "half_even", "half_up", "down", "up"),
    [
        ("USD 0.50", "1", "1", 0, 1, 0, 1),  # half a cent
        ("USD 1.50", "1", "1", 2, 2, 1, 2),
        ("USD 2.50", "1", "1", 2, 3, 2, 3),
        ("USD 2.51", "1", "1", 3, 3, 2, 3),
        ("USD 2400.00", "10", "1/3", 8_000, 8_000, 8_000, 8_000),
        ("USD 1.00", "100", "1/3", 33, 33, 33, 34),
        ("USD 999.99", "33.333333", "1", 33_333, 33_333, 33_332, 33_333),  # 33 332.999 966 67 cents
        ("JPY 12345", "10", "1", 1_234, 1_235, 1_234, 1_235),  # 1 234.5 yen: yen have no parts
        ("KWD 12.345", "10", "1", 1_234, 1_235, 1_234, 1_235),  # 1.2345 dinar: dinars have a thousand
        ("USD 0.00", "100", "1", 0, 0, 0, 0),
        ("USD 2400.00", "100", "0", 0, 0, 0, 0),
    ],
)
def test_money_is_rounded_once_as_the_contract_says(
    fee: str, percent: str, part: str, half_even: int, half_up: int, down: int, up: int
) -> None:
    currency, amount = fee.split()
    share = Fraction(part)
    owed = [
        credit(
            replace(table(("99.9", percent)), rounding=each),
            Fees(monthly=Money.of(amount, currency)),
            [outcome(0, 1)],
            Part(share.numerator, share.denominator),
        ).amount.minor
        for each in Rounding
    ]
    assert owed == [half_even, half_up, down, up]


@pytest.mark.parametrize(("policy", "good", "counted"), [("good", 97, 100), ("bad", 90, 100), ("excluded", 90, 93)])
def test_unknown_minutes_count_as_the_contract_says(policy: str, good: int, counted: int) -> None:
    assert standing(Counts(good=90, bad=3, unknown=7, excluded=20), UnknownCounts(policy)) == Standing(good, counted)


def test_attainment_is_shown_rounded_down_so_that_a_miss_never_reads_as_kept() -> None:
    missed = Standing(9_989_999, 10_000_000)
    assert (missed.shown, missed.keeps(Decimal("99.9"))) == (Decimal("99.8999"), False)


def test_a_budget_is_the_minutes_that_may_be_bad() -> None:
    assert budget(43_200, Decimal("99.9")) == 43
    assert Standing(43_200 - 43, 43_200).keeps(Decimal("99.9"))
    assert not Standing(43_200 - 44, 43_200).keeps(Decimal("99.9"))


def decimals(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low * 1000, high * 1000).map(lambda each: Decimal(each) / 1000)


@st.composite
def tables(draw: st.DrawFn) -> CreditTable:
    belows = sorted(draw(st.sets(decimals(1, 100), min_size=1, max_size=6)), reverse=True)
    credits_ = sorted(draw(st.lists(decimals(0, 100), min_size=len(belows), max_size=len(belows))))
    tiers = tuple(Tier(below, earned) for below, earned in zip(belows, credits_, strict=True))
    agreed = CreditTable(tiers, draw(decimals(0, 100)), draw(st.sampled_from(Combine)), automatic=True)
    return replace(agreed, rounding=draw(st.sampled_from(Rounding)))


def stands(target: Decimal, stood: Standing) -> Outcome:
    return Outcome(objective(target=str(target)), "r", Tally(Counts(), stood))


standings = st.integers(0, 44_640).flatmap(
    lambda counted: st.builds(Standing, st.integers(0, counted), st.just(counted))
)
outcomes = st.lists(st.builds(stands, decimals(1, 100), standings), max_size=12)
parts = st.integers(1, 44_640).flatmap(lambda of: st.builds(Part, st.integers(0, of), st.just(of)))
fees = st.builds(Fees, st.builds(Money, st.integers(0, 10**9), st.just("USD")))


@given(tables(), fees, outcomes, parts)
def test_a_credit_is_never_negative_and_never_above_its_cap(
    agreed: CreditTable, fee: Fees, stood: list[Outcome], part: Part
) -> None:
    owed = credit(agreed, fee, stood, part)
    capped = rounded(fee.monthly.minor * Fraction(agreed.cap) / 100 * part.share, agreed.rounding)
    assert 0 <= owed.percent <= agreed.cap
    assert 0 <= owed.amount.minor <= capped <= fee.monthly.minor
    assert all(each.said() for each in owed.steps)


@given(tables(), fees, standings, decimals(1, 100))
def test_a_worse_attainment_never_earns_less(agreed: CreditTable, fee: Fees, stood: Standing, target: Decimal) -> None:
    if stood.good:
        worse = Standing(stood.good - 1, stood.counted)
        owed = [credit(agreed, fee, [stands(target, each)], WHOLE).amount.minor for each in (stood, worse)]
        assert owed[0] <= owed[1]


@given(tables(), fees, outcomes, st.integers(0, 43_200))
def test_a_month_in_two_parts_earns_what_it_earns_whole_within_one_minor_unit(
    agreed: CreditTable, fee: Fees, stood: list[Outcome], minutes: int
) -> None:
    whole = credit(agreed, fee, stood, WHOLE).amount.minor
    split = [credit(agreed, fee, stood, Part(each, 43_200)).amount.minor for each in (minutes, 43_200 - minutes)]
    assert abs(sum(split) - whole) <= 1


@given(st.integers(0, 50_000), decimals(0, 100))
def test_a_budget_is_exact(minutes: int, target: Decimal) -> None:
    allowed = budget(minutes, target)
    if minutes:
        assert Standing(minutes - allowed, minutes).keeps(target)
        assert allowed == minutes or not Standing(minutes - allowed - 1, minutes).keeps(target)
