"""Libraries that know nothing of our clocks come to the same instants."""

from __future__ import annotations

import numpy as np
import pytest
from bench.clocks_peers import Question, ask_businesstimedelta, ask_pandas, ask_read
from bench.clocks_world import NOW, OFFICES, SINCE, only_started, world

from tallylight.clocks.columns import Readings
from tallylight.clocks.many import AHEAD, read_many
from tallylight.clocks.tables import OpenHours, compile_hours

CLOCKS = 100


@pytest.fixture(scope="module")
def hours() -> OpenHours:
    return compile_hours([office.calendar for office in OFFICES], SINCE, NOW + AHEAD)


@pytest.fixture(scope="module")
def asked() -> Question:
    return Question(world(CLOCKS), OFFICES, NOW, np.arange(CLOCKS))


@pytest.fixture(scope="module")
def ours(asked: Question, hours: OpenHours) -> Readings:
    return read_many(asked.logs, hours, NOW)


def test_many_clocks_at_once_say_what_each_says_alone(asked: Question, ours: Readings) -> None:
    assert not any(ask_read(asked, ours).differs.values())


def test_businesstimedelta_finds_the_same_due_instants_and_the_same_time_used(asked: Question, ours: Readings) -> None:
    assert not any(ask_businesstimedelta(asked, ours).differs.values())


def test_pandas_differs_only_at_a_closing_edge_where_it_names_the_next_opening(
    asked: Question, hours: OpenHours
) -> None:
    differs = ask_pandas(asked, read_many(only_started(asked.logs), hours, NOW)).differs
    assert differs["due_at"] == 0
    assert 0 < differs["next_opening"] < CLOCKS / 2
