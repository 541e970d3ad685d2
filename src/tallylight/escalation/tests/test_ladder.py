from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tallylight.escalation.ladder import Ladder, Rung, from_facts, in_order, next_at, next_step, pulled_forward, resumed

START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
instants = st.timedeltas(timedelta(0), timedelta(days=3)).map(lambda since: START + since)
rungs = st.builds(
    Rung,
    name=st.sampled_from(["frontline", "expert", "manager"]),
    role=st.sampled_from(["agent", "engineer", "manager"]),
    channels=st.sampled_from([("mail",), ("mail", "sms")]),
    due_at=instants,
    person=st.none() | st.just("manager@tallylight.example"),
)
ladders = st.lists(rungs, max_size=6).map(in_order)


def _climb(ladder: Ladder, taken: int, now: datetime) -> int:
    while next_step(ladder, taken, now=now):
        taken += 1
    return taken


@given(ladder=ladders, looks=st.lists(instants, max_size=12))
def test_however_often_one_looks_each_rung_is_taken_once_and_in_order(ladder: Ladder, looks: list[datetime]) -> None:
    """Many looks come to the same as one look at the last of them."""
    taken = 0
    for now in sorted(looks):
        taken = _climb(ladder, taken, now)
    assert taken == (_climb(ladder, 0, max(looks)) if looks else 0)
    assert all(rung.due_at <= max(looks) for rung in ladder[:taken])


@given(ladder=ladders, now=instants)
def test_what_follows_is_never_due_already(ladder: Ladder, now: datetime) -> None:
    taken = _climb(ladder, 0, now)
    following = next_at(ladder, taken)
    assert following is None if taken == len(ladder) else following is not None and following > now


@given(ladder=ladders)
def test_a_ladder_reads_as_it_was_written(ladder: Ladder) -> None:
    assert from_facts([rung.facts() for rung in ladder]) == ladder


@given(ladder=ladders, step=st.integers(0, 6), to=instants)
def test_a_rung_is_pulled_forward_but_never_pushed_back(ladder: Ladder, step: int, to: datetime) -> None:
    after = pulled_forward(ladder, step, to=to)
    for index, (old, new) in enumerate(zip(ladder, after, strict=True)):
        assert new.due_at == (min(old.due_at, to) if index == step else old.due_at)


@given(ladder=ladders.filter(bool), data=st.data(), at=instants)
def test_a_ladder_that_goes_on_keeps_its_distances_and_ends_with_its_last_rung(
    ladder: Ladder, data: st.DataObject, at: datetime
) -> None:
    taken = data.draw(st.integers(0, len(ladder)))
    left = resumed(ladder, taken, at=at)
    assert left[0].due_at == at
    assert [rung.name for rung in left] == [rung.name for rung in (ladder[taken:] or ladder[-1:])]
    assert left[-1].due_at - at == ladder[-1].due_at - ladder[min(taken, len(ladder) - 1)].due_at
