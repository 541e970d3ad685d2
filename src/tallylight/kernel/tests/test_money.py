"""Money is rounded once, half-even, and never mixes currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.kernel.money import CurrencyMismatch, Money


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("49.90", "USD", 4990),
        ("0.125", "USD", 12),
        ("0.135", "USD", 14),
        ("1500", "JPY", 1500),
        ("1.2345", "KWD", 1234),
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
