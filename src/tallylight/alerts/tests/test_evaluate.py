"""The state machine of thresholds, against a plain one-cell-at-a-time telling of the same rules."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.alerts.evaluate import Cells, Readings, Standing, State, evaluate

RAISE, CLEAR, ENOUGH = 200.0, 180.0, 5
HIGH, BETWEEN, LOW, NOTHING = 250.0, 190.0, 20.0, math.nan


def cells(*, for_s: int = 1, clear_for_s: int = 2, count: int = 1) -> Cells:
    return Cells(
        series=np.arange(count),
        raise_above=np.full(count, RAISE),
        clear_below=np.full(count, CLEAR),
        for_s=np.full(count, for_s),
        clear_for_s=np.full(count, clear_for_s),
        min_samples=np.full(count, float(ENOUGH)),
    )


def readings(value: float, at_s: int, samples: float = 10.0) -> Readings:
    return Readings(np.array([value]), np.array([samples]), np.array([at_s]))


@dataclass
class Told:
    """One cell by the rules as a person would tell them."""

    for_s: int
    clear_for_s: int
    state: State = State.UNKNOWN
    firing: bool = False
    since: int = -1

    def step(self, value: float, samples: float, at_s: int) -> str:
        if math.isnan(value) or samples < ENOUGH:
            self.state = State.UNKNOWN
            return ""
        if self.firing:
            return self._while_firing(value, at_s)
        if value <= RAISE:
            self.state = State.OK
            return ""
        if self.state is not State.PENDING:
            self.state, self.since = State.PENDING, at_s
        if at_s - self.since < self.for_s:
            return ""
        self.state, self.firing = State.FIRING, True
        return "raised"

    def _while_firing(self, value: float, at_s: int) -> str:
        if value >= CLEAR:
            self.state = State.FIRING
            return ""
        if self.state is not State.CLEARING:
            self.state, self.since = State.CLEARING, at_s
        if at_s - self.since < self.clear_for_s:
            return ""
        self.state, self.firing = State.OK, False
        return "cleared"


def run(values: list[float], *, for_s: int, clear_for_s: int) -> list[str]:
    """What happens, second by second."""
    judged, standing, happened = cells(for_s=for_s, clear_for_s=clear_for_s), Standing.unknown(1), []
    for second, value in enumerate(values):
        transitions = evaluate(judged, standing, readings(value, second))
        happened.append("raised" * len(transitions.raised.cell) + "cleared" * len(transitions.cleared.cell))
    return happened


@pytest.mark.parametrize(("for_s", "clear_for_s"), list(itertools.product((0, 1, 2), (0, 1, 2))))
def test_every_short_course_goes_as_told(for_s: int, clear_for_s: int) -> None:
    for course in itertools.product((HIGH, BETWEEN, LOW, NOTHING), repeat=5):
        told = Told(for_s, clear_for_s)
        expected = [told.step(value, 10.0, second) for second, value in enumerate(course)]
        assert run(list(course), for_s=for_s, clear_for_s=clear_for_s) == expected, course


steps = st.tuples(
    st.sampled_from((HIGH, BETWEEN, LOW, NOTHING, RAISE, CLEAR)),
    st.sampled_from((0.0, ENOUGH - 1.0, float(ENOUGH), 50.0)),
    st.integers(1, 4),
)


@given(st.lists(st.lists(steps, min_size=3, max_size=3), max_size=30), st.integers(0, 5), st.integers(0, 5))
def test_many_cells_go_as_each_alone(
    course: list[list[tuple[float, float, int]]], for_s: int, clear_for_s: int
) -> None:
    judged, standing = cells(for_s=for_s, clear_for_s=clear_for_s, count=3), Standing.unknown(3)
    told = [Told(for_s, clear_for_s) for _ in range(3)]
    seconds = [0, 0, 0]
    for row in course:
        seconds = [at + gap for at, (_, _, gap) in zip(seconds, row, strict=True)]
        figures = Readings(
            np.array([value for value, _, _ in row]), np.array([samples for _, samples, _ in row]), np.array(seconds)
        )
        transitions = evaluate(judged, standing, figures)
        happened = [each.step(row[i][0], row[i][1], seconds[i]) for i, each in enumerate(told)]
        assert transitions.raised.cell.tolist() == [i for i, word in enumerate(happened) if word == "raised"]
        assert transitions.cleared.cell.tolist() == [i for i, word in enumerate(happened) if word == "cleared"]
        assert [State(state) for state in standing.state] == [each.state for each in told]
        assert standing.open.tolist() == [each.firing for each in told]


@given(st.lists(st.sampled_from((HIGH, BETWEEN, LOW, NOTHING)), max_size=40))
def test_beginnings_and_ends_take_turns_and_silence_ends_nothing(course: list[float]) -> None:
    happened = run(course, for_s=1, clear_for_s=2)
    words = [word for word in happened if word]
    assert words == (["raised", "cleared"] * len(words))[: len(words)]
    for second, word in enumerate(happened):
        if word == "cleared":
            assert course[second] == LOW


def test_a_breach_is_raised_when_it_has_lasted_and_dated_from_its_first_window() -> None:
    judged, standing = cells(for_s=2), Standing.unknown(1)
    assert [len(evaluate(judged, standing, readings(HIGH, second)).raised.cell) for second in (100, 101)] == [0, 0]
    raised = evaluate(judged, standing, readings(HIGH, 102)).raised
    assert (raised.since_s.tolist(), raised.at_s.tolist(), raised.value.tolist()) == ([100], [102], [HIGH])


def test_looking_twice_at_one_second_counts_once() -> None:
    judged, standing = cells(for_s=1), Standing.unknown(1)
    for _ in range(5):
        assert not evaluate(judged, standing, readings(HIGH, 100)).raised.cell.size
    assert standing.state[0] == State.PENDING


def test_an_open_alert_known_from_before_is_cleared_only_by_fresh_evidence() -> None:
    judged, standing = cells(clear_for_s=2), Standing.unknown(1)
    standing.open[0] = True
    assert not evaluate(judged, standing, readings(NOTHING, 100)).cleared.cell.size
    cleared = [len(evaluate(judged, standing, readings(LOW, second)).cleared.cell) for second in (101, 102, 103)]
    assert cleared == [0, 0, 1]


def test_the_worst_value_is_kept_until_the_alert_is_over() -> None:
    judged, standing = cells(for_s=0, clear_for_s=0), Standing.unknown(1)
    for second, value in enumerate((210.0, 900.0, 300.0, LOW)):
        evaluate(judged, standing, readings(value, second))
    assert standing.worst[0] == 900.0
