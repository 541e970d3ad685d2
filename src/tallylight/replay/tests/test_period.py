"""Periods as people write them, in whole months."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.replay.errors import NoSuchPeriod, PeriodNotPast, PeriodTooLong
from tallylight.replay.period import MOST_MONTHS, period

NOW = datetime(2026, 11, 30, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("2026-10", ("2026-10",)),
        ("2026-08..2026-10", ("2026-08", "2026-09", "2026-10")),
        ("2026-09-30..2026-10-01", ("2026-09", "2026-10")),
        ("2026-10-05", ("2026-10",)),
        ("last-1-days", ("2026-11",)),
        ("last-90-days", ("2026-09", "2026-10", "2026-11")),
        (" 2026-10..2027-03 ", ("2026-10", "2026-11")),
    ],
)
def test_a_period_is_the_whole_months_that_it_touches(text: str, months: tuple[str, ...]) -> None:
    assert period(text, "UTC", NOW).months == months


def test_today_is_a_day_of_the_contracts_zone() -> None:
    assert period("last-1-days", "Asia/Singapore", NOW).months == ("2026-12",)
    assert period("last-1-days", "America/New_York", NOW).months == ("2026-11",)


@pytest.mark.parametrize(
    "text", ["", "..", "2026", "2026-13", "october", "2026-10..2026-08", "last-0-days", "2026-10.."]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    if text == "2026-10..":
        assert period(text, "UTC", NOW).months == ("2026-10",)
        return
    with pytest.raises(NoSuchPeriod):
        period(text, "UTC", NOW)


def test_a_period_begins_before_now_and_has_a_bound() -> None:
    with pytest.raises(PeriodNotPast):
        period("2026-12", "UTC", NOW)
    assert len(period("2025-11..2026-11", "UTC", NOW).months) == MOST_MONTHS
    for text in ("2025-10..2026-11", "last-9999-days", "1999-01..2026-01"):
        with pytest.raises(PeriodTooLong):
            period(text, "UTC", NOW)


@given(st.text(alphabet="0123456789-.last dys", max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    try:
        found = period(text, "UTC", NOW)
    except (NoSuchPeriod, PeriodNotPast, PeriodTooLong):
        return
    assert 1 <= len(found.months) <= MOST_MONTHS
    assert list(found.months) == sorted(found.months)
