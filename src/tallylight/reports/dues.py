"""From what the clocks of tickets say to the support promises that were due in a time, kept or broken. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from tallylight.clocks.api import Reading, State
from tallylight.contracts.api import Level, Promised
from tallylight.reports.month import Due
from tallylight.sla.api import Miss
from tallylight.support.api import PastTicket

#: How a promise stands whose instant has come.
DECIDED = {State.MET: True, State.MISSED: False, State.OVERDUE: False}


def dues_between(tickets: Iterable[PastTicket], start: datetime, end: datetime) -> tuple[Due, ...]:
    """Every promise of the tickets that was due within `[start, end)`, in the order in which they were due.

    A promise that was kept early counts where it was due; an update counts each time one was owed.
    """
    found = [
        due
        for ticket in tickets
        for promise, reading in ticket.clocks.items()
        for due in _of_clock(ticket, Promised(promise.value), reading)
        if start <= due.due_at < end
    ]
    return tuple(sorted(found, key=_order))


def with_misses(dues: Iterable[Due], misses: Iterable[Miss]) -> tuple[Due, ...]:
    """The same with every broken promise that the month counts: a credit never rests on one that the report leaves out."""
    found = list(dues)
    known = {(due.case, due.clock, due.due_at) for due in found if not due.kept}
    found += [
        Due(miss.case, miss.level, miss.clock, miss.at, None, kept=False)
        for miss in misses
        if (miss.case, miss.clock, miss.at) not in known
    ]
    return tuple(sorted(found, key=_order))


def _order(due: Due) -> tuple[datetime, str, str]:
    return due.due_at, due.case, due.clock


def _of_clock(ticket: PastTicket, clock: Promised, reading: Reading) -> Iterator[Due]:
    """One promise a round: where a target was broken and then changed, the round counts as broken where that was due."""
    for earlier in reading.earlier:
        if earlier.due_at:
            yield _due(ticket, clock, earlier.due_at, earlier.answered_at, kept=not earlier.late)
    broken_before = next((each.due_at for each in reading.earlier_targets if each.broken), None)
    if broken_before:
        yield _due(ticket, clock, broken_before, reading.answered_at, kept=False)
    elif reading.state in DECIDED and reading.due_at:
        yield _due(ticket, clock, reading.due_at, reading.answered_at, kept=DECIDED[reading.state])


def _due(ticket: PastTicket, clock: Promised, due_at: datetime, came_at: datetime | None, *, kept: bool) -> Due:
    return Due(ticket.number, _level_at(ticket, due_at), clock, due_at, came_at, kept)


def _level_at(ticket: PastTicket, at: datetime) -> Level:
    """How grave the ticket was at an instant."""
    return [ticket.first, *(level for since, level in ticket.raised if since <= at)][-1]
