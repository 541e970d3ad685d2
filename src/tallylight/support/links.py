"""Taking a ticket in hand from the link of a mail: seen first, done on confirmation, so that a mail scanner takes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Role
from tallylight.escalation import api as escalation
from tallylight.notify import api as notify
from tallylight.support.cards import TicketCard, card_of, with_names
from tallylight.support.handling import acknowledge_as
from tallylight.support.models import Ticket
from tallylight.support.states import Channel


@dataclass(frozen=True, slots=True)
class LinkCard:
    """What a link would do: in whose name, on which ticket, and whether (`pending`) confirming would still do anything."""

    ticket: TicketCard
    person: PersonCard
    pending: bool


def look(token: str, *, now: datetime) -> LinkCard:
    """What the link means; changes nothing. Raises LinkRefused, LinkExpired."""
    person, ticket_id = _read(token, now=now)
    ticket = with_names().filter(pk=ticket_id).first()
    if ticket is None:
        raise notify.LinkRefused
    card = card_of(ticket)
    climbs = any(each.state is escalation.State.RUNNING for each in escalation.of_subject(ticket_id))
    pending = card.pending and (card.acknowledged_at is None or climbs) and not notify.is_used(token)
    return LinkCard(card, person, pending=pending)


@transaction.atomic
def take(token: str, *, now: datetime) -> LinkCard:
    """Acknowledge in the name of whom the link was sent to; a link does so once. Raises LinkRefused, LinkExpired."""
    person, ticket_id = _read(token, now=now)
    ticket = Ticket.objects.select_for_update().filter(pk=ticket_id).first()
    if ticket is None:
        raise notify.LinkRefused
    if notify.use_link(token, now=now):
        acknowledge_as(ticket, person.id, person.name, channel=Channel.MAIL_LINK, now=now)
    return look(token, now=now)


def _read(token: str, *, now: datetime) -> tuple[PersonCard, UUID]:
    """The link's person, who must still be of the staff, and its subject."""
    grant = notify.read_link(token, escalation.ACKNOWLEDGE, now=now)
    person = accounts.person(grant.person_id)
    if person is None or person.role is Role.MEMBER:
        raise notify.LinkRefused
    return person, grant.subject
