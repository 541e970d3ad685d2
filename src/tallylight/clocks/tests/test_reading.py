"""What a clock says, in the words of a contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tallylight.clocks.api import (
    AROUND_THE_CLOCK,
    Calendar,
    ClockEvent,
    Kind,
    Profile,
    Reading,
    State,
    Why,
    explain,
    read,
    resolution,
    response,
    share_instant,
    update,
)
from tallylight.kernel.business_time import Hours

START = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)
RESPONSE = response(120 * MINUTE)
OFFICE = Calendar("office", "UTC", ((Hours(9 * 60, 17 * 60),),) * 5 + ((), ()))


def event(kind: Kind, minute: float, **more: object) -> ClockEvent:
    return ClockEvent(kind, START + minute * MINUTE, **more)  # type: ignore[arg-type]


def reading(
    minute: float, *events: ClockEvent, profile: Profile = RESPONSE, calendar: Calendar = AROUND_THE_CLOCK
) -> Reading:
    return read([event(Kind.STARTED, 0), *events], profile, calendar, START + minute * MINUTE)


def test_before_the_start_there_is_nothing_due() -> None:
    assert read([], RESPONSE, AROUND_THE_CLOCK, START).state is State.NOT_STARTED
    assert read([event(Kind.STARTED, 5)], RESPONSE, AROUND_THE_CLOCK, START).due_at is None


def test_a_running_clock_knows_its_due_instant() -> None:
    now = reading(30)
    assert (now.state, now.due_at, now.remaining) == (State.RUNNING, START + 120 * MINUTE, 90 * MINUTE)


def test_response_is_met_exactly_at_the_deadline() -> None:
    assert reading(500, event(Kind.ANSWERED, 120)).state is State.MET


def test_a_microsecond_later_it_is_missed() -> None:
    late = ClockEvent(Kind.ANSWERED, START + 120 * MINUTE + TICK)
    assert reading(500, late).state is State.MISSED


def test_it_is_overdue_only_after_the_due_instant() -> None:
    assert reading(120).state is State.RUNNING
    assert (
        read([event(Kind.STARTED, 0)], RESPONSE, AROUND_THE_CLOCK, START + 120 * MINUTE + TICK).state is State.OVERDUE
    )


def test_a_pause_moves_the_due_instant_by_its_length() -> None:
    now = reading(60, event(Kind.PAUSED, 10, reason="waiting-for-customer"), event(Kind.RESUMED, 40))
    assert (now.due_at, now.counted, now.excluded) == (START + 150 * MINUTE, 30 * MINUTE, 30 * MINUTE)
    assert [(span.why, span.reason) for span in now.spans] == [
        (Why.RUNNING, ""),
        (Why.PAUSED, "waiting-for-customer"),
        (Why.RUNNING, ""),
    ]


def test_an_open_pause_leaves_the_due_instant_open() -> None:
    now = reading(60, event(Kind.PAUSED, 10))
    assert (now.state, now.due_at, now.remaining, now.paused) == (State.PAUSED, None, 110 * MINUTE, True)


def test_a_pause_ends_by_itself_at_its_cap() -> None:
    pause = event(Kind.PAUSED, 10, cap=20 * MINUTE)
    assert (reading(25, pause).state, reading(25, pause).due_at) == (State.PAUSED, START + 140 * MINUTE)
    later = reading(60, pause)
    assert (later.state, later.counted, later.due_at) == (State.RUNNING, 40 * MINUTE, START + 140 * MINUTE)
    assert later.spans[-1].why is Why.PAUSE_CAP_USED


def test_the_profile_caps_pauses_that_have_no_cap_of_their_own() -> None:
    capped = resolution(120 * MINUTE, pause_cap=15 * MINUTE)
    assert reading(60, event(Kind.PAUSED, 10), profile=capped).counted == 45 * MINUTE


def test_a_second_pause_does_not_renew_the_cap() -> None:
    pauses = (event(Kind.PAUSED, 10, cap=20 * MINUTE), event(Kind.PAUSED, 25, cap=20 * MINUTE))
    assert reading(60, *pauses).excluded == 20 * MINUTE


def test_an_overdue_clock_that_is_paused_stays_overdue() -> None:
    now = reading(200, event(Kind.PAUSED, 130))
    assert (now.state, now.paused) == (State.OVERDUE, True)
    assert reading(300, event(Kind.PAUSED, 130), event(Kind.ANSWERED, 200)).state is State.MISSED


def test_a_response_is_not_shortened_by_a_pause_that_began_after_it() -> None:
    assert reading(500, event(Kind.ANSWERED, 100), event(Kind.PAUSED, 110)).counted == 100 * MINUTE


def test_reopening_goes_on_from_what_was_used() -> None:
    now = reading(300, event(Kind.SATISFIED, 100), event(Kind.REOPENED, 290))
    assert (now.state, now.counted, now.due_at) == (State.RUNNING, 110 * MINUTE, START + 310 * MINUTE)


def test_reopening_a_missed_promise_does_not_mend_it() -> None:
    assert reading(300, event(Kind.SATISFIED, 130), event(Kind.REOPENED, 290)).state is State.OVERDUE


def test_a_cancelled_clock_stands_still() -> None:
    now = reading(300, event(Kind.CANCELLED, 30))
    assert (now.state, now.counted) == (State.CANCELLED, 30 * MINUTE)


def test_a_graver_case_shortens_the_target_and_keeps_what_was_used() -> None:
    now = reading(20, event(Kind.RETARGETED, 10, target=15 * MINUTE))
    assert (now.counted, now.due_at, now.state) == (20 * MINUTE, START + 15 * MINUTE, State.OVERDUE)


def test_a_new_target_is_never_due_before_it_was_set() -> None:
    change = event(Kind.RETARGETED, 60, target=15 * MINUTE)
    assert reading(60, change).due_at == START + 60 * MINUTE
    assert reading(90, change, event(Kind.ANSWERED, 60)).state is State.MET


def test_a_broken_target_is_not_hidden_by_a_longer_one() -> None:
    now = reading(150, event(Kind.RETARGETED, 130, target=300 * MINUTE))
    assert (now.state, now.remaining, now.breached) == (State.RUNNING, 150 * MINUTE, True)
    (before,) = now.earlier_targets
    assert (before.target, before.due_at, before.broken) == (120 * MINUTE, START + 120 * MINUTE, True)
    assert "broken then" in explain(now)[-2].said()


def test_a_target_that_was_replaced_in_time_broke_nothing() -> None:
    now = reading(150, event(Kind.RETARGETED, 120, target=300 * MINUTE))
    assert (now.breached, now.earlier_targets[0].broken) == (False, False)


def test_a_target_that_comes_after_the_answer_changes_no_verdict() -> None:
    late, longer = event(Kind.ANSWERED, 130), event(Kind.RETARGETED, 140, target=300 * MINUTE)
    assert reading(200, late, longer).state is State.MISSED
    again = reading(200, late, longer, event(Kind.REOPENED, 190))
    assert (again.state, again.counted, again.remaining, again.breached) == (
        State.RUNNING,
        140 * MINUTE,
        160 * MINUTE,
        True,
    )


def test_other_hours_hold_from_their_change_on_and_keep_what_was_used() -> None:
    to_office = event(Kind.RETARGETED, 7 * 60, target=540 * MINUTE, calendar=OFFICE)
    now = reading(24 * 60, to_office)
    assert now.counted == 480 * MINUTE, "seven hours around the clock, one until closing"
    assert now.due_at == START + 25 * 60 * MINUTE
    assert [(span.why, span.length) for span in now.spans] == [
        (Why.RUNNING, 420 * MINUTE),
        (Why.RUNNING, 60 * MINUTE),
        (Why.CLOSED_HOURS, 960 * MINUTE),
    ]


def test_a_pause_goes_on_through_a_change_of_hours_with_the_rest_of_its_cap() -> None:
    log = (event(Kind.PAUSED, 10, cap=40 * MINUTE), event(Kind.RETARGETED, 30, calendar=OFFICE))
    now = reading(90, *log)
    assert (now.excluded, now.due_at) == (40 * MINUTE, START + 160 * MINUTE)


def test_a_clock_with_a_condition_waits_for_it() -> None:
    careful = replace(RESPONSE, starts_after="identity-verified")
    waiting = reading(60, profile=careful)
    assert (waiting.state, waiting.due_at, waiting.counted, waiting.elapsed) == (
        State.WAITING,
        None,
        timedelta(0),
        60 * MINUTE,
    )
    known = reading(60, event(Kind.QUALIFIED, 45), profile=careful)
    assert (known.state, known.due_at) == (State.RUNNING, START + 165 * MINUTE)
    before = [event(Kind.QUALIFIED, -5), event(Kind.STARTED, 0)]
    assert read(before, careful, AROUND_THE_CLOCK, START).due_at == START + 120 * MINUTE


EXTENSIBLE = replace(RESPONSE, extension=60 * MINUTE)


@pytest.mark.parametrize(("minute", "due"), [(119, 180), (120, 180), (120.5, 120)])
def test_an_extension_counts_if_it_is_told_by_the_due_instant(minute: float, due: int) -> None:
    assert reading(125, event(Kind.EXTENDED, minute), profile=EXTENSIBLE).due_at == START + due * MINUTE


def test_extensions_add_up_to_no_more_than_the_most() -> None:
    told = [event(Kind.EXTENDED, at, target=40 * MINUTE) for at in (10, 20, 30)]
    now = reading(40, *told, profile=EXTENSIBLE)
    assert now.due_at == START + 180 * MINUTE
    assert [each.by for each in now.extensions] == [40 * MINUTE, 20 * MINUTE, None]
    assert [each.said()[-10:] for each in explain(now)[-4:-1]] == ["cludes it.", "cludes it.", "not count."]


def test_an_extension_after_the_first_due_instant_counts_for_nothing_even_if_another_came_in_time() -> None:
    told = (event(Kind.EXTENDED, 10, target=20 * MINUTE), event(Kind.EXTENDED, 130))
    now = reading(135, *told, profile=EXTENSIBLE)
    assert now.due_at == START + 140 * MINUTE
    assert [each.too_late for each in now.extensions] == [False, True]


def test_where_nothing_is_said_of_extensions_there_are_none() -> None:
    assert reading(40, event(Kind.EXTENDED, 10)).due_at == START + 120 * MINUTE


def test_closed_hours_do_not_count() -> None:
    now = reading(24 * 60, event(Kind.ANSWERED, 8 * 60 + 30), profile=response(540 * MINUTE), calendar=OFFICE)
    assert (now.counted, now.state) == (480 * MINUTE, State.MET)
    assert now.due_at == START + (24 * 60 + 60) * MINUTE


def test_an_update_is_due_again_after_each_update() -> None:
    hourly = update(60 * MINUTE)
    events = (event(Kind.ANSWERED, 50), event(Kind.ANSWERED, 130))
    now = reading(140, *events, profile=hourly)
    assert (now.state, now.due_at, now.counted) == (State.RUNNING, START + 190 * MINUTE, 10 * MINUTE)
    assert [(each.late, each.due_at) for each in now.earlier] == [
        (False, START + 60 * MINUTE),
        (True, START + 110 * MINUTE),
    ]
    assert now.breached
    told = [each.said() for each in explain(now)[:2]]
    assert ["in time" in each for each in told] == [True, False]
    assert "too late" in told[1]


def test_closing_the_case_ends_the_updates() -> None:
    now = reading(500, event(Kind.ANSWERED, 50), event(Kind.SATISFIED, 90), profile=update(60 * MINUTE))
    assert (now.state, now.breached) == (State.MET, False)


def test_a_pause_goes_on_through_an_update_with_the_rest_of_its_cap() -> None:
    now = reading(90, event(Kind.PAUSED, 10, cap=40 * MINUTE), event(Kind.ANSWERED, 20), profile=update(60 * MINUTE))
    assert (now.excluded, now.due_at) == (30 * MINUTE, START + 110 * MINUTE)


@pytest.mark.parametrize(("share", "minute"), [("0", 0), ("0.5", 60), ("0.8", 96), ("1", 120)])
def test_a_share_of_the_clock_is_an_instant(share: str, minute: int) -> None:
    assert (
        share_instant(RESPONSE, AROUND_THE_CLOCK, [event(Kind.STARTED, 0)], Decimal(share)) == START + minute * MINUTE
    )


def test_a_share_moves_with_pauses() -> None:
    log = [event(Kind.STARTED, 0), event(Kind.PAUSED, 30), event(Kind.RESUMED, 40)]
    assert share_instant(RESPONSE, AROUND_THE_CLOCK, log, Decimal("0.5")) == START + 70 * MINUTE
    assert share_instant(RESPONSE, AROUND_THE_CLOCK, log[:2], Decimal("0.5")) is None
    assert share_instant(RESPONSE, AROUND_THE_CLOCK, log[:2], Decimal("0.25")) == START + 30 * MINUTE


def test_an_explanation_tells_every_span_the_sum_and_the_verdict() -> None:
    now = reading(60, event(Kind.PAUSED, 10, reason="waiting-for-customer"), event(Kind.RESUMED, 40))
    sentences = explain(now)
    texts = [each.said() for each in sentences]
    assert len(texts) == len(now.spans) + 3
    assert "waiting for the customer" in texts[2]
    assert "0:30:00 counted, 0:30:00 not counted, of 2:00:00" in texts[-2]
    assert "1:30:00 are left" in texts[-1]


STATES = {
    State.NOT_STARTED: [],
    State.WAITING: [event(Kind.STARTED, 0)],
    State.CANCELLED: [event(Kind.STARTED, 0), event(Kind.CANCELLED, 1)],
    State.MET: [event(Kind.STARTED, 0), event(Kind.PAUSED, 1), event(Kind.ANSWERED, 2)],
    State.MISSED: [event(Kind.STARTED, 0), event(Kind.ANSWERED, 130)],
    State.OVERDUE: [event(Kind.STARTED, 0), event(Kind.PAUSED, 130)],
    State.PAUSED: [event(Kind.STARTED, 0), event(Kind.PAUSED, 30)],
    State.RUNNING: [event(Kind.STARTED, 90)],
}


@pytest.mark.parametrize("state", State)
def test_every_state_can_be_said(state: State) -> None:
    profile = replace(RESPONSE, starts_after="identity-verified") if state is State.WAITING else RESPONSE
    now = read(STATES[state], profile, AROUND_THE_CLOCK, START + 180 * MINUTE)
    assert now.state is state
    for sentence in explain(now):
        assert sentence.said()
