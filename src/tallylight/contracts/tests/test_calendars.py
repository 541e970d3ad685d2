"""When support works, as contracts write it: holidays, exceptions, closures from iCalendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import indent

import pytest

from tallylight.contracts import cli, days_off
from tallylight.contracts.agreement import Level
from tallylight.contracts.days_off import closures, public_holidays, without
from tallylight.contracts.errors import ContractInvalid
from tallylight.contracts.reading import read
from tallylight.contracts.tests.samples import EXAMPLES, KEY_ACCOUNT, changed
from tallylight.kernel.business_time import Calendar, Hours, is_open

OFFICE = Calendar("office", "Europe/Berlin", ((Hours(9 * 60, 17 * 60),),) * 5 + ((), ()))
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
#: What the account team's calendar says beside its week.
DAYS_OFF = KEY_ACCOUNT[KEY_ACCOUNT.index("    holidays:\n") : KEY_ACCOUNT.index("  expert-desk:\n")]
DUBAI_LINES = (
    '    holidays: { country: AE, dates: [2026-12-02, 2026-12-03] }\n    exceptions: { 2026-12-02: ["10:00-12:00"] }\n'
)


def ical(*events: str) -> str:
    parts = [f"BEGIN:VEVENT\nUID:{index}\n{event}\nEND:VEVENT" for index, event in enumerate(events)]
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *parts, "END:VCALENDAR"])


def test_a_contract_lists_its_holidays_and_its_exceptions_stand_above_them() -> None:
    source = changed(KEY_ACCOUNT, DAYS_OFF, DUBAI_LINES)
    calendar = read(source).agreement.support_at(Level.BASIC).calendar
    assert [is_open(calendar, datetime(2026, 12, day, 7, tzinfo=UTC)) for day in (1, 2, 3)] == [True, True, False]
    assert not is_open(calendar, datetime(2026, 12, 2, 8, tzinfo=UTC)), "noon in Dubai"


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ('exceptions: { 2026-12-24: ["12:00-09:00"] }', "calendars.account-team.exceptions.2026-12-24[0]"),
        ("holidays: { country: AE }", "calendars.account-team.holidays"),
        ("holidays: { country: Emirates, dates: [2026-12-02] }", "calendars.account-team.holidays.country"),
    ],
)
def test_days_that_make_no_sense_are_named_with_their_place(line: str, path: str) -> None:
    with pytest.raises(ContractInvalid) as caught:
        read(changed(KEY_ACCOUNT, DAYS_OFF, f"    {line}\n"))
    assert [each.path for each in caught.value.problems] == [path]


def test_the_holidays_of_a_subdivision_are_more_than_those_of_its_country() -> None:
    germany = public_holidays("DE", FIRST, LAST)
    bavaria = public_holidays("DE", FIRST, LAST, subdivision="BY")
    assert germany.closed[date(2026, 10, 3)] == "German Unity Day"
    assert germany.closed.keys() < bavaria.closed.keys()
    assert date(2026, 1, 6) in bavaria.closed


def test_a_holiday_that_moves_off_a_weekend_is_observed_where_it_moves_to() -> None:
    observed = public_holidays("US", FIRST, LAST).closed  # the Fourth of July 2026 is a Saturday
    assert {date(2026, 7, 3), date(2026, 7, 4)} <= observed.keys()


def test_weekend_days_that_china_works_in_exchange_are_open() -> None:
    china = public_holidays("CN", FIRST, LAST, calendar=OFFICE)
    assert china.special[date(2026, 2, 14)] == (Hours(540, 1020),)
    assert date(2026, 2, 20) in china.closed


def test_nobody_asks_for_a_place_that_is_not_there_or_for_centuries() -> None:
    with pytest.raises(days_off.NoSuchPlace):
        public_holidays("XX", FIRST, LAST)
    with pytest.raises(days_off.TooLong):
        public_holidays("SG", FIRST, date(2126, 1, 1))
    with pytest.raises(days_off.TooLong):
        closures(ical(), OFFICE, LAST, date(2020, 1, 1))


def test_an_event_of_whole_days_closes_them_its_end_excluded() -> None:
    party = "SUMMARY:Summer party\nDTSTART;VALUE=DATE:20260709\nDTEND;VALUE=DATE:20260711"
    assert closures(ical(party), OFFICE, FIRST, LAST).closed == dict.fromkeys(
        (date(2026, 7, 9), date(2026, 7, 10)), "Summer party"
    )


def test_an_event_with_times_takes_them_out_of_the_day() -> None:
    training = "DTSTART;TZID=America/New_York:20260709T050000\nDTEND;TZID=America/New_York:20260709T060030"
    found = closures(ical(training), OFFICE, FIRST, LAST)
    assert found.special == {date(2026, 7, 9): (Hours(540, 660), Hours(721, 1020))}


def test_a_recurring_event_is_unfolded_within_the_horizon_less_its_exceptions() -> None:
    monthly = (
        "DTSTART;TZID=Europe/Berlin:20251201T160000\nDTEND;TZID=Europe/Berlin:20251201T180000\n"
        "RRULE:FREQ=MONTHLY;BYDAY=1MO\nEXDATE;TZID=Europe/Berlin:20260302T160000"
    )
    found = closures(ical(monthly), OFFICE, FIRST, date(2026, 4, 30)).special
    assert found == dict.fromkeys((date(2026, 1, 5), date(2026, 2, 2), date(2026, 4, 6)), (Hours(540, 960),))


@pytest.mark.parametrize("mark", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"])
def test_what_is_cancelled_or_shows_as_free_closes_nothing(mark: str) -> None:
    found = closures(ical(f"DTSTART;VALUE=DATE:20260709\n{mark}"), OFFICE, FIRST, LAST)
    assert (found.closed, found.special) == ({}, {})


def test_an_event_outside_hours_changes_nothing() -> None:
    night = "DTSTART:20260709T200000Z\nDTEND:20260710T050000Z"
    assert closures(ical(night), OFFICE, FIRST, LAST).special == {}


def test_something_else_is_not_a_calendar() -> None:
    with pytest.raises(days_off.NotICalendar):
        closures("not a calendar", OFFICE, FIRST, LAST)


def test_a_cut_through_the_middle_leaves_two_parts() -> None:
    assert without((Hours(540, 1020),), [Hours(600, 660), Hours(0, 545)]) == (Hours(545, 600), Hours(660, 1020))


@pytest.mark.parametrize("source", [["--country", "CN"], ["--ical", "closures.ics"]])
def test_what_the_command_writes_can_be_put_into_the_contract(
    source: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    event = "SUMMARY:Stock: taking\nDTSTART;VALUE=DATE:20260203"
    half = "DTSTART;TZID=Asia/Dubai:20260204T150000\nDTEND;TZID=Asia/Dubai:20260204T220000"
    Path("closures.ics").write_text(ical(event, half), encoding="utf-8")
    assert run("days", str(EXAMPLES / "key-account.yaml"), "account-team", *source, *PERIOD) == 0
    lines = indent(capsys.readouterr().out, "    ")
    calendar = read(changed(KEY_ACCOUNT, DAYS_OFF, lines)).agreement.support_at(Level.BASIC).calendar
    assert calendar.closed
    assert calendar.special
    assert all(date(2026, 1, 1) <= day <= date(2026, 6, 30) for day in calendar.closed)


PERIOD = ["--from", "2026-01-01", "--until", "2026-06-30"]


def test_a_calendar_that_the_contract_does_not_have_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("days", str(EXAMPLES / "key-account.yaml"), "nobody", "--country", "SG", *PERIOD) == 1
    assert "account-team" in capsys.readouterr().err


def run(*words: str) -> int:
    import argparse

    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return cli.main(parser.parse_args(words))
