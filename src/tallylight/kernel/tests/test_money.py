"""Money is rounded once, half-even, and never mixes currencies."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.kernel.money import CurrencyMismatch, Money, Rounding, rounded


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("49.90", "USD", 4990),
        ("0.125", "USD", 12),
        ("0.135", "USD", 14),
        ("1500", "JPY", 1500),
        ("1.2345", "KWD", 1234),
        ("0.5", "XOF", 0),
        ("1.00005", "CLF", 10000),
    ],
)
def test_an_amount_becomes_minor_units_half_even(amount: str, currency: str, minor: int) -> None:
    assert Money.of(amount, currency).minor == minor


def test_ten_per_cent_of_an_odd_sum_is_rounded_half_even() -> None:
    assert Money(1005, "USD").percent(Decimal(10)) == Money(100, "USD")
    assert Money(1015, "USD").percent(Decimal(10)) == Money(102, "USD")


@given(st.integers(0, 10**12), st.decimals(0, 100, places=3))
def test_a_share_is_never_more_than_the_whole(minor: int, share: Decimal) -> None:
    whole = Money(minor, "EUR")
    assert whole.percent(share) <= whole


@given(st.integers(-(10**12), 10**12), st.sampled_from(["USD", "JPY", "KWD"]))
def test_minor_units_survive_the_way_through_major_units(minor: int, currency: str) -> None:
    assert Money.of(Money(minor, currency).amount, currency).minor == minor


def test_two_currencies_do_not_add_up() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "USD") + Money(1, "EUR")


#: An exact number of minor units, and what each rounding makes of it.
ROUNDING_CASES = [
    # exact      half-even  half-up  down   up
    ("0", 0, 0, 0, 0),
    ("1/1000000", 0, 0, 0, 1),
    ("49/100", 0, 0, 0, 1),
    ("1/2", 0, 1, 0, 1),
    ("51/100", 1, 1, 0, 1),
    ("1", 1, 1, 1, 1),
    ("3/2", 2, 2, 1, 2),
    ("5/2", 2, 3, 2, 3),
    ("7/2", 4, 4, 3, 4),
    ("2499999999999/1000000000000", 2, 2, 2, 3),
    ("2500000000001/1000000000000", 3, 3, 2, 3),
    ("100/3", 33, 33, 33, 34),
    ("200/3", 67, 67, 66, 67),
    ("-1/2", 0, -1, 0, -1),
    ("-3/2", -2, -2, -1, -2),
    ("-5/2", -2, -3, -2, -3),
]


@pytest.mark.parametrize(("exact", "half_even", "half_up", "down", "up"), ROUNDING_CASES)
def test_every_rounding_does_what_it_says(exact: str, half_even: int, half_up: int, down: int, up: int) -> None:
    assert [rounded(Fraction(exact), each) for each in Rounding] == [half_even, half_up, down, up]


@pytest.mark.parametrize(
    ("whole", "share", "rounding", "expected"),
    [
        (Money.of("0.25", "USD"), "1/10", Rounding.HALF_EVEN, "USD 0.02"),
        (Money.of("0.25", "USD"), "1/10", Rounding.HALF_UP, "USD 0.03"),
        (Money.of("1005", "JPY"), "1/10", Rounding.HALF_EVEN, "JPY 100"),  # a yen has no parts
        (Money.of("1005", "JPY"), "1/10", Rounding.UP, "JPY 101"),
        (Money.of("1.005", "KWD"), "1/10", Rounding.HALF_EVEN, "KWD 0.100"),  # a dinar has a thousand
        (Money.of("1.005", "KWD"), "1/10", Rounding.HALF_UP, "KWD 0.101"),
        (Money.of("1000000000000.01", "USD"), "1/3", Rounding.DOWN, "USD 333,333,333,333.33"),
    ],
)
def test_a_part_is_rounded_to_the_minor_unit_of_its_currency(
    whole: Money, share: str, rounding: Rounding, expected: str
) -> None:
    assert str(whole.part(Fraction(share), rounding)) == expected


@given(st.fractions(-(10**9), 10**9), st.sampled_from(Rounding))
def test_rounding_never_moves_further_than_one_unit_and_never_past_a_whole_one(
    exact: Fraction, rounding: Rounding
) -> None:
    whole = rounded(exact, rounding)
    assert abs(whole - exact) < 1
    assert rounded(Fraction(whole), rounding) == whole


@given(st.fractions(0, 10**9), st.fractions(0, 10**9), st.sampled_from(Rounding))
def test_a_larger_amount_is_never_rounded_below_a_smaller_one(a: Fraction, b: Fraction, rounding: Rounding) -> None:
    assert rounded(min(a, b), rounding) <= rounded(max(a, b), rounding)
