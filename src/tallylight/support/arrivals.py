"""Placing what came in from outside: on the ticket that it answers, on a new one, or before people.

Which ticket a message belongs to, in this order: the one that the address it was sent to names by our token; the one that a mail
of ours was about which it answers; the one whose number stands in its subject; one of the same person's with the same subject.
The last two only for a sender who is known and belongs to that ticket's customer. What was over for too long is not opened
again: a new ticket begins and follows it.

Nothing of this proves who wrote it. A stranger's words join the ticket for the desk's eyes only until somebody says who that is;
nothing is ever sent to a stranger but one confirmation that their message came in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import translation

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer
from tallylight.channels import api as channels
from tallylight.channels.api import Automatic, Call, CallEnd, Contact, Taken
from tallylight.contracts.api import Level
from tallylight.support import entries, handling, notices, replying
from tallylight.support.models import Entry, Ticket
from tallylight.support.opening import open_ticket
from tallylight.support.states import PENDING, Channel, State
from tallylight.support.subjects import PREFIXES, bare_subject

log = structlog.get_logger(__name__)

#: How long after it was opened a ticket is found by its subject alone.
SAME_SUBJECT = timedelta(days=30)
#: How long after somebody's last word in a chat the next one is about the same.
SAME_CHAT = timedelta(days=3)
NUMBER = re.compile(r"\bT-(\d{1,18})\b", re.IGNORECASE)
TITLE = 200


class Because(StrEnum):
    """Why a message is on the ticket on which it is."""

    TOKEN = "token"  # noqa: S105 - no secret
    REFERENCES = "references"
    NUMBER = "number"
    SUBJECT = "subject"
    CHAT = "chat"
    CALL = "call"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Match:
    """The ticket that a message belongs to, and why."""

    ticket: Ticket
    because: Because


def place(item_id: UUID, *, now: datetime) -> None:
    """Place one received item, once. What can't be placed is set aside and holds up nothing. Harmless when repeated."""
    try:
        with transaction.atomic():
            taken = channels.take_in(item_id)
            if taken is not None:
                _place(taken, now=now)
    except (OperationalError, InterfaceError):
        raise  # the database is away: tried again by whoever called
    except Exception as fault:
        log.exception("item set aside", item=str(item_id))
        channels.set_aside(item_id, channels.Why.FAILED, f"{type(fault).__name__}: {fault}", now=now)


def _place(taken: Taken, *, now: datetime) -> None:
    match = _named(taken) or _of_the_sender(taken, now=now)
    if taken.read.automatic is Automatic.REPLY:
        _automatic(taken, match, now=now)
    elif match and not _belongs(taken.author, match.ticket):
        _from_a_stranger(taken, match, now=now)
    elif taken.author is None or taken.author.is_provider:
        _whose(taken, now=now)
    elif taken.read.call and not _rang_in_vain(taken.read.call):
        _log_call(taken, taken.read.call, match, now=now)
    elif match:
        _join(taken, taken.author, match, now=now)
    else:
        _open(taken, taken.author, now=now)


def _named(taken: Taken) -> Match | None:
    """The ticket that the message names by our own token, or by a mail of ours."""
    found = Ticket.objects.in_bulk(list(taken.about))
    for each in taken.about:
        if each in found:
            because = Because.TOKEN if each == taken.read.conversation else Because.REFERENCES
            return Match(found[each], because)
    return None


def _of_the_sender(taken: Taken, *, now: datetime) -> Match | None:
    """The ticket that a known customer seems to mean, among their own."""
    if taken.author is None or taken.author.is_provider:
        return None
    own = Ticket.objects.filter(organisation_id=taken.author.organisation_id)
    if taken.read.channel != channels.MAIL:
        return _spoken_of(taken, taken.author, own, now=now)
    numbers = [int(each) for each in NUMBER.findall(taken.read.subject)]
    numbered = own.filter(serial__in=numbers).order_by("-opened_at").first() if numbers else None
    if numbered:
        return Match(numbered, Because.NUMBER)
    recent = own.exclude(state=State.CLOSED).filter(opened_at__gt=now - SAME_SUBJECT)
    mine = recent.filter(opened_by_id=taken.author.person_id).order_by("-opened_at")[:50]
    topic = bare_subject(taken.read.subject)
    same = next((each for each in mine if topic and bare_subject(each.title) == topic[:TITLE]), None)
    return Match(same, Because.SUBJECT) if same else None


