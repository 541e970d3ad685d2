"""How a ticket was cared for, read from its story: who had it, how often it was handed over, how long it lay idle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tallylight.clocks.api import Reading
from tallylight.support import entries, tenure
from tallylight.support.models import Entry, Ticket
from tallylight.support.states import Promise
from tallylight.support.tenure import Owned, Span, Tenure

#: Entries that say whose the ticket is.
OF_OWNERS = (entries.Kind.OPENED, entries.Kind.ASSIGNED)


@dataclass(frozen=True, slots=True)
class Care:
    """`hops`: from one owner to another; `idle`: without a word or a deed of the owner's while the clocks ran."""

    hops: int
    idle: timedelta


def care_of(ticket: Ticket, story: Iterable[Entry], clocks: Mapping[Promise, Reading], *, now: datetime) -> Care:
    """Read off its story and its clocks, up to `now` or to its resolution."""
    story = list(story)
    found = tenure.tenures(_owned(ticket, story), until=ticket.resolved_at or now)
    ran = _ran(ticket, clocks, now=now)
    idle = (tenure.idle(each, _deeds(story, each.owner), ran) for each in found)
    return Care(tenure.hops(found), sum(idle, timedelta(0)))


def tenures_of(ticket: Ticket, *, now: datetime) -> tuple[Tenure, ...]:
    """Who had it, one after the other."""
    return tenure.tenures(_owned(ticket, ticket.entries.filter(kind__in=OF_OWNERS)), until=now)


def _owned(ticket: Ticket, story: Iterable[Entry]) -> list[Owned]:
    """What the story says of owners; the present one from the opening on where it says nothing."""
    said = [
        Owned(each.at, UUID(each.facts["owner_id"]), each.facts.get("team", ""), each.facts.get("hop", True))
        for each in story
        if each.kind in OF_OWNERS and each.facts.get("owner_id")
    ]
    return said or ([Owned(ticket.opened_at, ticket.owner_id)] if ticket.owner_id else [])


def _deeds(story: Iterable[Entry], owner: UUID) -> list[datetime]:
    return [each.at for each in story if each.author_id == owner]


def _ran(ticket: Ticket, clocks: Mapping[Promise, Reading], *, now: datetime) -> list[Span]:
    """When the resolution's clock counted; where nothing is promised, all the time from the opening on."""
    reading = clocks.get(Promise.RESOLUTION)
    if reading is None:
        return [(ticket.opened_at, ticket.resolved_at or now)]
    return [(each.start, each.end) for each in reading.spans if each.counted]
