"""What customers and owners are told by mail, each in their own language and time zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard
from tallylight.incidents.api import IncidentCard
from tallylight.notify import api as notify
from tallylight.support import entries
from tallylight.support.models import Entry, Offer, Ticket


def announce_opening(ticket: Ticket, incident: IncidentCard, owner: PersonCard | None, *, now: datetime) -> None:
    """Tell the customer that we saw it first: what it is, who has it, until when."""
    for person in accounts.members_of(ticket.organisation_id):
        _send(
            "opened",
            ticket,
            person,
            key="",
            now=now,
            incident=incident,
            owner=owner,
        )


def announce_recovery(ticket: Ticket, explanation: Entry, *, now: datetime) -> None:
    """Tell the customer that it is over, what it was, and where to see what follows for the bill."""
    for person in accounts.members_of(ticket.organisation_id):
        with translation.override(person.locale), timezone.override(ZoneInfo(person.timezone)):
            said = entries.sentence(explanation.kind, explanation.facts, "")
        _send(
            "recovered",
            ticket,
            person,
            key="",
            now=now,
            explanation=said,
            service=f"{settings.PUBLIC_URL}/service",
        )


def announce_words(ticket: Ticket, entry: Entry, readers: Iterable[PersonCard], author: str, *, now: datetime) -> None:
    """Bring somebody's words on the ticket to those they are meant for."""
    for person in readers:
        _send("words", ticket, person, key=str(entry.id), now=now, author=author, words=entry.text)


def announce_owner(ticket: Ticket, owner: PersonCard, *, by: str, reason: str, now: datetime) -> None:
    """Tell somebody that a ticket is theirs now, without having been asked."""
    _send("assigned", ticket, owner, key=f"{owner.id}:{now.isoformat()}", now=now, by=by, reason=reason)


def announce_offer(ticket: Ticket, offer: Offer, person: PersonCard, *, by: str, now: datetime) -> None:
    """Ask somebody whether they take a ticket, until when, and why."""
    _send("offered", ticket, person, key=str(offer.pk), now=now, by=by, offer=offer)


def announce_taken(ticket: Ticket, giver: PersonCard, *, by: str, now: datetime) -> None:
    """Tell whoever offered a ticket that it was accepted."""
    _send("taken", ticket, giver, key=now.isoformat(), now=now, by=by)


def announce_return(
    ticket: Ticket, offer: Offer, people: Iterable[PersonCard], *, declined_by: str, now: datetime
) -> None:
    """Tell the owner that an offer came back: declined by somebody, or by nobody's answer."""
    for person in people:
        _send("returned", ticket, person, key=str(offer.pk), now=now, offer=offer, declined_by=declined_by)


def announce_mention(ticket: Ticket, entry: Entry, person: PersonCard, author: str, *, now: datetime) -> None:
    """Tell somebody of the desk that a note calls them."""
    _send("mentioned", ticket, person, key=str(entry.id), now=now, author=author, words=entry.text)


def announce_news_due(ticket: Ticket, owner: PersonCard, *, due_at: datetime, now: datetime) -> None:
    """Remind the owner that the customer waits for news, once for each time they are due."""
    _send("news_due", ticket, owner, key=due_at.isoformat(), now=now, due_at=due_at)


def announce_question(ticket: Ticket, person: PersonCard, *, link: str, now: datetime) -> None:
    """Ask the customer how it went, once."""
    _send("question", ticket, person, key="", now=now, link=link)


def announce_handed_back(ticket: Ticket, offer: Offer, manager: PersonCard, *, now: datetime) -> None:
    """Tell a manager that a ticket without a ladder goes back to people who had it before."""
    _send("handed_back", ticket, manager, key=str(offer.pk), now=now, offer=offer)


def _send(template: str, ticket: Ticket, person: PersonCard, *, key: str, now: datetime, **facts: Any) -> None:
    to = notify.Recipient(person.email, person.locale, person.timezone, person.name, person.id)
    content = notify.compose(
        f"support/mail/{template}.txt",
        to,
        ticket=ticket,
        headline=ticket.headline(person.locale),
        page=f"{settings.PUBLIC_URL}/tickets/{ticket.pk}",
        now=now,
        **facts,
    )
    notify.send(f"ticket:{ticket.pk}:{template}:{key}:{person.id}", to=to, content=content, now=now, about=ticket.pk)
