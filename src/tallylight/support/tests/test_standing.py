"""What a ticket's clocks say under what it was promised, one promise after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tallylight.clocks.api import ClockEvent, Reading, State
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Level, Pause, Segment, SupportLevel
from tallylight.contracts.tests.samples import KEY_ACCOUNT, plain
from tallylight.support import standing
from tallylight.support.standing import Done, Stood
from tallylight.support.states import HEARD, Happening, Promise

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
AGREEMENT = contracts.read(plain(KEY_ACCOUNT))
FAULT = AGREEMENT.support_at(Level.FAULT)
PATIENT = replace(FAULT, mitigation=60 * MINUTE, pauses=(Pause("waiting-for-customer", 90 * MINUTE),))


def readings(
    stood: list[tuple[int, SupportLevel]], happenings: list[tuple[int, Happening, str]], minute: int
) -> dict[Promise, Reading]:
    log: dict[Promise, list[ClockEvent]] = {}
    for at, happening, reason in [(0, Happening.OPENED, ""), *happenings]:
        for promise, kind in HEARD[happening].items():
            log.setdefault(promise, []).append(ClockEvent(kind, START + at * MINUTE, reason))
    promised = [Stood(START + at * MINUTE, support) for at, support in stood]
    return standing.readings_under(log, Done(None), promised, now=START + minute * MINUTE)


def test_mitigation_is_answered_when_viewers_no_longer_feel_it_and_the_resolution_goes_on() -> None:
    found = readings([(0, PATIENT)], [(20, Happening.MITIGATED, "")], 45)
    assert (found[Promise.MITIGATION].state, found[Promise.MITIGATION].counted) == (State.MET, 20 * MINUTE)
    assert found[Promise.RESOLUTION].state is State.RUNNING


def test_a_resolution_ends_a_mitigation_that_was_still_owed_late_if_it_was_late() -> None:
    found = readings([(0, PATIENT)], [(70, Happening.RESOLVED, "")], 90)
    assert (found[Promise.MITIGATION].state, found[Promise.RESOLUTION].state) == (State.MISSED, State.MET)


def test_a_promise_that_the_contract_makes_later_starts_then() -> None:
    found = readings([(0, FAULT), (30, PATIENT)], [], 50)
    assert (found[Promise.MITIGATION].counted, found[Promise.MITIGATION].breached) == (20 * MINUTE, False)


def test_a_promise_that_the_contract_takes_back_is_called_off() -> None:
    found = readings([(0, PATIENT), (30, FAULT)], [], 100)
    assert found[Promise.MITIGATION].state is State.CANCELLED


def test_waiting_for_the_customer_stops_all_clocks_but_the_response() -> None:
    found = readings([(0, PATIENT)], [(10, Happening.ASKED, "waiting-for-customer")], 25)
    assert found[Promise.RESPONSE].counted == 25 * MINUTE
    assert {found[each].state for each in (Promise.UPDATE, Promise.MITIGATION, Promise.RESOLUTION)} == {State.PAUSED}
    again = readings([(0, PATIENT)], [(10, Happening.ASKED, "waiting-for-customer"), (25, Happening.HEARD, "")], 30)
    assert (again[Promise.RESOLUTION].counted, again[Promise.RESOLUTION].excluded) == (15 * MINUTE, 15 * MINUTE)


def test_a_pause_is_no_longer_than_agreed_and_only_for_reasons_that_were() -> None:
    long = readings([(0, PATIENT)], [(0, Happening.ASKED, "waiting-for-customer")], 100)
    assert long[Promise.RESOLUTION].counted == 10 * MINUTE
    other = readings([(0, PATIENT)], [(0, Happening.ASKED, "weather")], 100)
    assert other[Promise.RESOLUTION].counted == 100 * MINUTE


def test_every_change_of_promise_is_one_segment() -> None:
    other = replace(AGREEMENT, support=tuple(replace(each, update=9 * MINUTE) for each in AGREEMENT.support))
    segments = [
        Segment(START - MINUTE, START + 10 * MINUTE, AGREEMENT, "a"),
        Segment(START + 10 * MINUTE, START + 90 * MINUTE, other, "b"),
        Segment(START + 90 * MINUTE, START + 95 * MINUTE, other, "c"),
    ]
    levels = [(START, Level.FAULT), (START + 20 * MINUTE, Level.MAJOR)]
    found = standing.stood(segments, levels)
    assert [(each.at, each.support.level, each.support.update) for each in found] == [
        (START, Level.FAULT, FAULT.update),
        (START + 10 * MINUTE, Level.FAULT, 9 * MINUTE),
        (START + 20 * MINUTE, Level.MAJOR, 9 * MINUTE),
    ]
