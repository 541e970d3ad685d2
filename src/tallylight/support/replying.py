"""Use case: somebody says something on a ticket. A customer's word can open it again, or open another one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer
from tallylight.support import closing, merging, notices, opening, promises, silence
from tallylight.support.entries import Kind
from tallylight.support.errors import TicketClosed
from tallylight.support.handling import acknowledge_as, desk_of, held, write_words
from tallylight.support.models import Entry, Ticket
from tallylight.support.states import PENDING, Channel, Happening, State


@transaction.atomic
def say(
    viewer: Viewer,
    ticket_id: UUID,
    text: str,
    *,
    channel: Channel,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> UUID:
    """Add somebody's words and bring them to the other side by mail; `ticket_of` tells where they stand.

    The staff's words are news to the customer, and taking the word takes the ticket in hand. A customer's words on a resolved or
    closed ticket open it again within the provider's period; later they open a new one that follows it. Raises TicketClosed for
    the staff's words on a closed ticket, NotFound. `facts` are what is known of the words beside them.
    """
    ticket = _where_it_goes_on(viewer, held(viewer, ticket_id))
    if viewer.is_provider:
        return _staff_says(viewer, ticket, text, channel=channel, now=now)
    return _customer_says(viewer, ticket, text, facts or {}, channel=channel, now=now)


def heard(ticket: Ticket, *, now: datetime) -> None:
    """The customer said something: what was over is open again, what waited for it goes on. The caller holds the row."""
    if ticket.state not in PENDING:
        closing.reopen(ticket, now=now)
    promises.note(ticket, Happening.HEARD, at=now)
    silence.keep(ticket, now=now)
    ticket.save()


def ticket_of(viewer: Viewer, entry_id: UUID) -> UUID:
    """On which ticket an entry stands. Raises NotFound."""
    entry = Entry.objects.filter(pk=entry_id).first()
    return Ticket.objects.get_visible(viewer, entry.ticket_id if entry else entry_id).pk


def _where_it_goes_on(viewer: Viewer, ticket: Ticket) -> Ticket:
    """Words on a merged ticket stand where its conversation went."""
    return held(viewer, merging.survivor(ticket).pk) if ticket.merged_into_id else ticket


def _staff_says(viewer: Viewer, ticket: Ticket, text: str, *, channel: Channel, now: datetime) -> UUID:
    if ticket.state == State.CLOSED:
        raise TicketClosed(number=ticket.number)
    entry = write_words(ticket, Kind.MESSAGE, viewer, text, channel=channel, now=now)
    acknowledge_as(ticket, viewer.person_id, viewer.name, channel=channel, now=now)
    promises.note(ticket, Happening.NEWS, at=now)
    ticket.save()
    notices.announce_words(ticket, entry, accounts.members_of(ticket.organisation_id), viewer.name, now=now)
    return entry.pk


def _customer_says(
    viewer: Viewer, ticket: Ticket, text: str, facts: Mapping[str, Any], *, channel: Channel, now: datetime
) -> UUID:
    if closing.is_over(ticket, now=now):
        return _begin_again(viewer, ticket, text, facts, channel=channel, now=now)
    entry = write_words(ticket, Kind.MESSAGE, viewer, text, channel=channel, now=now, facts=facts)
    heard(ticket, now=now)
    notices.announce_words(ticket, entry, desk_of(ticket), viewer.name, now=now)
    return entry.pk


def _begin_again(
    viewer: Viewer, old: Ticket, text: str, facts: Mapping[str, Any], *, channel: Channel, now: datetime
) -> UUID:
    """The matter is over for too long: these words are the first of another ticket. Two at once open one each."""
    fresh = opening.follow_up(viewer, old, text, channel=channel, now=now, facts=facts)
    return fresh.entries.get(kind=Kind.MESSAGE).pk
