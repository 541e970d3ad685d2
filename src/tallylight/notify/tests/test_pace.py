from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tallylight.notify.pace import Limit, instants

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
limits = st.builds(Limit, st.integers(1, 10_000), st.integers(1, 50))
offers = st.lists(st.tuples(st.timedeltas(timedelta(0), timedelta(minutes=5)), st.integers(1, 20)), max_size=20)


def _play(limit: Limit, offered: list[tuple[timedelta, int]]) -> list[tuple[datetime, datetime]]:
    """When each message was offered and when it may go."""
    now = full_at = NOW
    found = []
    for pause, count in offered:
        now += pause
        instants_found, full_at = instants(full_at, limit, [False] * count, now=now)
        found += [(now, at) for at in instants_found]
    return found


@given(limit=limits, offered=offers)
def test_no_window_sees_more_than_the_burst_and_what_came_back_in_it(
    limit: Limit, offered: list[tuple[timedelta, int]]
) -> None:
    at = sorted(going for _, going in _play(limit, offered))
    for first in range(len(at)):
        for last in range(first, len(at)):
            came_back = (at[last] - at[first]) / limit.each
            assert last - first + 1 <= limit.burst + came_back + 1e-3


@given(limit=limits, offered=offers)
def test_nothing_is_dropped_nor_goes_before_it_was_offered_nor_overtakes(
    limit: Limit, offered: list[tuple[timedelta, int]]
) -> None:
    played = _play(limit, offered)
    assert len(played) == sum(count for _, count in offered)
    assert all(going >= said for said, going in played)
    assert [going for _, going in played] == sorted(going for _, going in played)


def test_after_a_burst_they_go_at_the_pace_of_the_limit() -> None:
    found, _ = instants(NOW, Limit(60, 2), [False] * 4, now=NOW)
    assert [at - NOW for at in found] == [timedelta(seconds=seconds) for seconds in (0, 0, 1, 2)]


def test_what_is_urgent_goes_at_once_and_those_after_it_wait_longer() -> None:
    found, _ = instants(NOW, Limit(60, 1), [False, False, True, False], now=NOW)
    assert [at - NOW for at in found] == [timedelta(seconds=seconds) for seconds in (0, 1, 0, 3)]
