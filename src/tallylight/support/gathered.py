"""Several tickets at once, for the rooms above: what they are, what was done on them, when their customers wait for news."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from tallylight.accounts import api as accounts
from tallylight.support import entries, notices, promises
from tallylight.support.cards import TicketCard, card_of, with_names
from tallylight.support.handling import acknowledge_as
from tallylight.support.models import Entry, Ticket
from tallylight.support.states import PENDING, Channel, Happening, State

#: Kinds of entries that are words and not deeds.
WORDS = (entries.Kind.MESSAGE, entries.Kind.NOTE)


@dataclass(frozen=True, slots=True)
class DeedCard:
    """Something done on a ticket: `text` is a whole sentence in the active language; `internal` is for the staff only."""

    at: datetime
    kind: str
    text: str
    number: str
    customer: str
    internal: bool


def cards(tickets: Collection[UUID]) -> list[TicketCard]:
    """These tickets, the oldest first, for the system itself."""
    return [card_of(row) for row in with_names().filter(pk__in=tickets).order_by("id")]


def deeds(tickets: Collection[UUID], *, most: int) -> list[DeedCard]:
    """What was done on these tickets, in order, the latest `most` of it."""
    rows = Entry.objects.filter(ticket__in=tickets).exclude(kind__in=WORDS).select_related("ticket__organisation")
    found = [
        DeedCard(
            row.at,
            row.kind,
            entries.sentence(row.kind, row.facts, row.text),
            row.ticket.number,
            row.ticket.organisation.name,
            row.internal,
        )
        for row in rows.order_by("-at", "-id")[:most]
    ]
    return found[::-1]


def news_due(tickets: Collection[UUID]) -> datetime | None:
    """When the first of these tickets' customers is promised news next; None if none is."""
    rows = Ticket.objects.filter(pk__in=tickets, state__in=PENDING)
    due: datetime | None = rows.aggregate(first=Min("news_due_at"))["first"]
    return due


@transaction.atomic
def tell(ticket_id: UUID, text: str, *, by: UUID, name: str, key: str, now: datetime) -> bool:
    """The staff's words to a ticket's customer from elsewhere than its page: once for each `key`, else like `say`.

    `by` is whoever says it, called `name`. False if it was said before, or the ticket is closed.
    """
    ticket = Ticket.objects.select_for_update().get(pk=ticket_id)
    named = f"{entries.Kind.MESSAGE}:{key}"
    if ticket.state == State.CLOSED or ticket.entries.filter(key=named).exists():
        return False
    entry = Entry.objects.create(
        ticket=ticket, key=named, at=now, kind=entries.Kind.MESSAGE, author_id=by, channel=Channel.CONSOLE, text=text
    )
    acknowledge_as(ticket, by, name, channel=Channel.CONSOLE, now=now)
    promises.note(ticket, Happening.NEWS, at=now)
    ticket.save()
    notices.announce_words(ticket, entry, accounts.members_of(ticket.organisation_id), name, now=now)
    return True


def note_report(ticket_id: UUID, *, path: str, now: datetime) -> None:
    """The ticket's story says that a report on its incident can be read at `path`. Harmless when repeated."""
    ticket = Ticket.objects.get(pk=ticket_id)
    entries.write(ticket, entries.Kind.REPORTED, now, key=path, path=path)
