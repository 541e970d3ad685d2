"""In which order tickets are served."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tallylight.contracts.api import Level
from tallylight.support.rank import rank

DUE = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

dues = st.timedeltas(timedelta(days=-3), timedelta(days=3)).map(lambda since: DUE + since)
levels = st.sampled_from(list(Level))
credits_ = st.decimals(0, 100, places=2)
crowds = st.integers(0, 50_000_000)


def test_where_all_else_is_equal_the_promise_that_breaks_first_is_served_first() -> None:
    at = [rank(DUE + n * MINUTE, Level.FAULT, credit=Decimal(5), viewers=40).at for n in (3, 1, 2)]
    assert sorted(at) == [at[1], at[2], at[0]]


def test_eighteen_hundred_viewers_are_served_three_quarters_of_an_hour_earlier() -> None:
    found = rank(DUE, Level.BASIC, credit=Decimal(0), viewers=1830)
    assert (found.lead, found.at) == (43 * MINUTE, DUE - 43 * MINUTE)


def test_a_major_fault_with_credit_at_stake_goes_before_a_question_that_is_due_earlier() -> None:
    grave = rank(DUE + 30 * MINUTE, Level.MAJOR, credit=Decimal(5), viewers=0)
    question = rank(DUE, Level.BASIC, credit=Decimal(0), viewers=0)
    assert (grave.for_level, grave.for_credit) == (30 * MINUTE, 10 * MINUTE)
    assert grave.at < question.at


@given(due=dues, level=levels, credit=credits_, viewers=crowds, more=st.integers(1, 1_000_000))
def test_more_viewers_more_credit_or_a_graver_level_never_wait_longer(
    due: datetime, level: Level, credit: Decimal, viewers: int, more: int
) -> None:
    found = rank(due, level, credit=credit, viewers=viewers)
    assert found.at <= found.due_at
    assert rank(due, level, credit=credit, viewers=viewers + more).at <= found.at
    assert rank(due, level, credit=credit + more, viewers=viewers).at <= found.at
    assert rank(due, Level.MAJOR, credit=credit, viewers=viewers).at <= found.at


@given(due=dues, level=levels, credit=credits_, viewers=crowds)
def test_nothing_is_served_more_than_three_hours_before_its_time(
    due: datetime, level: Level, credit: Decimal, viewers: int
) -> None:
    """However large the crowd: a promise that breaks today is never forgotten for one that breaks tomorrow."""
    assert rank(due, level, credit=credit, viewers=viewers).lead <= timedelta(hours=3)
