from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from tallylight.escalation import pulse
from tallylight.escalation.lateness import Late, Pulse, Why, from_facts, lateness
from tallylight.escalation.models import Pulse as PulseRow
from tallylight.escalation.words import late_sentence

DUE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LONG_AGO = DUE - timedelta(days=9)


def why(taken: float, heard: Pulse, *, database_since: datetime = LONG_AGO) -> Late | None:
    return lateness(DUE, DUE + taken * SECOND, heard, database_since=database_since)


def test_two_seconds_are_in_time() -> None:
    assert why(2, Pulse()) is None
    assert why(2.001, Pulse(DUE + SECOND)) == Late(2.001, Why.BUSY)


def test_nobody_at_work_is_told_with_since_when() -> None:
    last = DUE - 3 * SECOND
    assert why(600, Pulse(last)) == Late(600, Why.NOBODY_AT_WORK, last, DUE + 600 * SECOND)
    after = Pulse(last).beaten(DUE + 599 * SECOND)
    assert why(600, after) == Late(600, Why.NOBODY_AT_WORK, last, DUE + 599 * SECOND), "somebody looked just before"


def test_a_database_that_was_away_is_told_as_such() -> None:
    last, back = DUE - 3 * SECOND, DUE + 590 * SECOND
    found = why(600, Pulse(last).beaten(DUE + 599 * SECOND), database_since=back)
    assert found == Late(600, Why.DATABASE_AWAY, last, DUE + 599 * SECOND)


def test_an_older_gap_is_no_excuse() -> None:
    older = Pulse(DUE + 5 * SECOND, gap_from=DUE - 900 * SECOND, gap_until=DUE - 300 * SECOND)
    assert why(6, older) == Late(6, Why.BUSY)


@given(st.lists(st.integers(0, 10_000), max_size=20))
def test_looks_out_of_order_never_turn_the_pulse_back(seconds: list[int]) -> None:
    found = Pulse()
    for each in seconds:
        before, found = found, found.beaten(DUE + each * SECOND)
        assert before.at is None or (found.at is not None and found.at >= before.at)
    assert found.at == (DUE + max(seconds) * SECOND if seconds else None)


@pytest.mark.django_db
def test_beats_are_kept() -> None:
    for seconds in (0, 1, 61):
        pulse.beat(now=DUE + seconds * SECOND)
    row = PulseRow.objects.get()
    assert (row.at, row.gap_from, row.gap_until) == (DUE + 61 * SECOND, DUE + SECOND, DUE + 61 * SECOND)


def test_it_is_said_in_the_reader_s_time_zone() -> None:
    late = Late(600, Why.NOBODY_AT_WORK, DUE, DUE + 600 * SECOND)
    with translation.override("en"), timezone.override("Asia/Shanghai"):
        said = late_sentence(from_facts(late.facts()))
    assert said == "It is 10 minutes late: no worker looked from 2026-11-23 17:00:00 to 2026-11-23 17:10:00."
    assert late_sentence(None) == ""
