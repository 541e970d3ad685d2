from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.kernel.money import Money
from tallylight.typeset.api import values


@pytest.mark.parametrize(
    ("length", "en", "zh"),
    [
        (timedelta(0), "0 seconds", "0秒"),
        (timedelta(minutes=1), "1 minute", "1分钟"),
        (timedelta(minutes=90), "1 hour 30 minutes", "1小时30分钟"),
        (timedelta(days=1), "1 day", "1天"),
        (timedelta(milliseconds=1500), "1 second 500 milliseconds", "1秒500毫秒"),
    ],
)
def test_durations_name_every_unit(length: timedelta, en: str, zh: str) -> None:
    assert values.duration(length, "en") == en
    assert values.duration(length, "zh-Hans") == zh


@given(st.integers(min_value=0, max_value=400 * 86_400_000))
def test_a_duration_says_all_of_its_milliseconds(millis: int) -> None:
    words = values.duration(timedelta(milliseconds=millis), "en").replace(",", "").split()
    sizes = {"day": 86_400_000, "hour": 3_600_000, "minute": 60_000, "second": 1_000, "millisecond": 1}
    said = sum(int(count) * sizes[name.rstrip("s")] for count, name in zip(words[::2], words[1::2], strict=True))
    assert said == millis


@given(st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=7))
def test_a_number_keeps_every_decimal(value: Decimal) -> None:
    assert Decimal(values.number(value, "en").replace(",", "")) == value


def test_money_says_its_currency_and_all_of_its_minor_units() -> None:
    assert values.money(Money.of("18600", "USD"), "en") == "USD 18,600.00"
    assert values.money(Money.of("1500", "JPY"), "zh-Hans") == "JPY 1,500"
    assert values.money(Money.of("1.5", "KWD"), "en") == "KWD 1.500"


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("1.90", "USD", "USD 1.90"),
        ("0.00035", "USD", "USD 0.00035"),
        ("1200", "USD", "USD 1,200.00"),
        ("12", "JPY", "JPY 12"),
        ("0.5", "JPY", "JPY 0.5"),
    ],
)
def test_a_price_has_the_minor_units_of_its_currency_and_what_goes_below_them(
    amount: str, currency: str, said: str
) -> None:
    assert values.price(Decimal(amount), currency, "en") == said


def test_per_cent_is_not_rounded() -> None:
    assert values.percent(Decimal("99.95"), "en") == "99.95%"
    assert values.percent(Decimal("100.00"), "zh-Hans") == "100%"


def test_dates_and_instants_name_the_day_and_the_zone() -> None:
    assert values.day(date(2026, 1, 31), "en") == "31 January 2026"
    assert values.day(date(2026, 1, 31), "zh-Hans") == "2026年1月31日"
    at = datetime(2025, 12, 31, 20, tzinfo=UTC)
    assert values.instant(at, "Asia/Dubai", "en") == "1 January 2026, 00:00:00 (Asia/Dubai)"
    assert values.instant(at, "Asia/Dubai", "zh-Hans") == "2026年1月1日 00:00:00（Asia/Dubai）"


def test_lists_end_as_the_language_ends_them() -> None:
    assert values.listed(["a", "b", "c"], "en") == "a, b and c"
    assert values.listed(["a", "b", "c"], "zh-Hans") == "a、b和c"
    assert values.either(["a", "b"], "zh-Hans") == "a或b"
