"""The engine agrees with clocks that are slow and obvious, and its explanation holds together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tallylight.clocks.api import (
    AROUND_THE_CLOCK,
    Calendar,
    ClockEvent,
    ClockSpan,
    DayRules,
    Kind,
    Profile,
    Reading,
    State,
    Term,
    Unit,
    read,
)
from tallylight.clocks.spans import joined
from tallylight.clocks.tests.oracles import DAY, SECOND, last_day, walked
from tallylight.kernel.business_time import WHOLE_DAY, Hours, local_day

NOTHING = timedelta(0)
#: Two hours before Berlin leaves daylight saving: the hour from two to three happens twice.
NIGHT = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
SHIFTS = ((Hours(30, 90), Hours(110, 240)),) * 7
CALENDARS = [
    AROUND_THE_CLOCK,
    Calendar("berlin", "Europe/Berlin", SHIFTS),
    Calendar("closed", "Europe/Berlin", None, frozenset({date(2026, 10, 25)})),
    Calendar("special", "Europe/Berlin", SHIFTS, special=frozenset({(date(2026, 10, 25), (Hours(45, 200),))})),
    Calendar("elsewhere", "America/Caracas", ((Hours(18 * 60, 20 * 60 + 30),),) * 7),
]
calendars = st.sampled_from(CALENDARS)
moments = st.integers(0, 4 * 3600)
spells = st.one_of(st.none(), st.integers(1, 4000).map(lambda count: count * SECOND))
targets = st.integers(0, 3 * 3600).map(lambda count: count * SECOND)
profiles = st.builds(
    Profile, st.just("any"), targets, st.booleans(), spells, st.sampled_from(["", "identity-verified"])
)


@st.composite
def logs(draw: st.DrawFn) -> list[ClockEvent]:
    kinds = st.sampled_from([kind for kind in Kind if kind is not Kind.EXTENDED])
    event = st.builds(lambda kind, at, cap: ClockEvent(kind, NIGHT + at * SECOND, cap=cap), kinds, moments, spells)
    events = [
        replace(each, target=draw(st.none() | targets), calendar=draw(st.none() | calendars))
        if each.kind is Kind.RETARGETED
        else each
        for each in draw(st.lists(event, max_size=8))
    ]
    return [ClockEvent(Kind.STARTED, NIGHT + draw(moments) // 4 * SECOND), *events]


@settings(max_examples=60, deadline=None)
@given(logs(), profiles, calendars, moments)
def test_a_clock_that_looks_once_a_second_says_the_same(
    log: list[ClockEvent], profile: Profile, calendar: Calendar, at: int
) -> None:
    now = NIGHT + at * SECOND
    desk, found = walked(log, profile, calendar, NIGHT, now), read(log, profile, calendar, now)
    assert (found.state is not State.NOT_STARTED) == desk.started
    if not desk.started:
        return
    assert (found.counted, found.paused) == (desk.used, desk.paused)
    assert len(found.earlier) == desk.round
    assert (found.state is State.WAITING) == (desk.waits and not desk.over)
    if desk.runs:
        assert found.promised == desk.target
        assert found.remaining == desk.target - desk.used  # type: ignore[operator]
        assert found.due_at is not None
        overdue = desk.used >= desk.target and found.due_at < now  # type: ignore[operator]
        assert (found.state is State.OVERDUE) == overdue


@settings(max_examples=60, deadline=None)
@given(logs(), profiles, calendars)
def test_at_the_due_instant_the_clock_that_looks_once_a_second_has_just_used_the_target(
    log: list[ClockEvent], profile: Profile, calendar: Calendar
) -> None:
    last = max(event.at for event in log)
    found = read(log, profile, calendar, last)
    if found.state is not State.RUNNING or found.due_at is None or not last < found.due_at < NIGHT + 6 * 3600 * SECOND:
        return
    assert walked(log, profile, calendar, NIGHT, found.due_at).used == found.target
    assert walked(log, profile, calendar, NIGHT, found.due_at - SECOND).used == found.target - SECOND


# Whole days.

BERLIN = Calendar(
    "berlin", "Europe/Berlin", (WHOLE_DAY,) * 5 + ((), ()), frozenset({date(2026, 10, 26), date(2026, 11, 2)})
)
AUTUMN = datetime(2026, 9, 20, 22, 0, tzinfo=UTC)
rules = st.builds(DayRules, st.booleans(), st.booleans(), st.booleans())
terms = st.one_of(
    st.builds(Term, st.integers(1, 40), st.just(Unit.DAYS)),
    st.builds(Term, st.integers(1, 25), st.just(Unit.BUSINESS_DAYS)),
    st.builds(Term, st.integers(1, 3), st.just(Unit.MONTHS)),
)
hours = st.integers(0, 24 * 45)
caps = st.one_of(st.none(), st.integers(1, 200).map(lambda count: count * timedelta(hours=1)))


@st.composite
def requests(draw: st.DrawFn) -> list[ClockEvent]:
    kinds = [Kind.PAUSED, Kind.RESUMED, Kind.QUALIFIED, Kind.ANSWERED, Kind.REOPENED]
    event = st.builds(
        lambda kind, at, cap: ClockEvent(kind, AUTUMN + at * timedelta(hours=1), cap=cap),
        st.sampled_from(kinds), hours, caps,
    )  # fmt: skip
    return [
        ClockEvent(Kind.STARTED, AUTUMN + draw(hours) // 4 * timedelta(hours=1)),
        *draw(st.lists(event, max_size=6)),
    ]


day_profiles = st.builds(
    lambda term, rule, waits, cap: Profile("any", term, pause_cap=cap, starts_after=waits, days=rule),
    terms, rules, st.sampled_from(["", "identity-verified"]), caps,
)  # fmt: skip


@settings(deadline=None)
@given(requests(), day_profiles)
def test_crossing_off_the_days_of_a_calendar_ends_on_the_same_day(log: list[ClockEvent], profile: Profile) -> None:
    found = read(log, profile, BERLIN, max(event.at for event in log))
    expected = last_day(log, profile, BERLIN)
    assert (found.due_at is None) == (expected is None)
    if found.due_at is not None:
        assert local_day(found.due_at - SECOND, BERLIN.zone) == expected
        assert local_day(found.due_at, BERLIN.zone) != expected


both = st.one_of(
    st.tuples(logs(), profiles, calendars, moments.map(lambda at: NIGHT + at * SECOND), moments),
    st.tuples(
        requests(), day_profiles, st.just(BERLIN), hours.map(lambda at: AUTUMN + at * timedelta(hours=1)), moments
    ),
)
Case = tuple[list[ClockEvent], Profile, Calendar, datetime, int]


@settings(deadline=None)
@given(both)
def test_every_moment_is_counted_or_excluded(case: Case) -> None:
    log, profile, calendar, now, _ = case
    found = read(log, profile, calendar, now)
    assert found.counted + found.excluded == found.elapsed == sum((span.length for span in found.spans), NOTHING)
    assert sum((span.length for span in found.spans if span.counted), NOTHING) == found.counted
    assert all(one.end == other.start for one, other in pairwise(found.spans))
    assert all(span.start < span.end for span in found.spans)
    if found.spans:
        assert (found.spans[0].start, found.spans[-1].end) == (found.started_at, now)


@settings(deadline=None)
@given(both)
def test_cutting_a_log_at_any_instant_changes_nothing_that_was_said_before(case: Case) -> None:
    log, profile, calendar, now, later = case
    early, late = (read(log, profile, calendar, at) for at in (now, now + later * SECOND))
    if early.started_at == late.started_at:
        assert list(joined(early.spans)) == list(joined(cut(late, now)))
        assert early.counted <= late.counted
    known = [event for event in log if event.at <= now]
    assert read(known, profile, calendar, now) == early


def cut(reading: Reading, at: datetime) -> list[ClockSpan]:
    return [replace(span, end=min(span.end, at)) for span in reading.spans if span.start < at]


@settings(deadline=None)
@given(both)
def test_an_event_that_says_nothing_new_changes_nothing(case: Case) -> None:
    log, profile, calendar, now, _ = case
    nothing = ClockEvent(Kind.RETARGETED, now)
    assert read([*log, nothing], profile, calendar, now + DAY) == read(log, profile, calendar, now + DAY)


@settings(deadline=None)
@given(both, st.sampled_from(["Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"]))
def test_the_zone_in_which_instants_are_written_changes_nothing(case: Case, zone: str) -> None:
    log, profile, calendar, now, _ = case
    elsewhere = [replace(event, at=event.at.astimezone(ZoneInfo(zone))) for event in log]
    assert read(elsewhere, profile, calendar, now.astimezone(ZoneInfo(zone))) == read(log, profile, calendar, now)


@settings(deadline=None)
@given(both)
def test_what_is_left_and_what_was_used_are_the_whole(case: Case) -> None:
    log, profile, calendar, now, _ = case
    found = read(log, profile, calendar, now)
    assert found.counted + found.remaining == found.target
    if found.state is State.RUNNING and found.due_at is not None and found.due_at > now:
        assert read([event for event in log if event.at <= now], profile, calendar, found.due_at).remaining == NOTHING
