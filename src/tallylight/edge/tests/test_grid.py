from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from tallylight.edge.grid import MAX_WAKES, Grid
from tallylight.kernel.chance import generator

S = 1_000_000_000


def run(grid: Grid[str], until_ns: int) -> dict[str, list[int]]:
    sent: dict[str, list[int]] = defaultdict(list)
    while (taken := grid.take(until_ns)) is not None:
        due, items = taken
        for item in items:
            sent[item].append(due)
    return sent


def test_every_path_is_due_exactly_once_a_period() -> None:
    grid: Grid[str] = Grid(pps=10, epoch_ns=5, generator=generator(1))
    for name in "abcdefg":
        grid.add(name)
    for instants in run(grid, 10 * S).values():
        assert {b - a for a, b in pairwise(instants)} == {S // 10}
        assert len(instants) == 100


def test_phases_differ_between_nodes_and_wake_ups_are_bounded() -> None:
    phases = set()
    for seed in range(20):
        grid: Grid[str] = Grid(pps=10, epoch_ns=0, generator=generator(seed))
        for number in range(200):
            grid.add(str(number))
        instants = {due for dues in run(grid, S - 1).values() for due in dues}
        assert len(instants) <= MAX_WAKES
        phases |= {due % (S // 10) for due in instants}
    assert len(phases) == 20 * MAX_WAKES // 10


def test_after_a_stall_what_was_due_is_handed_out_with_the_instants_it_was_due_at() -> None:
    grid: Grid[str] = Grid(pps=10, epoch_ns=0, generator=generator(3))
    grid.add("a")
    first = grid.due_ns()
    assert grid.take(first - 1) is None
    assert run(grid, first + S)["a"] == [first + n * S // 10 for n in range(11)]


def test_what_was_due_while_suspended_can_be_left_out() -> None:
    grid: Grid[str] = Grid(pps=10, epoch_ns=0, generator=generator(3))
    grid.add("a")
    grid.skip_to(3600 * S)
    assert 3600 * S <= grid.due_ns() < 3600 * S + S // 10


def test_what_is_removed_is_not_due() -> None:
    grid: Grid[str] = Grid(pps=10, epoch_ns=0, generator=generator(3))
    grid.add("a")
    grid.remove("a")
    grid.remove("a")
    assert run(grid, S) == {}
    assert grid.due_ns() > S
