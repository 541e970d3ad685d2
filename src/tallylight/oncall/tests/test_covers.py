"""Overrides, swaps, calendars in and out, warnings: on real PostgreSQL, with the clock moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from django.test import Client

from tallylight.accounts.models import Person
from tallylight.kernel.errors import NotFound
from tallylight.notify.models import Message
from tallylight.oncall import api
from tallylight.oncall.api import By, Span, SwapState
from tallylight.oncall.errors import (
    CalendarUnreadable,
    IsPast,
    NotOnCallThen,
    NotOnStaff,
    NotYourCover,
    SwapOverdue,
    SwapSettled,
    SwapsOverlap,
    SwapsWithOneself,
)
from tallylight.oncall.tests.conftest import House
from tallylight.oncall.warning import warn

DAY = timedelta(days=1)


def test_a_manager_puts_somebody_on_call_and_they_are_told(house: House) -> None:
    house.layer("ana", "wei")
    made = api.cover(
        house.viewer("omar"), "front", house.people["ben"], house.at(1), house.at(2), now=house.now, reason="Ana moves"
    )
    assert house.told(0, 7) == [(0, "ana"), (1, "ben"), (2, "ana")]
    (found,) = api.on_call("front", house.at(1))
    assert (found.by, found.source, found.why) == (By.OVERRIDE, made.id, "Ana moves")
    (mail,) = house.mails("ben")
    assert "Front line" in mail.subject
    assert "Ana moves" in mail.text


def test_everybody_puts_themselves_and_nobody_else(house: House) -> None:
    house.layer("ana", "wei")
    api.cover(house.viewer("ben"), "front", house.people["ben"], house.at(1), house.at(2), now=house.now)
    assert house.mails("ben") == []
    with pytest.raises(NotYourCover):
        api.cover(house.viewer("ben"), "front", house.people["ana"], house.at(1), house.at(2), now=house.now)
    with pytest.raises(NotOnStaff):
        api.cover(house.viewer("omar"), "front", house.people["mia"], house.at(1), house.at(2), now=house.now)


def test_what_was_stays_as_it_was(house: House) -> None:
    house.layer("ana", "wei")
    house.clock.move(2 * DAY)
    made = api.cover(house.viewer("ben"), "front", house.people["ben"], house.at(0), house.at(4), now=house.now)
    assert made.starts_at == house.at(2)
    house.clock.move(DAY)
    api.withdraw_override(house.viewer("ben"), made.id, now=house.now)
    assert house.told(0, 7) == [(0, "ana"), (2, "ben"), (3, "ana")]
    with pytest.raises(IsPast):
        api.cover(house.viewer("ben"), "front", house.people["ben"], house.at(0), house.at(1), now=house.now)


def test_an_override_is_taken_back_by_those_who_could_have_made_it(house: House) -> None:
    house.layer("ana", "wei")
    made = api.cover(house.viewer("omar"), "front", house.people["ben"], house.at(1), house.at(2), now=house.now)
    with pytest.raises(NotYourCover):
        api.withdraw_override(house.viewer("wei"), made.id, now=house.now)
    api.withdraw_override(house.viewer("ben"), made.id, now=house.now)
    api.withdraw_override(house.viewer("ben"), made.id, now=house.now)
    assert house.told(0, 7) == [(0, "ana")]
    assert len(api.overrides_of("front", since=house.now)) == 0


# Swaps ---------------------------------------------------------------------------------------------------------------


def ask(house: House, by: str = "ana", other: str = "wei") -> api.SwapCard:
    """Ana's Tuesday for Wei's Tuesday a week later."""
    gives, takes = Span(house.at(1), house.at(2)), Span(house.at(8), house.at(9))
    return api.ask_swap(house.viewer(by), "front", house.people[other], gives, takes, now=house.now, note="Dentist")


def test_a_swap_changes_nothing_before_it_is_accepted_and_then_both_sides_at_once(house: House) -> None:
    house.layer("ana", "wei")
    asked = ask(house)
    assert house.told(0, 14) == [(0, "ana"), (7, "wei")]
    (mail,) = house.mails("wei")
    assert "Dentist" in mail.text
    done = api.accept_swap(house.viewer("wei"), asked.id, now=house.now)
    assert done.state is SwapState.ACCEPTED
    assert house.told(0, 14) == [(0, "ana"), (1, "wei"), (2, "ana"), (7, "wei"), (8, "ana"), (9, "wei")]
    assert len(house.mails("ana")) == 1
    with pytest.raises(SwapSettled):
        api.accept_swap(house.viewer("wei"), asked.id, now=house.now)


def test_a_swap_is_answered_by_the_other_only_and_taken_back_by_the_one_who_asked(house: House) -> None:
    house.layer("ana", "wei")
    asked = ask(house)
    for name in ("ana", "ben", "omar", "ingrid"):
        with pytest.raises(NotFound):
            api.accept_swap(house.viewer(name), asked.id, now=house.now)
    with pytest.raises(NotFound):
        api.withdraw_swap(house.viewer("wei"), asked.id, now=house.now)
    assert api.withdraw_swap(house.viewer("ana"), asked.id, now=house.now).state is SwapState.WITHDRAWN
    declined = api.decline_swap(house.viewer("wei"), ask(house).id, now=house.now)
    assert declined.state is SwapState.DECLINED
    assert house.told(0, 14) == [(0, "ana"), (7, "wei")]


def test_a_swap_can_not_be_accepted_once_its_time_has_begun(house: House) -> None:
    house.layer("ana", "wei")
    asked = ask(house)
    house.clock.move(DAY)
    assert not asked.open_at(house.now)
    with pytest.raises(SwapOverdue):
        api.accept_swap(house.viewer("wei"), asked.id, now=house.now)


def test_a_swap_is_of_hours_that_one_really_has(house: House) -> None:
    house.layer("ana", "wei")
    with pytest.raises(NotOnCallThen):
        ask(house, by="wei", other="ana")
    with pytest.raises(SwapsWithOneself):
        ask(house, other="ana")
    overlapping = Span(house.at(6), house.at(8)), Span(house.at(7), house.at(9))
    with pytest.raises(SwapsOverlap):
        api.ask_swap(house.viewer("ana"), "front", house.people["wei"], *overlapping, now=house.now)
    asked = ask(house)
    api.cover(house.viewer("omar"), "front", house.people["ben"], house.at(1), house.at(2), now=house.now)
    with pytest.raises(NotOnCallThen):
        api.accept_swap(house.viewer("wei"), asked.id, now=house.now)


def test_somebody_may_give_without_taking(house: House) -> None:
    house.layer("ana", "wei")
    gives = Span(house.at(1), house.at(2))
    asked = api.ask_swap(house.viewer("ana"), "front", house.people["ben"], gives, None, now=house.now)
    api.accept_swap(house.viewer("ben"), asked.id, now=house.now)
    assert house.told(0, 14) == [(0, "ana"), (1, "ben"), (2, "ana"), (7, "wei")]


# Calendars -----------------------------------------------------------------------------------------------------------

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n"
FOOT = "END:VCALENDAR\r\n"


def event(uid: str, summary: str, *more: str) -> str:
    lines = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260301T000000Z", f"SUMMARY:{summary}", *more, "END:VEVENT"]
    return "".join(f"{each}\r\n" for each in lines)


TUESDAY = ("DTSTART:20260303T080000Z", "DTEND:20260304T080000Z")


def test_events_become_overrides_by_address_name_or_summary_and_once_each(house: House) -> None:
    house.layer("ana", "wei")
    text = HEAD
    text += event("1", "Stand in", *TUESDAY, "ATTENDEE:mailto:BEN@x.example")
    text += event("2", "wei: night", "DTSTART;VALUE=DATE:20260305", "DTEND;VALUE=DATE:20260306")
    text += event("3", "Omar", "DTSTART:20260306T090000", "DTEND:20260306T100000", "RRULE:FREQ=DAILY;COUNT=2")
    text += event("4", "Somebody else", *TUESDAY)
    text += event("5", "ana", "DTSTART:20260301T080000Z", "DTEND:20260301T090000Z") + FOOT
    done = api.import_calendar(house.viewer("omar"), "front", text, now=house.now)
    assert (done.made, done.unchanged, done.withdrawn) == (4, 0, 0)
    assert [each.reason for each in done.left_out] == ["unknown-person"]
    hour = 1 / 24
    assert [(round(day, 4), name) for day, name in house.told(0, 7)] == [
        (0, "ana"), (1, "ben"), (2, "ana"),
        (round(3 - 9 * hour, 4), "wei"), (round(4 - 9 * hour, 4), "ana"),
        (4, "omar"), (round(4 + hour, 4), "ana"), (5, "omar"), (round(5 + hour, 4), "ana"),
    ]  # fmt: skip
    again = api.import_calendar(house.viewer("omar"), "front", text, now=house.now)
    assert (again.made, again.unchanged) == (0, 4)


def test_an_event_that_changed_is_changed_and_one_that_is_cancelled_is_taken_back(house: House) -> None:
    house.layer("ana", "wei")
    whole = HEAD + event("1", "ben", *TUESDAY) + FOOT
    api.import_calendar(house.viewer("omar"), "front", whole, now=house.now)
    shorter = whole.replace("DTEND:20260304", "DTEND:20260303").replace(
        "T080000Z\r\nEND:VEVENT", "T200000Z\r\nEND:VEVENT"
    )
    api.import_calendar(house.viewer("omar"), "front", shorter, now=house.now)
    assert house.told(0, 7) == [(0, "ana"), (1, "ben"), (1.5, "ana")]
    cancelled = shorter.replace("SUMMARY", "STATUS:CANCELLED\r\nSUMMARY")
    done = api.import_calendar(house.viewer("omar"), "front", cancelled, now=house.now)
    assert (done.made, done.withdrawn) == (0, 1)
    assert house.told(0, 7) == [(0, "ana")]


def test_by_calendar_too_one_puts_only_oneself_on_call(house: House) -> None:
    text = HEAD + event("1", "ben", *TUESDAY) + event("2", "wei", *TUESDAY) + FOOT
    done = api.import_calendar(house.viewer("wei"), "front", text, now=house.now)
    assert done.made == 1
    assert [(each.summary, each.reason) for each in done.left_out] == [("ben", "not-yours")]


@pytest.mark.parametrize("text", ["", "hello", HEAD, HEAD + event("1", "ben", "DTSTART:tomorrow") + FOOT])
def test_what_is_no_calendar_is_refused(house: House, text: str) -> None:
    with pytest.raises(CalendarUnreadable):
        api.import_calendar(house.viewer("omar"), "front", text, now=house.now)


def events_of(address: str, client: Client) -> list[icalendar.Event]:
    answer = client.get(address[address.index("/api/") :])
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


def test_a_feed_tells_a_schedule_to_whoever_has_its_address_until_it_is_revoked(house: House, client: Client) -> None:
    house.layer("ana", "wei", ends=date(2026, 3, 23))
    whole = api.make_feed(house.viewer("wei"), "front", now=house.now)
    assert api.make_feed(house.viewer("wei"), "front", now=house.now) == whole
    told = [(str(each["SUMMARY"]), each.start, each.end) for each in events_of(whole.address, client)]
    assert told[:2] == [
        ("ana is on call: Front line", house.at(0), house.at(7)),
        ("You are on call: Front line", house.at(7), house.at(14)),
    ]
    assert told[-1][0] == "Nobody is on call: Front line"
    api.revoke_feed(house.viewer("wei"), whole.id, now=house.now)
    assert client.get(whole.address[whole.address.index("/api/") :]).status_code == 404


def test_a_persons_feed_holds_their_own_shifts_and_the_same_names_each_time(house: House, client: Client) -> None:
    house.layer("ana", "wei", ends=date(2026, 3, 23))
    own = api.make_feed(house.viewer("wei"), None, now=house.now).address
    first = [str(each["UID"]) for each in events_of(own, client)]
    house.clock.move(3 * DAY)
    assert [str(each["UID"]) for each in events_of(own, client)] == first
    assert len(first) == len(set(first)) == 1


def test_an_address_that_was_tampered_with_or_whose_reader_left_opens_nothing(house: House, client: Client) -> None:
    address = api.make_feed(house.viewer("wei"), None, now=house.now).address
    path = address[address.index("/api/") :]
    assert client.get(path.replace("/calendar.ics", "x/calendar.ics")).status_code == 404
    Person.objects.filter(id=house.people["wei"]).update(is_active=False)
    assert client.get(path).status_code == 404


# Warnings ------------------------------------------------------------------------------------------------------------


def test_managers_hear_of_a_gap_when_it_comes_into_sight_and_the_day_before(house: House) -> None:
    house.layer("ana", "wei", ends=date(2026, 3, 20))  # nobody from day 18 on; warned 14 days ahead
    heard = []
    for day in range(25):
        heard.append((day, warn(house.now)))
        assert warn(house.now) == 0
        house.clock.move(DAY)
    assert [day for day, gaps in heard if gaps] == [5, 17]
    mails = house.mails("omar")
    assert len(mails) == 2
    assert "Nobody is on call: Front line" in mails[0].subject
    assert not Message.objects.exclude(person_id=house.people["omar"]).exists()


def test_a_schedule_that_has_nobody_from_the_start_is_told_once(house: House) -> None:
    assert [warn(house.now + day * DAY) for day in range(5)] == [1, 0, 0, 0, 0]


def test_a_gap_that_is_filled_and_comes_back_is_another_gap(house: House) -> None:
    house.layer("ana", ends=date(2026, 3, 6))
    assert warn(house.now) == 1
    api.cover(house.viewer("omar"), "front", house.people["ben"], house.at(4), house.at(9), now=house.now)
    assert warn(house.now) == 1
    assert api.gaps("front", house.at(0), house.at(14))[0].start == datetime(2026, 3, 11, 8, tzinfo=UTC)
