from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tallylight.kernel.chance import generator
from tallylight.notify.patience import LONGEST_WAIT, next_attempt, wait_before

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@given(attempt=st.integers(2, 10_000), seed=st.integers())
def test_a_wait_is_never_nothing_and_never_over_ten_minutes(attempt: int, seed: int) -> None:
    assert timedelta(0) < wait_before(attempt, generator(seed)) <= LONGEST_WAIT


@given(seed=st.integers(), attempt=st.integers(2, 8))
def test_the_longest_wait_after_a_failure_is_within_twice_the_shortest(seed: int, attempt: int) -> None:
    full = timedelta(seconds=2 ** (attempt - 1))
    assert full / 2 <= wait_before(attempt, generator(seed)) <= full


@given(
    left=st.timedeltas(timedelta(microseconds=1), timedelta(days=2)), attempt=st.integers(2, 500), seed=st.integers()
)
def test_a_message_is_tried_until_its_end_and_not_beyond(left: timedelta, attempt: int, seed: int) -> None:
    again = next_attempt(NOW, attempt, NOW + left, generator(seed))
    assert again is not None
    assert NOW < again <= NOW + left


@given(over=st.timedeltas(timedelta(0), timedelta(days=2)), seed=st.integers())
def test_a_message_past_its_end_is_given_up(over: timedelta, seed: int) -> None:
    assert next_attempt(NOW, 2, NOW - over, generator(seed)) is None