def _spoken_of(taken: Taken, author: Viewer, own: QuerySet[Ticket], *, now: datetime) -> Match | None:
    """By telephone the caller's ticket that is open; in a chat the one about which they spoke there lately."""
    if taken.read.call:
        theirs = own.filter(Q(opened_by_id=author.person_id) | Q(entries__author_id=author.person_id))
        found = theirs.filter(state__in=PENDING).order_by("-opened_at").first()
        return Match(found, Because.CALL) if found else None
    said = Entry.objects.filter(ticket__in=own.exclude(state=State.CLOSED), author_id=author.person_id)
    last = said.filter(facts__chat=_chat(taken), at__gt=now - SAME_CHAT).order_by("-at", "-id").first()
    return Match(last.ticket, Because.CHAT) if last else None


def _chat(taken: Taken) -> str:
    """Which chat it was said in, among all."""
    return f"{taken.account}:{taken.chat}"


def _rang_in_vain(call: Call) -> bool:
    """Whether a customer waits to be called back."""
    return call.end is CallEnd.MISSED and not call.ours


def _log_call(taken: Taken, call: Call, match: Match | None, *, now: datetime) -> None:
    """A call of which nobody has to do anything stands on the caller's open ticket; note and recording are for the desk."""
    if match is None:
        channels.ignore(taken.id, channels.Why.CALL, now=now)
        return
    key, answered = str(taken.id), call.end is CallEnd.ANSWERED
    facts: dict[str, Any] = {
        "number": call.number,
        "seconds": call.seconds,
        "ours": call.ours,
        "answered": answered,
    }
    entries.write(match.ticket, entries.Kind.CALLED, now, key=key, channel=Channel.PHONE, **facts)
    for_desk = "\n".join(each for each in (call.note, call.recording) if each)
    if for_desk:
        entries.write(
            match.ticket, entries.Kind.NOTE, now, key=key, channel=Channel.PHONE, internal=True, text=for_desk
        )
    channels.routed(taken.id, match.ticket.pk, now=now)


def _belongs(author: Viewer | None, ticket: Ticket) -> bool:
    return author is not None and not author.is_provider and author.organisation_id == ticket.organisation_id


def _automatic(taken: Taken, match: Match | None, *, now: datetime) -> None:
    """Somebody's vacation notice: the desk sees it on its ticket, and nobody is told."""
    if match:
        _write_for_desk(taken, match, now=now)
    channels.ignore(taken.id, channels.Why.AUTO_REPLY, now=now, subject_id=match.ticket.pk if match else None)


def _from_a_stranger(taken: Taken, match: Match, *, now: datetime) -> None:
    entry = _write_for_desk(taken, match, now=now)
    channels.routed(taken.id, match.ticket.pk, now=now)
    notices.announce_words(match.ticket, entry, handling.desk_of(match.ticket), _shown(taken.read.sender), now=now)


def _write_for_desk(taken: Taken, match: Match, *, now: datetime) -> Entry:
    automatic = taken.read.automatic is Automatic.REPLY
    facts = _facts(taken, match.because, now=now) | {"unverified": not automatic, "automatic": automatic}
    return handling.write_unconfirmed(match.ticket, _words(taken), facts, now=now)


