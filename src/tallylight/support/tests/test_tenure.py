"""Who had it, how often it was handed over, how long it lay idle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tallylight.support.tenure import AT_WORK, Owned, Span, Tenure, had_before, hops, idle, tenures

START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANA, WEI, BEN = (UUID(int=each) for each in range(3))

minutes = st.integers(0, 600).map(lambda n: START + n * MINUTE)
stories = st.lists(st.builds(Owned, at=minutes, owner=st.sampled_from([ANA, WEI, BEN])), max_size=8)
deeds = st.lists(minutes, max_size=10)


@st.composite
def runs(draw: st.DrawFn) -> list[Span]:
    """When clocks ran: disjoint, in order."""
    edges = sorted(set(draw(st.lists(minutes, max_size=8))))
    return list(pairwise(edges))[::2]


def length(spans: list[Span]) -> timedelta:
    return sum((end - start for start, end in spans), timedelta(0))


@given(story=stories, until=minutes)
def test_somebody_has_it_at_every_instant_and_never_two(story: list[Owned], until: datetime) -> None:
    found = tenures(story, until=until)
    assert all(before.end == after.start and before.owner != after.owner for before, after in pairwise(found))
    if found:
        assert (found[0].start, found[-1].end) == (min(each.at for each in story), until)
        assert hops(found) == len(found) - 1


@given(story=stories, until=minutes, done=deeds, ran=runs())
def test_idle_time_is_never_more_than_what_the_clocks_ran(
    story: list[Owned], until: datetime, done: list[datetime], ran: list[Span]
) -> None:
    found = tenures(story, until=until)
    lain = sum((idle(each, done, ran) for each in found), timedelta(0))
    assert timedelta(0) <= lain <= length(ran)
    assert lain <= sum((idle(each, [], ran) for each in found), timedelta(0))


@given(ran=runs(), done=deeds, more=minutes)
def test_another_deed_never_makes_a_ticket_more_idle(ran: list[Span], done: list[datetime], more: datetime) -> None:
    whole = Tenure(ANA, "", START, START + 600 * MINUTE)
    before, after = idle(whole, done, ran), idle(whole, [*done, more], ran)
    assert before - AT_WORK <= after <= before


@given(ran=runs())
def test_an_owner_who_does_nothing_leaves_it_idle_all_the_while(ran: list[Span]) -> None:
    assert idle(Tenure(ANA, "", START, START + 600 * MINUTE), [], ran) == length(ran)


def test_a_deed_counts_as_a_quarter_of_an_hour_of_work() -> None:
    hour = [(START, START + 60 * MINUTE)]
    tenure = Tenure(ANA, "", START, START + 60 * MINUTE)
    assert idle(tenure, [START + 10 * MINUTE, START + 20 * MINUTE], hour) == 35 * MINUTE
    assert idle(tenure, [START + 50 * MINUTE], hour) == 50 * MINUTE


def test_whoever_had_it_earlier_had_it_before_and_its_present_owner_did_not() -> None:
    story = [Owned(START, ANA), Owned(START + MINUTE, WEI, "experts"), Owned(START + 2 * MINUTE, BEN)]
    found = tenures(story, until=START + 3 * MINUTE)
    assert had_before(found, [ANA])
    assert had_before(found, [], "experts")
    assert not had_before(found, [BEN], "frontline")
