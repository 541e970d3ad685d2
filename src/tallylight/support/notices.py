"""What customers and owners are told by mail, each in their own language and time zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Role
from tallylight.channels import api as channels
from tallylight.channels.api import Contact
from tallylight.escalation import api as escalation
from tallylight.escalation.api import Occasion
from tallylight.incidents.api import IncidentCard
from tallylight.notify import api as notify
from tallylight.support import entries
from tallylight.support.models import Entry, Offer, Ticket
from tallylight.support.states import Channel
from tallylight.support.subjects import PREFIXES

#: Whoever chats reads an answer where they chat; the mail waits so long for them to read it there.
HELD_FOR = timedelta(minutes=3)
#: So long after their last words by chat somebody is taken to be chatting.
CHATS = timedelta(hours=1)


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
        held = now + HELD_FOR if _chats(ticket, person, now=now) else None
        _send(
            "words",
            ticket,
            person,
            key=str(entry.id),
            now=now,
            not_before=held,
            in_chat=True,
            author=author,
            words=entry.text,
        )


def words_key(ticket_id: UUID, entry_id: UUID, person_id: UUID) -> str:
    """What the mail is called that brings an entry's words to somebody."""
    return f"ticket:{ticket_id}:words:{entry_id}:{person_id}"


def _chats(ticket: Ticket, person: PersonCard, *, now: datetime) -> bool:
    """Whether somebody's last words on the ticket came by our own chat, not long ago."""
    last = _last_words(ticket, person)
    return last is not None and last.channel == Channel.CHAT and now - last.at < CHATS


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


def announce_task(
    ticket: Ticket, person: PersonCard, *, task: str, by: str, due_at: datetime | None, key: str, now: datetime
) -> None:
    """Tell somebody of the desk that they have a task."""
    _send("task", ticket, person, key=key, now=now, task=task, by=by, due_at=due_at)


def announce_task_due(ticket: Ticket, person: PersonCard, *, task: str, key: str, now: datetime) -> None:
    """Remind somebody of their task, once."""
    _send("task_due", ticket, person, key=key, now=now, task=task)


def announce_rise(ticket: Ticket, occasion: Occasion, manager: PersonCard, *, now: datetime) -> None:
    """Tell a manager of what would bring a ticket up its ladder if it had one."""
    with translation.override(manager.locale):
        because = escalation.cause_sentence(occasion.cause, by=occasion.by, reason=occasion.reason)
    _send("rises", ticket, manager, key=occasion.key, now=now, because=because)


def announce_has_it(ticket: Ticket, person_id: UUID, name: str, *, now: datetime) -> None:
    """Tell the customer who has the ticket in hand now, where that is somebody else than they were told."""
    for person in accounts.members_of(ticket.organisation_id):
        _send("has_it", ticket, person, key=f"{person_id}:{now.isoformat()}", now=now, name=name)


def announce_more_asked(
    ticket: Ticket, owner: PersonCard | None, *, by: str, reason: str, called: list[str], now: datetime
) -> None:
    """Tell the customer's people whom their wish for escalation brought it to, and the owner that they have it."""
    key, people = now.isoformat(), ", ".join(called)
    for person in accounts.members_of(ticket.organisation_id):
        _send("more_asked", ticket, person, key=key, now=now, people=people)
    if owner:
        _send("more_asked_owner", ticket, owner, key=key, now=now, by=by, reason=reason, people=people)


def announce_received(ticket: Ticket, person: PersonCard, refused: list[str], *, now: datetime) -> None:
    """Tell whoever wrote that it came in: as which ticket, what is promised, how to go on."""
    _send("received", ticket, person, key="", now=now, in_chat=True, refused=refused)


def announce_refused(ticket: Ticket, person: PersonCard, refused: list[str], *, key: UUID, now: datetime) -> None:
    """Name the files that were not kept."""
    _send("refused", ticket, person, key=str(key), now=now, refused=refused)


def announce_unknown(item_id: UUID, sender: Contact, message_id: str, *, now: datetime) -> None:
    """Tell a stranger that their message came in, and nothing else."""
    to = notify.Recipient(sender.address, name=sender.name)
    content = notify.compose("support/mail/unknown.txt", to, page=settings.PUBLIC_URL)
    notify.send(
        f"item:{item_id}:unknown",
        to=to,
        content=content,
        now=now,
        about=item_id,
        thread=notify.Thread(answers=message_id),
    )


def _send(
    template: str,
    ticket: Ticket,
    person: PersonCard,
    *,
    key: str,
    now: datetime,
    not_before: datetime | None = None,
    in_chat: bool = False,
    **facts: Any,
) -> None:
    """One message about a ticket: a mail that a customer can answer, beside what they wrote by mail last.

    What answers them (`in_chat`) goes where they spoke last, if that was a service's chat.
    """
    to = notify.Recipient(person.email, person.locale, person.timezone, person.name, person.id)
    last = _last_words(ticket, person)
    thread, subject = _thread(ticket, person, last)
    room = last.facts.get("room", "") if last and in_chat else ""
    content = notify.compose(
        f"support/mail/{template}.txt",
        to,
        ticket=ticket,
        headline=ticket.headline(person.locale),
        page=f"{settings.PUBLIC_URL}/tickets/{ticket.pk}",
        reply_to="" if room else thread.reply_to,
        subject=subject,
        now=now,
        **facts,
    )
    key = f"ticket:{ticket.pk}:{template}:{key}:{person.id}"
    if room:
        notify.answer_in(UUID(room), key, to=to, content=content, now=now, about=ticket.pk)
    else:
        notify.send(key, to=to, content=content, now=now, about=ticket.pk, thread=thread, not_before=not_before)


def _last_words(ticket: Ticket, person: PersonCard) -> Entry | None:
    """What somebody of the customer's said last."""
    if person.role is not Role.MEMBER:
        return None
    return ticket.entries.filter(author_id=person.id, kind=entries.Kind.MESSAGE).order_by("-at", "-id").first()


def _thread(ticket: Ticket, person: PersonCard, last: Entry | None) -> tuple[notify.Thread, str]:
    """Where a mail stands in the reader's mail program, and the subject that keeps it there: theirs, if they wrote by mail last.

    Colleagues get no address to answer to: what they say by mail can't be told from what somebody says in their name.
    """
    if person.role is not Role.MEMBER:
        return notify.Thread(), ""
    reply_to = channels.address_of(ticket.pk)
    if last is None or last.channel != Channel.MAIL:
        return notify.Thread(reply_to), ""
    subject = PREFIXES.sub("", last.facts.get("subject", "")).strip()
    return notify.Thread(reply_to, last.facts.get("message_id", "")), subject
