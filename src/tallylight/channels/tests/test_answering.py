"""Two programs that answer each other stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.channels.answering import MOST, WITHIN, allowed, may_answer
from tallylight.channels.inbound import MAIL, Automatic

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
#: What the other side makes of our answers: whether its own say that a program sent them, and whether they continue.
HABITS = st.lists(st.tuples(st.sampled_from(Automatic), st.booleans()), min_size=1, max_size=20)


@given(HABITS, st.lists(st.timedeltas(timedelta(0), timedelta(minutes=5)), min_size=60, max_size=60))
def test_whatever_the_other_side_says_of_itself_an_hour_sees_few_answers(
    habits: list[tuple[Automatic, bool]], pauses: list[timedelta]
) -> None:
    """The other program answers each of our answers, after a pause, in ways that it changes as it likes."""
    now, given_at = NOW, [NOW]
    for turn, pause in enumerate(pauses):
        now += pause
        automatic, continues = habits[turn % len(habits)]
        answered = sum(each > now - WITHIN for each in given_at)
        if not may_answer(automatic, continues=continues, answered=answered):
            break  # it hears nothing and so says nothing: the exchange is over
        given_at.append(now)
    for each in given_at:
        assert sum(each <= other < each + WITHIN for other in given_at) <= MOST


@given(st.sampled_from([each for each in Automatic if each is not Automatic.NO]), st.booleans(), st.integers(0, 9))
def test_a_program_is_never_answered(automatic: Automatic, continues: bool, answered: int) -> None:  # noqa: FBT001
    assert not may_answer(automatic, continues=continues, answered=answered)


@pytest.mark.django_db
def test_answers_are_counted_by_address_and_hour() -> None:
    def ask(address: str, at: datetime) -> bool:
        return allowed(MAIL, address, Automatic.NO, continues=False, now=at)

    assert [ask("Mia@lumen.example", NOW) for _ in range(5)] == [True] * MOST + [False] * (5 - MOST)
    assert not ask("mia@lumen.example", NOW + WITHIN - timedelta(seconds=1))
    assert ask("li@astra.example", NOW)
    assert ask("mia@lumen.example", NOW + WITHIN)
