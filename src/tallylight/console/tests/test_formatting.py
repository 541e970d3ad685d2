"""Numbers, lengths and instants as each language writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.console import formatting
from tallylight.kernel.money import Money

NOW = datetime(2026, 11, 23, 13, 4, 12, tzinfo=UTC)
SINGAPORE = ZoneInfo("Asia/Singapore")


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "0 sec", "0秒"),
        (59.9, "59 sec", "59秒"),
        (60, "1 min", "1分钟"),
        (3_900, "1 hr 5 min", "1小时5分钟"),
        (3_605, "1 hr", "1小时"),
        (90_000, "1 day 1 hr", "1天1小时"),
        (172_800, "2 days", "2天"),
    ],
)
def test_a_length_is_its_two_largest_units(seconds: float, english: str, chinese: str) -> None:
    assert formatting.duration(seconds, "en") == english
    assert formatting.duration(seconds, "zh-hans") == chinese


@given(st.floats(min_value=0, max_value=1e8))
def test_a_length_never_reads_longer_than_it_is(seconds: float) -> None:
    sizes = {"day": 86_400, "days": 86_400, "hr": 3_600, "min": 60, "sec": 1}
    words = formatting.duration(seconds, "en").replace(",", "").split()
    read = sum(int(count) * sizes[unit] for count, unit in zip(words[::2], words[1::2], strict=True))
    assert read <= seconds or seconds < 1


@given(st.decimals(min_value=0, max_value=100, places=8))
def test_attainment_is_never_rounded_up(per_cent: Decimal) -> None:
    assert Decimal(formatting.attainment(per_cent, "en").rstrip("%")) <= per_cent


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (0.94, "0.9"), (9.94, "9.9"), (10.4, "10"), (1_830.2, "1,830")]
)
def test_latency_has_a_decimal_below_ten(value: float | None, shown: str) -> None:
    assert formatting.milliseconds(value, "en") == shown


def test_unknown_is_never_written_as_a_number() -> None:
    for write in (formatting.integer, formatting.milliseconds, formatting.percent, formatting.bits):
        assert write(None, "en") == "–"


@pytest.mark.parametrize(("share", "shown"), [(0.041, "4.1%"), (0.0, "0.0%"), (0.63, "63%"), (1.0, "100%")])
def test_a_share_is_written_as_per_cent(share: float, shown: str) -> None:
    assert formatting.percent(share, "en") == shown


@pytest.mark.parametrize(
    ("bits", "shown"), [(0, "0 bit/s"), (4_500, "4.5 kbit/s"), (3e6, "3 Mbit/s"), (1.24e9, "1.2 Gbit/s")]
)
def test_a_rate_has_a_decimal_prefix(bits: float, shown: str) -> None:
    assert formatting.bits(bits, "en") == shown


def test_an_instant_leaves_out_what_now_makes_plain() -> None:
    today, this_year, before = (
        datetime(2026, 11, 23, 1, 4, 12, tzinfo=UTC),
        datetime(2026, 3, 1, 1, 0, tzinfo=UTC),
        datetime(2025, 12, 31, 20, 0, tzinfo=UTC),
    )
    read = [formatting.instant(at, SINGAPORE, "en", now=NOW) for at in (today, this_year, before)]
    assert read == ["09:04", "1 Mar, 09:00", "1 Jan, 04:00"]
    read = [formatting.instant(at, UTC, "zh-hans", now=NOW) for at in (today, this_year, before)]
    assert read == ["01:04", "3月1日 01:00", "2025年12月31日 20:00:00"]


def test_utc_is_what_hover_shows() -> None:
    assert formatting.utc(NOW.astimezone(SINGAPORE)) == "2026-11-23 13:04:12 UTC"


def test_money_carries_its_currency_sign() -> None:
    assert formatting.money(Money.of("1200", "USD"), "en") == "$1,200.00"
    assert formatting.money(Money.of("1200", "USD"), "zh-hans") == "US$1,200.00"
    assert formatting.money(Money.of("1200", "JPY"), "en") == "¥1,200"
