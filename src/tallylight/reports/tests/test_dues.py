"""Which support promises were due in a month, kept or broken, from what their clocks say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tallylight.clocks import api as clocks
from tallylight.clocks.api import AROUND_THE_CLOCK, ClockEvent, Kind, Profile
from tallylight.contracts.api import Level, Promised
from tallylight.kernel.ids import new_id
from tallylight.reports.dues import dues_between, with_misses
from tallylight.sla.api import Miss
from tallylight.support.api import PastTicket
from tallylight.support.standing import Done
from tallylight.support.states import Promise

OPENED = datetime(2026, 6, 9, 8, tzinfo=UTC)
JUNE, JULY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ticket(promise: Promise, profile: Profile, *events: ClockEvent, raised: datetime | None = None) -> PastTicket:
    """A ticket with one clock, read after June."""
    log = [ClockEvent(Kind.STARTED, OPENED), *events]
    reading = clocks.read(log, profile, AROUND_THE_CLOCK, JULY + timedelta(days=1))
    return PastTicket(
        id=new_id(),
        number="T-00007",
        headline="Latency in Singapore",
        incident=None,
        opened_at=OPENED,
        resolved_at=None,
        level=Level.MAJOR if raised else Level.FAULT,
        first=Level.FAULT,
        raised=((raised, Level.MAJOR),) if raised else (),
        happened={},
        done=Done(None),
        support=None,
        clocks={promise: reading},
    )


def test_a_promise_kept_on_the_due_instant_is_kept() -> None:
    answered = ticket(Promise.RESPONSE, clocks.response(30 * MINUTE), ClockEvent(Kind.SATISFIED, OPENED + 30 * MINUTE))
    (due,) = dues_between([answered], JUNE, JULY)
    assert (due.case, due.clock, due.due_at, due.kept) == ("T-00007", Promised.RESPONSE, OPENED + 30 * MINUTE, True)


def test_a_late_one_is_broken_and_says_when_it_came() -> None:
    came = OPENED + 31 * MINUTE
    (due,) = dues_between(
        [ticket(Promise.RESPONSE, clocks.response(30 * MINUTE), ClockEvent(Kind.SATISFIED, came))], JUNE, JULY
    )
    assert (due.kept, due.came_at) == (False, came)


def test_one_that_never_came_is_broken() -> None:
    (due,) = dues_between([ticket(Promise.RESOLUTION, clocks.resolution(60 * MINUTE))], JUNE, JULY)
    assert (due.kept, due.came_at) == (False, None)


def test_every_round_of_updates_counts_where_it_was_due() -> None:
    told = [ClockEvent(Kind.ANSWERED, OPENED + minutes * MINUTE) for minutes in (50, 130)]
    over = ClockEvent(Kind.SATISFIED, OPENED + 140 * MINUTE)
    dues = dues_between([ticket(Promise.UPDATE, clocks.update(60 * MINUTE), *told, over)], JUNE, JULY)
    assert [due.kept for due in dues] == [True, False, True]


def test_what_was_due_in_another_month_is_counted_there() -> None:
    late = [ticket(Promise.RESOLUTION, clocks.resolution(timedelta(days=22)))]
    assert not dues_between(late, JUNE, JULY)
    assert len(dues_between(late, JULY, JULY + timedelta(days=31))) == 1


def test_the_level_is_the_one_at_the_due_instant() -> None:
    raised = OPENED + 20 * MINUTE
    (due,) = dues_between([ticket(Promise.RESPONSE, clocks.response(30 * MINUTE), raised=raised)], JUNE, JULY)
    assert due.level is Level.MAJOR
    (earlier,) = dues_between([ticket(Promise.RESPONSE, clocks.response(10 * MINUTE), raised=raised)], JUNE, JULY)
    assert earlier.level is Level.FAULT


def test_a_broken_promise_that_the_month_counts_is_never_left_out() -> None:
    miss = Miss(Level.FAULT, Promised.RESPONSE, OPENED + 30 * MINUTE, "T-00007")
    known = dues_between([ticket(Promise.RESPONSE, clocks.response(30 * MINUTE))], JUNE, JULY)
    assert with_misses(known, [miss]) == known
    assert [due.kept for due in with_misses((), [miss])] == [False]
