from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.support.patience import LEAST, MOST, lapses_at

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("response", "left", "stands"),
    [
        (15 * MINUTE, None, 5 * MINUTE),
        (60 * MINUTE, None, 15 * MINUTE),
        (240 * MINUTE, None, 30 * MINUTE),
        (None, None, 15 * MINUTE),
        (240 * MINUTE, 40 * MINUTE, 20 * MINUTE),
        (240 * MINUTE, 6 * MINUTE, 5 * MINUTE),
        (240 * MINUTE, -60 * MINUTE, 5 * MINUTE),
    ],
)
def test_an_offer_stands_for_a_quarter_of_the_response_or_half_of_what_is_left(
    response: timedelta | None, left: timedelta | None, stands: timedelta
) -> None:
    assert lapses_at(response, NOW + left if left is not None else None, now=NOW) == NOW + stands


@given(
    response=st.none() | st.timedeltas(timedelta(0), timedelta(days=30)),
    left=st.none() | st.timedeltas(timedelta(days=-30), timedelta(days=30)),
)
def test_an_offer_is_never_too_short_to_answer_nor_forgotten(
    response: timedelta | None, left: timedelta | None
) -> None:
    assert LEAST <= lapses_at(response, NOW + left if left is not None else None, now=NOW) - NOW <= MOST
