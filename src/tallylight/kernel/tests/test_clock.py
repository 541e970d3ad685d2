"""The clock can be moved, only forward, and instants read the same everywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tallylight.kernel import clock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_moved_clock_is_what_everybody_reads() -> None:
    with clock.use_clock(clock.MovableClock(NOON)) as movable:
        before = clock.monotonic()
        movable.move(timedelta(minutes=30))
        assert clock.now() == NOON + timedelta(minutes=30)
        assert clock.monotonic() - before == 1800
    assert clock.now() != NOON + timedelta(minutes=30)


def test_a_clock_never_runs_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        clock.MovableClock(NOON).move(timedelta(seconds=-1))


def test_an_instant_is_written_in_utc_whatever_its_zone() -> None:
    singapore = NOON.astimezone(timezone(timedelta(hours=8)))
    assert clock.rfc3339(singapore) == "2026-11-23T12:00:00.000Z"
