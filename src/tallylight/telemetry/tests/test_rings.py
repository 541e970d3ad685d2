"""Rings: windows are exact, gaps are gaps, and nothing old is ever taken for new."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tallylight.telemetry.rings import Names, Ring

rows = st.lists(st.tuples(st.integers(1_000, 1_060), st.integers(0, 3), st.integers(0, 100)), max_size=60)


def ring(slots: int = 20) -> Ring:
    return Ring({"sent": "<u4"}, slots=slots, capacity=4)


def write(into: Ring, second: int, column: int, sent: int) -> None:
    into.write(np.array([second]), np.array([column]), {"sent": np.array([sent], "<u4")})


@given(rows, st.integers(1_000, 1_070), st.integers(1, 19))
def test_a_window_is_the_sum_of_what_was_written_last_for_each_second(
    written: list[tuple[int, int, int]], end_s: int, width_s: int
) -> None:
    kept, into = {}, ring()
    for second, column, sent in written:
        write(into, second, column, sent)
        kept = {key: value for key, value in kept.items() if key[0] > into.newest - into.slots}
        if second > into.newest - into.slots:
            kept[second, column] = sent
    expected = [
        sum(kept.get((second, column), 0) for second in range(end_s - width_s + 1, end_s + 1)) for column in range(4)
    ]
    assert into.sums("sent", end_s=end_s, width_s=width_s).tolist() == expected


def test_a_slot_used_again_holds_nothing_of_before() -> None:
    into = ring(slots=5)
    write(into, 100, 0, 7)
    write(into, 105, 1, 9)
    assert into.sums("sent", end_s=105, width_s=5).tolist() == [0, 9, 0, 0]
    assert into.at("sent", 100).tolist() == [0, 0, 0, 0]


def test_a_batch_over_more_seconds_than_the_ring_keeps_the_youngest() -> None:
    into = ring(slots=5)
    into.write(np.arange(100, 112), np.zeros(12, np.int64), {"sent": np.arange(100, 112)})
    assert into.sums("sent", end_s=111, width_s=5)[0] == sum(range(107, 112))


def test_late_news_lands_in_its_own_second() -> None:
    into = ring()
    write(into, 110, 0, 1)
    write(into, 108, 0, 5)
    assert into.at("sent", 108)[0] == 5
    assert into.latest[0] == 110


def test_growing_keeps_what_was_there() -> None:
    into = ring()
    write(into, 100, 3, 4)
    into.make_room(50)
    assert into.capacity >= 50
    assert into.at("sent", 100)[3] == 4
    assert into.latest[3] == 100
    assert into.latest[10] == -1


def test_each_series_window_ends_at_its_own_newest_second() -> None:
    into = ring()
    for second in range(95, 101):
        write(into, second, 0, 10)
    for second in range(95, 99):
        write(into, second, 1, 10)
    write(into, 90, 2, 10)
    found = into.ending(100, ("sent",), width_s=2, patience_s=3)
    assert found["at_s"].tolist() == [100, 98, -1, -1]
    assert found["sent"].tolist() == [20, 20, 0, 0]


def test_the_last_value_of_a_silent_series_is_unknown() -> None:
    into = ring()
    write(into, 100, 0, 7)
    write(into, 104, 1, 8)
    assert np.isnan(into.last("sent", 104, patience_s=3)[0])
    assert into.last("sent", 104, patience_s=3)[1] == 8


def test_a_wiped_column_is_as_new() -> None:
    into = ring()
    write(into, 100, 2, 7)
    into.wipe(2)
    assert into.sums("sent", end_s=100, width_s=10)[2] == 0
    assert into.latest[2] == -1


def test_columns_given_back_are_used_again() -> None:
    names: Names[str] = Names()
    assert [names.take(key) for key in "abc"] == [0, 1, 2]
    names.release("b")
    assert names.take("d") == 1
    assert (len(names), names.number("b"), names.take("a")) == (3, None, 0)
