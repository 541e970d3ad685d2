"""Rules of the replay, over any log: a stricter draft never breaks less; its levels follow the facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallylight.clocks.api import ClockEvent, Kind
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, IncidentFacts, Level, Metric, Promised
from tallylight.contracts.tests.samples import STARTER
from tallylight.incidents.api import Known, PastIncident
from tallylight.replay.cases import cases_of
from tallylight.replay.levels import levels_under
from tallylight.replay.values import Outcome
from tallylight.support.api import Done, PastTicket, Promise

T0 = datetime(2026, 11, 3, 2, tzinfo=UTC)
NOW = T0 + timedelta(days=3)
MINUTE = timedelta(minutes=1)
BASE = contracts.read(STARTER)
ID = uuid5(NAMESPACE_URL, "ticket")

minutes = st.integers(1, 3000).map(lambda count: count * MINUTE)


@st.composite
def tickets(draw: st.DrawFn) -> PastTicket:
    """A ticket that somebody took, spoke on, mended; each or none of it, at any time."""
    taken, mended = draw(st.none() | minutes), draw(st.none() | minutes)
    news = sorted(draw(st.lists(minutes, max_size=4)))
    ends = [ClockEvent(Kind.SATISFIED, T0 + mended)] if mended else []
    start = ClockEvent(Kind.STARTED, T0)
    response = [ClockEvent(Kind.SATISFIED, T0 + taken, "console")] if taken else []
    happened = {
        Promise.RESPONSE: [start, *response, *ends],
        Promise.UPDATE: [start, *(ClockEvent(Kind.ANSWERED, T0 + at) for at in news), *ends],
        Promise.MITIGATION: [start, *ends],
        Promise.RESOLUTION: [start, *ends],
    }
    return PastTicket(
        id=ID, number="T-00001", headline="", incident=ID, opened_at=T0, resolved_at=T0 + mended if mended else None,
        level=draw(st.sampled_from(Level)), first=Level.FAULT, raised=(), happened=happened,
        done=Done(T0 + taken if taken else None),
        support=BASE.support_at(Level.FAULT), clocks={},
    )  # fmt: skip


def with_targets(share: float) -> Agreement:
    """The starter contract with every support target times `share`."""
    levels = tuple(
        replace(each, response=each.response * share, update=each.update * share, resolution=each.resolution * share)
        for each in BASE.support
    )
    return replace(BASE, support=levels)


def incident(*known: tuple[int, dict[Metric, float], int, Level]) -> PastIncident:
    """An incident in Singapore; each step: minutes after the opening, worst figures, nodes, the level of that time."""
    steps = tuple(
        Known(T0 + at * MINUTE, IncidentFacts(worst, nodes, 1, 0), level) for at, worst, nodes, level in known
    )
    return PastIncident(ID, "INC-00001", "ap-southeast", T0, covered=True, known=steps)


@settings(deadline=None, max_examples=80)
@given(tickets(), st.floats(0.05, 1.0), st.floats(0.05, 1.0))
def test_shorter_targets_never_break_fewer_promises(ticket: PastTicket, one: float, other: float) -> None:
    strict, mild = sorted((one, other))
    found = [
        {case.clock: case.draft for case in cases_of(with_targets(share), ticket, None, now=NOW)[0]}
        for share in (strict, mild)
    ]
    for clock, mildly in found[1].items():
        strictly = found[0][clock]
        assert mildly
        assert strictly
        assert len(strictly.late_at) >= (1 if mildly.outcome is Outcome.BROKEN else 0)
        if mildly.outcome is Outcome.BROKEN:
            assert strictly.outcome is Outcome.BROKEN


@given(tickets(), st.integers(0, 600))
def test_a_ticket_is_raised_when_it_heard_of_it_and_not_after_it_was_mended(ticket: PastTicket, after: int) -> None:
    grew = incident((0, {Metric.DEAD: 2000.0}, 1, Level.FAULT), (after, {Metric.DEAD: 2000.0}, 2, Level.MAJOR))
    found = levels_under(BASE, ticket, grew)
    mended = ticket.resolved_at is not None and ticket.resolved_at < T0 + after * MINUTE
    assert found[0].at == T0
    assert found[-1].level is (Level.FAULT if mended else Level.MAJOR)
    assert [each.at for each in found] == sorted({each.at for each in found})


def test_the_instant_of_a_raise_is_the_tickets_own() -> None:
    ticket = replace(_ticket(), raised=((T0 + 7 * MINUTE, Level.MAJOR),))
    grew = incident((0, {Metric.DEAD: 2000.0}, 1, Level.FAULT), (5, {Metric.DEAD: 2000.0}, 2, Level.MAJOR))
    assert [(each.at, each.level) for each in levels_under(BASE, ticket, grew)] == [
        (T0, Level.FAULT),
        (T0 + 7 * MINUTE, Level.MAJOR),
    ]


def test_a_draft_that_leaves_the_region_promises_nothing_there() -> None:
    seen = incident((0, {Metric.LATENCY: 300.0}, 1, Level.FAULT))
    assert levels_under(replace(BASE, regions=("us-east",)), _ticket(), seen) == []


@pytest.mark.parametrize(("mended", "outcome"), [(20, Outcome.KEPT), (90, Outcome.UNKNOWN)])
def test_mitigation_that_nobody_watched_for_is_proved_by_mending_only(mended: int, outcome: Outcome) -> None:
    end = ClockEvent(Kind.SATISFIED, T0 + mended * MINUTE)
    happened = {promise: [*events, end] for promise, events in _ticket().happened.items()}
    levels = tuple(replace(each, mitigation=60 * MINUTE) for each in BASE.support)
    draft = replace(BASE, support=levels)
    cases, _ = cases_of(draft, replace(_ticket(), happened=happened), None, now=NOW)
    side = next(case.draft for case in cases if case.clock is Promised.MITIGATION)
    assert side
    assert side.outcome is outcome
    assert side.late_at == ()


def _ticket() -> PastTicket:
    start = ClockEvent(Kind.STARTED, T0)
    return PastTicket(
        id=ID, number="T-00001", headline="", incident=ID, opened_at=T0, resolved_at=None, level=Level.MAJOR,
        first=Level.MAJOR, raised=(),
        happened={promise: [start] for promise in Promise}, done=Done(None), support=BASE.support_at(Level.MAJOR), clocks={},
    )  # fmt: skip
