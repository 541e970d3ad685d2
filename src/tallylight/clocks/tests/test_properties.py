"""What holds of every clock, whatever happens to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tallylight.clocks.api import AROUND_THE_CLOCK, Calendar, ClockEvent, Kind, Profile, State, read, share_instant
from tallylight.kernel.business_time import Hours, is_open

MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)
#: Some hours before New York and Berlin leave daylight saving in 2026, within a week of each other.
START = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
DAYS = ((Hours(60, 720), Hours(780, 1440)),) * 7
CALENDARS = [
    AROUND_THE_CLOCK,
    Calendar("berlin", "Europe/Berlin", DAYS, frozenset({date(2026, 10, 26)})),
    Calendar("new-york", "America/New_York", (*DAYS[:5], (), (Hours(90, 150),))),
]

calendars = st.sampled_from(CALENDARS)
minutes = st.integers(0, 10 * 24 * 60)
spells = st.one_of(st.none(), st.integers(1, 2000).map(lambda count: count * MINUTE))
profiles = st.builds(
    Profile, st.just("any"), st.integers(1, 3000).map(lambda count: count * MINUTE), st.booleans(), spells
)


@st.composite
def logs(draw: st.DrawFn) -> list[ClockEvent]:
    kinds = st.sampled_from([kind for kind in Kind if kind is not Kind.RETARGETED])
    events = draw(
        st.lists(
            st.builds(ClockEvent, kinds, minutes.map(lambda m: START + m * MINUTE), st.just(""), spells), max_size=8
        )
    )
    change = draw(st.one_of(st.none(), st.integers(1, 3000)))
    if change:
        events.append(ClockEvent(Kind.RETARGETED, START + draw(minutes) * MINUTE, target=change * MINUTE))
    return [ClockEvent(Kind.STARTED, START), *events]


@given(logs(), profiles, calendars, minutes)
def test_counted_and_excluded_add_up_to_elapsed(
    log: list[ClockEvent], profile: Profile, calendar: Calendar, at: int
) -> None:
    now = read(log, profile, calendar, START + at * MINUTE)
    assert now.counted + now.excluded == now.elapsed
    assert sum((span.length for span in now.spans), NOTHING) == now.elapsed
    assert sum((span.length for span in now.spans if span.counted), NOTHING) == now.counted
    assert all(one.end == other.start for one, other in pairwise(now.spans))


@given(logs(), profiles, calendars, minutes, minutes)
def test_a_clock_never_runs_backwards(
    log: list[ClockEvent], profile: Profile, calendar: Calendar, one: int, other: int
) -> None:
    early, late = (read(log, profile, calendar, START + at * MINUTE) for at in sorted((one, other)))
    assert len(early.earlier) <= len(late.earlier)
    if early.started_at == late.started_at:
        assert NOTHING <= early.counted <= late.counted
        assert early.elapsed <= late.elapsed


@given(logs(), profiles, calendars, minutes, minutes)
def test_the_due_instant_is_settled_once_the_events_are(
    log: list[ClockEvent], profile: Profile, calendar: Calendar, one: int, other: int
) -> None:
    last = max(event.at for event in log)
    assert (
        read(log, profile, calendar, last + one * MINUTE).due_at
        == read(log, profile, calendar, last + other * MINUTE).due_at
    )


@given(logs(), profiles, calendars)
def test_at_the_due_instant_the_whole_target_is_used(
    log: list[ClockEvent], profile: Profile, calendar: Calendar
) -> None:
    last = max(event.at for event in log)
    now = read(log, profile, calendar, last)
    if now.state is State.RUNNING and now.due_at is not None and now.due_at > last:
        assert read(log, profile, calendar, now.due_at).remaining == NOTHING


@given(logs(), profiles, calendars, st.decimals(0, 1, places=3), st.decimals(0, 1, places=3))
def test_a_larger_share_is_never_used_earlier(
    log: list[ClockEvent], profile: Profile, calendar: Calendar, one: Decimal, other: Decimal
) -> None:
    small, large = (share_instant(profile, calendar, log, share) for share in sorted((one, other)))
    assert large is None or (small is not None and small <= large)
    whole = share_instant(profile, calendar, log, Decimal(1))
    assert whole == read(log, profile, calendar, max(event.at for event in log)).due_at


@given(logs(), profiles, calendars, minutes)
def test_an_obvious_walk_minute_by_minute_counts_the_same(
    log: list[ClockEvent], profile: Profile, calendar: Calendar, at: int
) -> None:
    at = at % 3000
    assert read(log, profile, calendar, START + at * MINUTE).counted == walked(log, profile, calendar, at) * MINUTE


def walked(log: list[ClockEvent], profile: Profile, calendar: Calendar, until: int) -> int:
    """Minutes counted in the present round, by a clock that looks once a minute."""
    due = sorted(log, key=lambda event: event.at)
    counted, runs, over, pause_ends = 0, False, False, START
    started = paused = False
    for minute in range(until + 1):
        now = START + minute * MINUTE
        if paused and pause_ends is not None and now >= pause_ends:
            paused = False
        while due and due[0].at == now:
            event = due.pop(0)
            match event.kind:
                case Kind.STARTED:
                    started = True
                case Kind.REOPENED if over:
                    over = paused = False
                case Kind.PAUSED if started and not over and not paused:
                    cap = event.cap or profile.pause_cap
                    paused, pause_ends = True, now + cap if cap else None
                case Kind.RESUMED if not over:
                    paused = False
                case Kind.ANSWERED if started and not over and profile.repeats:
                    counted = 0
                case Kind.ANSWERED | Kind.SATISFIED | Kind.CANCELLED if started and not over:
                    over, paused = True, False
        runs = started and not over and not paused
        counted += runs and minute < until and is_open(calendar, now)
    return counted
