"""Business time through weeks, holidays and daylight-saving changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.kernel.business_time import (
    AROUND_THE_CLOCK,
    Calendar,
    Hours,
    NeverOpen,
    add_months,
    after,
    is_open,
    local_midnight,
    open_spans,
    open_time,
)

HOUR = timedelta(hours=1)
OFFICE = (Hours(9 * 60, 12 * 60), Hours(13 * 60, 18 * 60))
BERLIN = Calendar("berlin", "Europe/Berlin", (OFFICE,) * 5 + ((), ()), frozenset({date(2026, 5, 1)}))
SUNDAYS = Calendar("sundays", "America/New_York", ((),) * 6 + ((Hours(0, 1440),),))
CALENDARS = [
    AROUND_THE_CLOCK,
    BERLIN,
    SUNDAYS,
    Calendar("nights", "Asia/Dubai", ((Hours(0, 360), Hours(1200, 1440)),) * 7),
]


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_a_day_at_the_office_has_eight_hours() -> None:
    assert open_time(BERLIN, at("2026-04-29"), at("2026-04-30")) == 8 * HOUR


def test_weekends_and_holidays_do_not_count() -> None:
    thursday = at("2026-04-30T17:00", "Europe/Berlin")
    assert after(BERLIN, thursday, 2 * HOUR) == at("2026-05-04T10:00", "Europe/Berlin")


def test_a_duration_that_ends_at_closing_ends_there_and_not_at_the_next_opening() -> None:
    start = at("2026-04-29T17:00", "Europe/Berlin")
    assert after(BERLIN, start, HOUR) == at("2026-04-29T18:00", "Europe/Berlin")
    assert after(BERLIN, start, HOUR + timedelta(microseconds=1)) > at("2026-04-30T09:00", "Europe/Berlin")


def test_opening_is_inside_and_closing_is_outside() -> None:
    assert is_open(BERLIN, at("2026-04-29T09:00", "Europe/Berlin"))
    assert not is_open(BERLIN, at("2026-04-29T18:00", "Europe/Berlin"))


@pytest.mark.parametrize(("sunday", "hours"), [("2026-03-08", 23), ("2026-03-15", 24), ("2026-11-01", 25)])
def test_a_sunday_has_as_many_hours_as_it_has(sunday: str, hours: int) -> None:
    start = at(sunday, "America/New_York")
    assert open_time(SUNDAYS, start - 12 * HOUR, start + 48 * HOUR) == hours * HOUR


def test_hours_that_a_zone_skips_do_not_exist() -> None:
    skipped = Calendar("skipped", "Europe/Berlin", (((Hours(120, 180),)),) * 7)
    assert open_time(skipped, at("2026-03-28T12:00"), at("2026-03-29T12:00")) == timedelta(0)
    longer = Calendar("longer", "Europe/Berlin", (((Hours(150, 240),)),) * 7)
    assert open_time(longer, at("2026-03-28T12:00"), at("2026-03-29T12:00")) == HOUR


def test_hours_that_happen_twice_open_first_and_close_last() -> None:
    twice = Calendar("twice", "Europe/Berlin", ((Hours(120, 150),),) * 7)
    assert open_time(twice, at("2026-10-24T12:00"), at("2026-10-25T12:00")) == HOUR * 3 / 2


def test_a_day_that_a_zone_skips_is_empty() -> None:
    daily = Calendar("daily", "Pacific/Apia", ((Hours(0, 1440),),) * 7)
    assert (
        open_time(
            daily,
            local_midnight(date(2011, 12, 29), "Pacific/Apia"),
            local_midnight(date(2011, 12, 31), "Pacific/Apia"),
        )
        == 24 * HOUR
    )


def test_a_calendar_that_never_opens_says_so() -> None:
    with pytest.raises(NeverOpen):
        after(Calendar("never", "UTC", ((),) * 7), at("2026-01-01"), HOUR)


def test_a_date_with_hours_of_its_own_is_open_whatever_the_week_and_the_holidays_say() -> None:
    special = {date(2026, 5, 1): (Hours(600, 660),), date(2026, 5, 2): OFFICE, date(2026, 5, 4): ()}
    calendar = replace(BERLIN, special=frozenset(special.items()))
    assert open_time(calendar, at("2026-05-01"), at("2026-05-02")) == HOUR
    assert open_time(calendar, at("2026-05-02"), at("2026-05-03")) == 8 * HOUR
    assert not calendar.works_on(date(2026, 5, 4))
    assert after(calendar, at("2026-05-02T18:00"), HOUR) == at("2026-05-05T10:00", "Europe/Berlin")


def test_one_closed_day_in_a_calendar_around_the_clock_is_the_only_one_that_does_not_count() -> None:
    calendar = replace(AROUND_THE_CLOCK, special=frozenset({(date(2026, 5, 4), ())}))
    assert not calendar.always
    assert open_time(calendar, at("2026-05-03"), at("2026-05-06")) == 48 * HOUR


@pytest.mark.parametrize("hours", [(Hours(0, 60), Hours(30, 90)), (Hours(60, 90), Hours(0, 30))])
def test_hours_that_overlap_or_run_backwards_are_refused(hours: tuple[Hours, ...]) -> None:
    with pytest.raises(ValueError, match="in order and apart"):
        Calendar("wrong", special=frozenset({(date(2026, 5, 4), hours)}))
    with pytest.raises(ValueError, match="in order and apart"):
        Calendar("wrong", week=(hours,) * 7)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2026-01-31", 1, "2026-02-28"), ("2027-12-31", 2, "2028-02-29"), ("2026-03-31", 1, "2026-04-30")],
)
def test_months_end_on_their_last_day(day: str, months: int, expected: str) -> None:
    assert add_months(datetime.fromisoformat(day).date(), months).isoformat() == expected


instants = st.integers(0, 400 * 24 * 3600).map(lambda seconds: at("2025-12-01") + timedelta(seconds=seconds))
lengths = st.timedeltas(timedelta(0), timedelta(days=40))
calendars = st.sampled_from(CALENDARS)


@given(calendars, instants, lengths, lengths)
def test_splitting_a_stretch_changes_nothing(
    calendar: Calendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    middle, end = start + first, start + first + second
    whole = open_time(calendar, start, end)
    assert open_time(calendar, start, middle) + open_time(calendar, middle, end) == whole <= end - start


@given(calendars, instants, lengths)
def test_spans_lie_in_order_and_apart(calendar: Calendar, start: datetime, length: timedelta) -> None:
    spans = list(open_spans(calendar, start, start + length))
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert all(one < other for one, other in pairwise(edges))
    assert all(start <= edge <= start + length for edge in edges)


@given(calendars, instants, st.timedeltas(timedelta(microseconds=1), timedelta(days=10)))
def test_after_is_the_first_instant_at_which_the_time_has_passed(
    calendar: Calendar, start: datetime, amount: timedelta
) -> None:
    end = after(calendar, start, amount)
    assert open_time(calendar, start, end) == amount
    assert open_time(calendar, start, end - timedelta(microseconds=1)) < amount


@given(calendars, instants, lengths, st.sampled_from(["Asia/Kathmandu", "America/St_Johns", "Europe/Berlin"]))
def test_the_zone_in_which_instants_are_given_changes_nothing(
    calendar: Calendar, start: datetime, length: timedelta, zone: str
) -> None:
    here, there = (moment.astimezone(ZoneInfo(zone)) for moment in (start, start + length))
    assert open_time(calendar, here, there) == open_time(calendar, start, start + length)
    assert after(calendar, here, length) == after(calendar, start, length)
