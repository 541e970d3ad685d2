"""Many clocks read at once say what each says when it is read alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.clocks import many
from tallylight.clocks.api import (
    AROUND_THE_CLOCK,
    Calendar,
    ClockEvent,
    Kind,
    NeverOpen,
    Profile,
    State,
    business_days,
    days,
    read,
    response,
    update,
)
from tallylight.clocks.columns import STATES, Clock, NotInColumns, logs_of
from tallylight.clocks.many import read_all, read_many
from tallylight.clocks.tables import FOREVER, OutsideTable, compile_hours, instant, microseconds
from tallylight.kernel.business_time import Hours, open_time

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
#: Some hours before Lord Howe goes forward; New York and Berlin go back within five weeks, Sydney went with Lord Howe.
START = datetime(2026, 10, 2, 20, 0, tzinfo=UTC)
OFFICE = (Hours(9 * 60, 12 * 60), Hours(13 * 60, 18 * 60))
NIGHTS = (Hours(0, 6 * 60), Hours(9 * 60 + 1, 9 * 60 + 2), Hours(20 * 60 + 30, 1440))
CALENDARS = [
    AROUND_THE_CLOCK,
    Calendar("no-holidays", "UTC", ((Hours(0, 1440),),) * 7),
    Calendar("closed-once", "Asia/Kathmandu", None, frozenset({date(2026, 10, 5), date(2027, 1, 1)})),
    Calendar("berlin", "Europe/Berlin", (OFFICE,) * 5 + ((), ()), frozenset({date(2026, 10, 26)})),
    Calendar("shanghai", "Asia/Shanghai", (OFFICE,) * 5 + ((), ()), special=frozenset({(date(2026, 10, 10), OFFICE)})),
    Calendar("new-york", "America/New_York", (NIGHTS,) * 5 + ((), (Hours(90, 150),))),
    Calendar("lord-howe", "Australia/Lord_Howe", (NIGHTS,) * 7, frozenset({date(2026, 12, 31)})),
    Calendar("once-a-week", "America/Sao_Paulo", ((Hours(600, 720),), *((),) * 6)),
]

minutes = st.integers(0, 60 * 24 * 60)
#: Instants that hit edges often, and instants between two microseconds of anything.
moments = st.one_of(
    st.integers(0, 20).map(lambda day: START + day * DAY + 13 * 60 * MINUTE),
    minutes.map(lambda count: START + count * MINUTE),
    st.integers(0, 10**13).map(lambda count: START + timedelta(microseconds=count)),
)
lengths = st.one_of(st.sampled_from([0, 8 * 60, 24 * 60, 1]), st.integers(0, 10_000)).map(lambda count: count * MINUTE)
caps = st.one_of(st.none(), lengths)
events = st.builds(ClockEvent, st.sampled_from(Kind), moments, st.just(""), caps, st.one_of(st.none(), lengths))
profiles = st.builds(Profile, st.just("any"), lengths, st.booleans(), caps)


#: Clocks that columns can't hold.
STRANGE = [
    Profile("days", days(3)),
    Profile("business-days", business_days(2), pause_cap=DAY),
    Profile("extended", 60 * MINUTE, extension=30 * MINUTE),
    Profile("careful", 60 * MINUTE, starts_after="identity-verified"),
]


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    log = draw(st.lists(events, max_size=10))
    if draw(st.integers(0, 9)):
        log.append(ClockEvent(Kind.STARTED, START + draw(st.integers(0, 3)) * DAY))
    return Clock(log, draw(profiles), draw(st.sampled_from(CALENDARS)))


def said_alone(clock: Clock, now: datetime) -> tuple[object, ...]:
    alone = read(*clock, now)
    return alone.state, alone.due_at, alone.counted, alone.remaining


def said_among_many(clocks: list[Clock], now: datetime) -> list[tuple[object, ...]]:
    found = read_all(clocks, now)
    return [
        (
            found.state_of(i),
            instant(int(found.due_us[i])) if found.due_us[i] < FOREVER else None,
            timedelta(microseconds=int(found.counted_us[i])),
            timedelta(microseconds=int(found.remaining_us[i])),
        )
        for i in range(len(found))
    ]


@given(st.lists(clocks(), max_size=12), moments)
def test_many_clocks_say_what_each_says_alone(those: list[Clock], now: datetime) -> None:
    assert said_among_many(those, now) == [said_alone(each, now) for each in those]


@given(st.lists(clocks(), max_size=6), st.lists(clocks(), max_size=3), st.sampled_from(STRANGE), moments)
def test_clocks_that_columns_cannot_hold_are_read_among_the_others(
    those: list[Clock], others: list[Clock], profile: Profile, now: datetime
) -> None:
    mixed = [
        each for pair in zip_longest(those, (other._replace(profile=profile) for other in others)) for each in pair
    ]
    asked = [each for each in mixed if each is not None]
    assert said_among_many(asked, now) == [said_alone(each, now) for each in asked]


@pytest.mark.parametrize("profile", STRANGE, ids=lambda profile: profile.name)
def test_columns_refuse_what_they_cannot_hold(profile: Profile) -> None:
    with pytest.raises(NotInColumns, match=profile.name):
        logs_of([Clock([STARTED], profile, AROUND_THE_CLOCK)])


def test_columns_refuse_a_change_of_hours() -> None:
    change = ClockEvent(Kind.RETARGETED, START, calendar=CALENDARS[3])
    with pytest.raises(NotInColumns):
        logs_of([Clock([STARTED, change], TWO_HOURS, AROUND_THE_CLOCK)])


@given(st.lists(clocks(), min_size=2, max_size=12), moments, st.integers(1, 5))
def test_how_clocks_are_divided_into_blocks_changes_nothing(those: list[Clock], now: datetime, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        whole = said_among_many(those, now)
        patch.setattr(many, "BLOCK", size)
        assert said_among_many(those, now) == whole


@given(st.sampled_from(CALENDARS), moments, lengths)
def test_a_table_gives_open_time_and_finds_the_instant_again(
    calendar: Calendar, at: datetime, length: timedelta
) -> None:
    hours = compile_hours([AROUND_THE_CLOCK, calendar], START, START + 120 * DAY)
    begin, one = instant(hours.start_us), np.array([1])
    opened = hours.open_until(one, np.array([microseconds(at)]))
    assert timedelta(microseconds=int(opened[0])) == open_time(calendar, begin, at)
    wanted = opened + length // timedelta(microseconds=1) + 1
    found = int(hours.instant_at(one, wanted)[0])
    if found < FOREVER:
        assert open_time(calendar, begin, instant(found)) == timedelta(microseconds=int(wanted[0]))
        assert open_time(calendar, begin, instant(found - 1)) < timedelta(microseconds=int(wanted[0]))


@given(st.lists(clocks(), max_size=20), moments, st.integers(0, 25))
def test_the_next_due_are_those_still_owed_by_due_instant(those: list[Clock], now: datetime, count: int) -> None:
    said = said_among_many(those, now)
    owed = [i for i, (state, due, *_) in enumerate(said) if state in (State.RUNNING, State.PAUSED) and due is not None]
    assert list(read_all(those, now).next_due(count)) == sorted(owed, key=lambda i: said[i][1])[:count]


def test_no_clocks_say_nothing() -> None:
    nothing = read_all([], START)
    assert (len(nothing), nothing.next_due(10).size) == (0, 0)


def test_every_state_has_its_place() -> None:
    assert set(STATES) == set(State)


def event(kind: Kind, minute: int, **more: timedelta) -> ClockEvent:
    return ClockEvent(kind, START + minute * MINUTE, **more)


STARTED, PAUSED = event(Kind.STARTED, 0), event(Kind.PAUSED, 130)
HOURLY, TWO_HOURS, NO_TIME = update(60 * MINUTE), response(120 * MINUTE), response(0 * MINUTE)
#: What happened, how it is timed, when it is looked at, and what it says then: its state and the minute at which it is due.
EDGES: dict[str, tuple[list[ClockEvent], Profile, int, State, int | None]] = {
    "an overdue clock that is paused stays overdue": ([STARTED, PAUSED], TWO_HOURS, 200, State.OVERDUE, 120),
    "an event on the due instant is in time": ([STARTED, event(Kind.ANSWERED, 120)], TWO_HOURS, 200, State.MET, 120),
    "no time at all is due at once": ([STARTED], NO_TIME, 0, State.RUNNING, 0),
    "no time at all is not due in a pause from the first": (
        [STARTED, event(Kind.PAUSED, 0)],
        NO_TIME,
        10,
        State.PAUSED,
        None,
    ),
    "a pause can begin when another reaches its cap": (
        [STARTED, event(Kind.PAUSED, 10, cap=20 * MINUTE), event(Kind.PAUSED, 30)],
        TWO_HOURS,
        90,
        State.PAUSED,
        None,
    ),
    "a new round in an open pause has no due instant": (
        [STARTED, PAUSED, event(Kind.ANSWERED, 140)],
        HOURLY,
        150,
        State.PAUSED,
        None,
    ),
    "a pause goes on through an answer with the rest of its cap": (
        [STARTED, event(Kind.PAUSED, 10, cap=40 * MINUTE), event(Kind.ANSWERED, 20)],
        HOURLY,
        90,
        State.RUNNING,
        110,
    ),
}


@pytest.mark.parametrize("edge", EDGES)
def test_at_an_edge(edge: str) -> None:
    log, profile, minute, state, due = EDGES[edge]
    found = read_all([Clock(log, profile, AROUND_THE_CLOCK)], START + minute * MINUTE)
    assert found.state_of(0) is state
    assert found.due_us[0] == (FOREVER if due is None else microseconds(START + due * MINUTE))


def test_overdue_clocks_are_not_among_the_next_due() -> None:
    overdue, owed = (Clock([STARTED], response(target * MINUTE), AROUND_THE_CLOCK) for target in (10, 200))
    assert list(read_all([overdue, owed], START + 20 * MINUTE).next_due(2)) == [1]


def test_a_due_instant_beyond_the_table_is_found_all_the_same() -> None:
    weekly = Clock([STARTED], response(20_000 * MINUTE), CALENDARS[-1])
    assert said_among_many([weekly], START) == [said_alone(weekly, START)]
    assert read_all([weekly], START).due_us[0] > microseconds(START + 3 * 366 * DAY)


@pytest.mark.parametrize("calendar", [AROUND_THE_CLOCK, CALENDARS[3]])
def test_a_pause_whose_cap_lies_beyond_the_table_is_counted_from_there(calendar: Calendar) -> None:
    paused = Clock([STARTED, event(Kind.PAUSED, 1, cap=1000 * DAY)], response(600 * MINUTE), calendar)
    assert said_among_many([paused], START + DAY) == [said_alone(paused, START + DAY)]


def test_a_calendar_that_is_closed_for_good_says_so() -> None:
    never = Calendar("never", "UTC", ((),) * 7)
    with pytest.raises(NeverOpen, match="never"):
        read_all([Clock([ClockEvent(Kind.STARTED, START)], response(MINUTE), never)], START)


@pytest.mark.parametrize("years", [-1, 1])
def test_tables_of_another_time_are_refused(years: int) -> None:
    logs, calendars = logs_of([Clock([ClockEvent(Kind.STARTED, START)], response(MINUTE), CALENDARS[3])])
    other = START + years * 366 * DAY
    with pytest.raises(OutsideTable):
        read_many(logs, compile_hours(calendars, other, other), START)