def _whose(taken: Taken, *, now: datetime) -> None:
    """Nobody here knows the sender: people say whose it is. The sender hears, at most once ever, that it came in."""
    colleague = taken.author is not None
    channels.ask_whose(taken.id, channels.Why.STAFF if colleague else channels.Why.UNKNOWN_SENDER, now=now)
    sender = taken.read.sender
    if colleague or taken.read.channel != channels.MAIL or channels.was_answered(taken.read.channel, sender.address):
        return
    if channels.may_answer_by_itself(
        taken.read.channel, sender.address, taken.read.automatic, continues=bool(taken.read.references), now=now
    ):
        notices.announce_unknown(taken.id, sender, taken.read.message_id, now=now)


def _join(taken: Taken, author: Viewer, match: Match, *, now: datetime) -> None:
    facts = _facts(taken, match.because, now=now)
    entry = replying.say(author, match.ticket.pk, _words(taken), channel=_channel(taken), now=now, facts=facts)
    ticket = Ticket.objects.get(entries=entry)
    channels.routed(taken.id, ticket.pk, now=now)
    if ticket.pk != match.ticket.pk:
        _confirm(taken, author, ticket, now=now)
    elif _refused(taken) and taken.read.automatic is Automatic.NO:
        notices.announce_refused(ticket, _card(author), _refused(taken), key=taken.id, now=now)


def _open(taken: Taken, author: Viewer, *, now: datetime) -> None:
    facts = _facts(taken, Because.NEW, now=now)
    title = PREFIXES.sub("", taken.read.subject).strip()[:TITLE] or _words(taken)[:80] or taken.read.sender.address
    opened = open_ticket(
        author, title=title, text=_words(taken), level=Level.BASIC, channel=_channel(taken), now=now, facts=facts
    )
    channels.routed(taken.id, opened, now=now)
    _confirm(taken, author, Ticket.objects.get(pk=opened), now=now)


def _confirm(taken: Taken, author: Viewer, ticket: Ticket, *, now: datetime) -> None:
    """Tell whoever wrote which ticket it is, unless a program did, or they were told much already."""
    read = taken.read
    if channels.may_answer_by_itself(read.channel, read.sender.address, read.automatic, continues=False, now=now):
        notices.announce_received(ticket, _card(author), _refused(taken), now=now)


def _refused(taken: Taken) -> list[str]:
    return [each.name for each in taken.files if not each.kept]


def _words(taken: Taken) -> str:
    """What was said; of a call in vain, what it means, in the caller's language."""
    call, author = taken.read.call, taken.author
    if call is None or author is None:
        return taken.read.text.strip()
    with translation.override(author.locale):
        return "\n".join(each for each in (entries.missed_call(call.number), call.note) if each)


def _channel(taken: Taken) -> Channel:
    return {channels.MAIL: Channel.MAIL, channels.PHONE: Channel.PHONE}.get(taken.read.channel, Channel.IM)


def _card(author: Viewer) -> accounts.PersonCard:
    card = accounts.person(author.person_id)
    if card is None:
        raise LookupError("a known sender who can't sign in")
    return card


def _shown(sender: Contact) -> str:
    return f"{sender.name} <{sender.address}>" if sender.name else sender.address


def _facts(taken: Taken, because: Because, *, now: datetime) -> dict[str, Any]:
    """What the ticket keeps of a message beside its words; of a chat also which it was, and where answers go."""
    read, room = taken.read, taken.room(now=now)
    where = {"chat": _chat(taken), "room": str(room) if room else ""} if taken.account else {}
    return where | {
        "item": str(taken.id),
        "because": because.value,
        "from": read.sender.address,
        "from_name": read.sender.name,
        "subject": read.subject,
        "message_id": read.message_id,
        "others": _strangers(read.copied, read.channel),
        "files": [
            {
                "id": str(each.id),
                "name": each.name,
                "media_type": each.media_type,
                "octets": each.octets,
                "sha256": each.sha256,
                "refusal": each.refusal,
            }
            for each in taken.files
        ],
    }


def _strangers(copied: Iterable[Contact], channel: str) -> list[str]:
    """Those of the To and Cc lines who are neither ours nor known."""
    found = [each.address for each in copied if not channels.is_ours(each.address)]
    return [each for each in found if channels.whose(channel, each) is None][:20]
