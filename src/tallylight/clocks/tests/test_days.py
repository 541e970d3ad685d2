"""Terms of whole days and months, on dates that were counted by hand with the law beside them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tallylight.clocks.api import (
    Calendar,
    ClockEvent,
    DayRules,
    Kind,
    NeverOpen,
    Profile,
    Reading,
    State,
    Why,
    business_days,
    days,
    explain,
    months,
    read,
    share_instant,
)
from tallylight.clocks.profiles import (
    CCPA_CONFIRMATION,
    CCPA_OPT_OUT,
    CCPA_REQUEST,
    GDPR_REQUEST,
    PIPL_REQUEST,
    STATUTORY,
    UK_GDPR_REQUEST,
    change_notice,
    claim_window,
    invoice_term,
)
from tallylight.contracts.days_off import public_holidays
from tallylight.kernel.business_time import WHOLE_DAY

WEEKDAYS = (WHOLE_DAY,) * 5 + ((), ())
DAY = timedelta(days=1)
PLACES = {"DE": "Europe/Berlin", "GB": "Europe/London", "US": "America/Los_Angeles", "CN": "Asia/Shanghai"}
SUBDIVISIONS = {"GB": "ENG"}


def place(country: str) -> Calendar:
    found = public_holidays(country, date(2026, 1, 1), date(2027, 12, 31), subdivision=SUBDIVISIONS.get(country))
    return Calendar(country, PLACES[country], WEEKDAYS, frozenset(found.closed), frozenset(found.special.items()))


def wall(text: str, calendar: Calendar) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(calendar.zone)).astimezone(UTC)


def reading(profile: Profile, country: str, at: str, **events: str) -> Reading:
    """`received="2026-01-15T14:00"` and so on, in local time."""
    calendar = place(country)
    kinds = {"received": Kind.STARTED, "verified": Kind.QUALIFIED, "asked": Kind.PAUSED, "clarified": Kind.RESUMED}
    log = [
        ClockEvent(kinds.get(name) or Kind(name), wall(moment, calendar), "clarification" if name == "asked" else "")
        for name, moment in events.items()
    ]
    return read(log, profile, calendar, wall(at, calendar))


def last_day(now: Reading, country: str) -> str:
    assert now.due_at is not None
    local = now.due_at.astimezone(ZoneInfo(PLACES[country]))
    assert (local.hour, local.minute, local.second) == (0, 0, 0), "a term ends with its last day"
    return (local.date() - DAY).isoformat()


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2026-02-10T14:00", "2026-03-10"),
        ("2026-02-10T00:00", "2026-03-10"),
        ("2026-02-10T23:59", "2026-03-10"),
        ("2026-01-15T14:00", "2026-02-16"),  # the fifteenth is a Sunday
        ("2026-01-31T14:00", "2026-03-02"),  # there is no 31 February, and the 28th is a Saturday
        ("2026-03-03T14:00", "2026-04-07"),  # Good Friday to Easter Monday
        ("2026-11-26T14:00", "2026-12-28"),  # Boxing Day, which is a Saturday, and a Sunday
        ("2026-12-31T14:00", "2027-02-01"),  # a Sunday
    ],
)
def test_one_month_by_the_gdpr(received: str, last: str) -> None:
    assert last_day(reading(GDPR_REQUEST, "DE", received, received=received), "DE") == last


def test_two_more_months_if_told_within_the_first() -> None:
    told = reading(GDPR_REQUEST, "DE", "2026-03-20", received="2026-02-10T14:00", extended="2026-03-10T23:59")
    assert (last_day(told, "DE"), told.state) == ("2026-05-11", State.RUNNING)  # the tenth is a Sunday
    late = reading(GDPR_REQUEST, "DE", "2026-03-20", received="2026-02-10T14:00", extended="2026-03-11T00:01")
    assert (last_day(late, "DE"), late.state) == ("2026-03-10", State.OVERDUE)
    assert "too late" in " ".join(each.said() for each in explain(late))


def test_three_months_from_the_last_of_january_end_in_april_not_two_months_after_february() -> None:
    told = reading(GDPR_REQUEST, "DE", "2026-02-20", received="2026-01-31T09:00", extended="2026-02-10T09:00")
    assert last_day(told, "DE") == "2026-04-30"


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2026-09-01T10:00", "2026-10-01"),
        ("2026-09-03T10:00", "2026-10-05"),  # the ICO's own example; in 2026 the third is a Saturday
        ("2026-03-31T10:00", "2026-04-30"),
        ("2026-11-25T10:00", "2026-12-29"),  # Christmas Day, and Boxing Day observed on the 28th
    ],
)
def test_one_month_as_the_ico_counts_it(received: str, last: str) -> None:
    assert last_day(reading(UK_GDPR_REQUEST, "GB", received, received=received, verified=received), "GB") == last


def test_in_the_uk_the_month_runs_from_the_verified_identity() -> None:
    waiting = reading(UK_GDPR_REQUEST, "GB", "2026-09-09", received="2026-09-01T10:00")
    assert (waiting.state, waiting.due_at, waiting.counted) == (State.WAITING, None, timedelta(0))
    known = reading(UK_GDPR_REQUEST, "GB", "2026-09-11", received="2026-09-01T10:00", verified="2026-09-10T10:00")
    assert last_day(known, "GB") == "2026-10-12"  # the tenth is a Saturday
    assert [span.why for span in known.spans] == [Why.WAITING, Why.START_DAY]


def test_in_the_uk_the_days_from_the_question_to_the_clarification_do_not_count_both_included() -> None:
    now = reading(
        UK_GDPR_REQUEST, "GB", "2026-09-20",
        received="2026-09-10T10:00", verified="2026-09-10T10:00", asked="2026-09-15T15:00", clarified="2026-09-18T09:00",
    )  # fmt: skip
    assert last_day(now, "GB") == "2026-10-14", "10 October and four days"
    assert [(span.why, span.length) for span in now.spans] == [
        (Why.START_DAY, timedelta(hours=14)),
        (Why.RUNNING, 4 * DAY + timedelta(hours=15)),
        (Why.PAUSED, 2 * DAY + timedelta(hours=18)),
        (Why.RESUMED_DAY, timedelta(hours=15)),
        (Why.RUNNING, DAY),
    ]
    assert sum((span.length for span in now.pauses), timedelta()) == 2 * DAY + timedelta(hours=18)


def test_a_question_that_is_answered_on_the_same_day_takes_that_day() -> None:
    received = "2026-09-10T10:00"
    moments = {"received": received, "verified": received, "asked": "2026-09-15T09:00", "clarified": "2026-09-15T17:00"}
    assert (
        last_day(reading(UK_GDPR_REQUEST, "GB", "2026-09-20", **moments), "GB") == "2026-10-12"
    )  # Sunday the eleventh


def test_elsewhere_a_pause_moves_the_end_by_the_days_it_took() -> None:
    profile = Profile("ten-days", days(10))
    moments = {"received": "2026-03-02T10:00", "asked": "2026-03-04T10:00", "clarified": "2026-03-06T18:00"}
    assert last_day(reading(profile, "DE", "2026-03-10", **moments), "DE") == "2026-03-14"
    moments["clarified"] = "2026-03-04T18:00"
    assert last_day(reading(profile, "DE", "2026-03-10", **moments), "DE") == "2026-03-12"


def test_forty_five_days_in_california_and_ninety_with_notice() -> None:
    assert last_day(reading(CCPA_REQUEST, "US", "2026-01-03", received="2026-01-02T17:00"), "US") == "2026-02-16"
    told = reading(CCPA_REQUEST, "US", "2026-02-20", received="2026-01-02T17:00", extended="2026-02-16T23:00")
    assert last_day(told, "US") == "2026-04-02"
    assert told.promised == days(90)


def test_business_days_in_california_skip_weekends_and_holidays() -> None:
    assert last_day(reading(CCPA_CONFIRMATION, "US", "2026-01-03", received="2026-01-02T17:00"), "US") == "2026-01-16"
    opted = reading(CCPA_OPT_OUT, "US", "2026-01-20", received="2026-01-02T17:00")
    assert last_day(opted, "US") == "2026-01-26", "Martin Luther King Day is the nineteenth"
    assert [span.why for span in opted.spans[:3]] == [Why.START_DAY, Why.CLOSED_DAY, Why.RUNNING]


def test_working_days_in_china_count_the_weekend_days_that_are_worked() -> None:
    now = reading(PIPL_REQUEST, "CN", "2026-09-25", received="2026-09-24T17:00")
    assert last_day(now, "CN") == "2026-10-22", "three in September, Saturday 10 October among the rest"


def test_the_day_of_receipt_counts_where_the_profile_says_so() -> None:
    counted = Profile("ten-days", days(10), days=DayRules(receipt_day_counts=True))
    now = reading(counted, "DE", "2026-03-03", received="2026-03-02T10:00")
    assert (last_day(now, "DE"), now.counted) == ("2026-03-11", timedelta(hours=14))
    assert (
        last_day(reading(Profile("x", days(10)), "DE", "2026-03-03", received="2026-03-02T10:00"), "DE") == "2026-03-12"
    )


@pytest.mark.parametrize("answered", ["2026-03-02T10:00", "2026-03-02T10:01", "2026-03-02T17:00"])
def test_a_day_of_receipt_that_counts_is_used_however_soon_the_answer_came(answered: str) -> None:
    counted = Profile("two-days", days(2), days=DayRules(receipt_day_counts=True))
    events = {"received": "2026-03-02T10:00", "answered": answered, "reopened": "2026-03-04T09:00"}
    assert last_day(reading(counted, "DE", "2026-03-04T10:00", **events), "DE") == "2026-03-05"


def test_a_day_of_twenty_five_hours_is_one_day() -> None:
    now = reading(Profile("three-days", days(3)), "DE", "2026-10-26", received="2026-10-23T10:00")
    assert last_day(now, "DE") == "2026-10-26"
    assert (now.target, now.remaining) == (timedelta(hours=73), timedelta(hours=24))


def test_claims_bills_and_changes_end_on_the_days_their_contract_says() -> None:
    received = {"received": "2026-03-13T10:00"}
    assert last_day(reading(claim_window(days(30)), "DE", "2026-03-14", **received), "DE") == "2026-04-13"
    assert last_day(reading(claim_window(months(1)), "DE", "2026-03-14", **received), "DE") == "2026-04-13"
    assert last_day(reading(invoice_term(days(15)), "DE", "2026-03-14", **received), "DE") == "2026-03-30"
    assert last_day(reading(change_notice(days(15)), "DE", "2026-03-14", **received), "DE") == "2026-03-28"
    assert last_day(reading(invoice_term(business_days(10)), "DE", "2026-03-14", **received), "DE") == "2026-03-27"


def test_an_answer_at_the_last_instant_is_in_time_and_a_reopened_request_goes_on() -> None:
    moments = {"received": "2026-02-10T14:00", "answered": "2026-03-11T00:00"}
    assert reading(GDPR_REQUEST, "DE", "2026-03-12", **moments).state is State.MET
    moments["answered"] = "2026-03-11T00:00:01"
    assert reading(GDPR_REQUEST, "DE", "2026-03-12", **moments).state is State.MISSED
    moments |= {"answered": "2026-02-20T10:00", "reopened": "2026-02-25T10:00"}
    again = reading(GDPR_REQUEST, "DE", "2026-03-12", **moments)
    assert (again.state, last_day(again, "DE")) == (State.RUNNING, "2026-03-16")  # five days on is a Sunday


def test_a_share_of_a_term_is_an_instant_within_it() -> None:
    calendar = place("DE")
    log = [ClockEvent(Kind.STARTED, wall("2026-03-02T10:00", calendar))]
    half = share_instant(Profile("x", days(4)), calendar, log, Decimal("0.5"))
    assert half == wall("2026-03-05", calendar)


def test_a_calendar_without_business_days_says_so() -> None:
    never = Calendar("never", "UTC", ((),) * 7)
    with pytest.raises(NeverOpen):
        read(
            [ClockEvent(Kind.STARTED, datetime(2026, 1, 1, tzinfo=UTC))],
            CCPA_OPT_OUT,
            never,
            datetime(2026, 1, 2, tzinfo=UTC),
        )


def test_every_law_is_named_beside_its_clock() -> None:
    assert all(profile.source for profile in STATUTORY.values())
    for profile in STATUTORY.values():
        now = reading(profile, "DE", "2026-03-09", received="2026-03-02T10:00", verified="2026-03-02T10:00")
        assert all(sentence.said() for sentence in explain(now))


def test_an_extension_is_in_the_unit_of_its_target() -> None:
    with pytest.raises(ValueError, match="own unit"):
        Profile("wrong", months(1), extension=days(60))
    with pytest.raises(ValueError, match="at least one"):
        days(0)
