"""Which promises of a ticket were broken: read off its clocks, written down once each, and told to the rooms above.

Clocks are read anew each time, so that what is written down follows what is known: where it turns out later that a promise was
kept (a recovery is measured before it is heard of), its breach is withdrawn, in the open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from tallylight.clocks.api import Reading, State
from tallylight.kernel.events import ClockBreached, ClockBreachWithdrawn, publish
from tallylight.support.models import Breach, Ticket
from tallylight.support.states import Promise

#: Where a promise can still be broken by time alone.
RUNNING = (State.RUNNING, State.PAUSED)
#: Where what was promised has not come.
OWING = (*RUNNING, State.OVERDUE)


def broken(reading: Reading) -> Iterator[datetime]:
    """When what the clock saw broken was due: once a round, by the first target that was broken in it. Pure."""
    for each in reading.earlier:
        if each.late and each.due_at:
            yield each.due_at
    before = next((each.due_at for each in reading.earlier_targets if each.broken), None)
    due = reading.due_at if reading.state in (State.OVERDUE, State.MISSED) else None
    if before or due:
        yield before or due  # type: ignore[misc]  # one of them is there


def next_due(readings: Mapping[Promise, Reading]) -> datetime | None:
    """When the next promise can be broken; None while none can. Pure."""
    return min((each.due_at for each in readings.values() if each.state in RUNNING and each.due_at), default=None)


def owed(readings: Mapping[Promise, Reading]) -> tuple[Promise, datetime] | None:
    """What is or was due first of all that has not come, and when; None while nothing is. Pure."""
    dues = [(promise, each.due_at) for promise, each in readings.items() if each.state in OWING and each.due_at]
    return min(dues, key=lambda each: each[1], default=None)


def keep(ticket: Ticket, readings: Mapping[Promise, Reading], *, now: datetime) -> None:
    """Write down what is broken now, withdraw what is not after all. Needs a transaction that holds the ticket."""
    found = {(promise, due) for promise, reading in readings.items() for due in broken(reading)}
    known = {(Promise(row.promise), row.due_at): row for row in ticket.breaches.all()}
    for promise, due in sorted(found - known.keys()):
        row = Breach.objects.create(ticket=ticket, promise=promise, due_at=due, level=ticket.level, noted_at=now)
        _tell(row, now=now)
    for place, row in known.items():
        if row.withdrawn is (place in found):
            row.withdrawn, row.news = not row.withdrawn, row.news + 1
            row.save()
            _tell(row, now=now)


def _tell(row: Breach, *, now: datetime) -> None:
    ticket = row.ticket
    if row.withdrawn:
        publish(ClockBreachWithdrawn(ticket.organisation_id, ticket.pk, row.promise, row.due_at, row.news, now))
        return
    publish(
        ClockBreached(
            organisation=ticket.organisation_id,
            subject=ticket.pk,
            case=ticket.number,
            clock=row.promise,
            level=row.level,
            due=row.due_at,
            news=row.news,
            at=now,
        )
    )
