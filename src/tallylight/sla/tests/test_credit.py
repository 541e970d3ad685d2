"""A credit can be followed to the cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.contracts.api import Combine, CreditTable, Tier, UnknownCounts
from tallylight.kernel.money import Money
from tallylight.sla.attainment import Counts, Standing, budget, standing
from tallylight.sla.credit import Outcome, Part, credit, share_of

WHOLE = Part(43_200, 43_200)
FEE = Money.of("2400.00", "USD")


def table(*tiers: tuple[str, str], cap: str = "100", combine: Combine = Combine.WORST) -> CreditTable:
    return CreditTable(tuple(Tier(Decimal(b), Decimal(c)) for b, c in tiers), Decimal(cap), combine, automatic=True)


THREE = table(("99.9", "10"), ("99", "25"), ("95", "50"), cap="50")


def outcome(good: int, counted: int, target: str = "99.9", region: str = "ap-southeast") -> Outcome:
    return Outcome("latency", region, Decimal(target), Standing(good, counted))


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
    assert credit(THREE, FEE, [outcome(good, counted)], WHOLE).percent == Decimal(percent)


def test_a_kept_objective_earns_nothing_even_below_a_tier() -> None:
    assert credit(THREE, FEE, [outcome(996, 1000, target="99.5")], WHOLE).amount.minor == 0


def test_a_miss_above_every_tier_earns_nothing_and_says_so() -> None:
    owed = credit(table(("99", "10")), FEE, [outcome(9985, 10_000)], WHOLE)
    assert owed.amount.minor == 0
    assert "No tier" in owed.steps[0].said()


def test_of_several_misses_the_worst_counts_or_they_add_up_to_the_cap() -> None:
    missed = [outcome(998, 1000), outcome(985, 1000, region="us-east"), outcome(900, 1000, region="eu-central")]
    assert credit(THREE, FEE, missed[:2], WHOLE).amount == Money(60_000, "USD")
    summed = table(("99.9", "10"), ("99", "25"), ("95", "50"), cap="60", combine=Combine.SUM)
    assert credit(summed, FEE, missed[:2], WHOLE).amount == Money(84_000, "USD")
    capped = credit(summed, FEE, missed, WHOLE)
    assert capped.amount == Money(144_000, "USD")
    assert any("at most 60%" in each.said() for each in capped.steps)


def test_the_steps_can_be_followed_to_the_cent() -> None:
    owed = credit(THREE, FEE, [outcome(43_000, 43_200)], Part(21_600, 43_200))
    assert [each.said() for each in owed.steps] == [
        "latency in ap-southeast was missed: 43000 of 43200 minutes were good, which is 99.5370%; 99.9% were promised. "
        "Below 99.9% the credit is 10% of the monthly fee.",
        "This contract version applies to 21600 of the month's 43200 minutes, so that part of the fee counts.",
        "10% of USD 2,400.00, times 21600, divided by 43200, is USD 120.00, rounded once, half to even.",
    ]


@pytest.mark.parametrize(
    ("minor", "percent", "part", "expected"),
    [
        (50, "1", Fraction(1), 0),  # half a cent goes to the even neighbour, 0
        (150, "1", Fraction(1), 2),
        (250, "1", Fraction(1), 2),
        (251, "1", Fraction(1), 3),
        (240_000, "10", Fraction(1, 3), 8_000),
        (100, "100", Fraction(1, 3), 33),
        (200, "100", Fraction(1, 3), 67),
        (99_999, "33.333333", Fraction(1), 33_333),
    ],
)
def test_money_is_rounded_once_half_to_even(minor: int, percent: str, part: Fraction, expected: int) -> None:
    assert share_of(Money(minor, "USD"), Decimal(percent), part).minor == expected


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
    return CreditTable(tiers, draw(decimals(0, 100)), draw(st.sampled_from(Combine)), automatic=True)


standings = st.integers(0, 44_640).flatmap(
    lambda counted: st.builds(Standing, st.integers(0, counted), st.just(counted))
)
outcomes = st.lists(st.builds(Outcome, st.just("o"), st.just("r"), decimals(1, 100), standings), max_size=12)
parts = st.integers(1, 44_640).flatmap(lambda of: st.builds(Part, st.integers(0, of), st.just(of)))
fees = st.builds(Money, st.integers(0, 10**9), st.just("USD"))


@given(tables(), fees, outcomes, parts)
def test_a_credit_never_exceeds_its_cap_nor_the_fee(
    agreed: CreditTable, fee: Money, stood: list[Outcome], part: Part
) -> None:
    owed = credit(agreed, fee, stood, part)
    assert 0 <= owed.percent <= agreed.cap
    assert 0 <= owed.amount.minor <= share_of(fee, agreed.cap, part.share).minor <= fee.minor
    assert all(each.said() for each in owed.steps)


@given(tables(), fees, standings, decimals(1, 100))
def test_a_worse_attainment_never_earns_less(agreed: CreditTable, fee: Money, stood: Standing, target: Decimal) -> None:
    if stood.good:
        worse = Standing(stood.good - 1, stood.counted)
        owed = [credit(agreed, fee, [Outcome("o", "r", target, each)], WHOLE).amount.minor for each in (stood, worse)]
        assert owed[0] <= owed[1]


@given(st.integers(0, 50_000), decimals(0, 100))
def test_a_budget_is_exact(minutes: int, target: Decimal) -> None:
    allowed = budget(minutes, target)
    if minutes:
        assert Standing(minutes - allowed, minutes).keeps(target)
        assert allowed == minutes or not Standing(minutes - allowed - 1, minutes).keeps(target)
