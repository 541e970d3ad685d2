"""Chat: a way into a ticket's one conversation, for clients that lose their connection and come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tallylight.accounts.api import Viewer
from tallylight.channels import api as channels
from tallylight.channels.api import Upload
from tallylight.contracts.api import Level
from tallylight.kernel.ids import earlier_id
from tallylight.support import entries, replying
from tallylight.support.cards import TicketCard, card_of, with_names
from tallylight.support.errors import NothingSaid
from tallylight.support.models import ChatPost, Entry, Ticket
from tallylight.support.opening import open_ticket
from tallylight.support.states import PENDING, Channel

#: Entries of one answer, at most.
MOST = 200
#: A transaction may commit this long after it took its ids: what is that old is told again, and the client knows it by its id.
OVERLAP = timedelta(seconds=20)
TITLE = 80


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a post."""

    ticket_id: UUID
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said and done on a ticket, in order. `more`: later entries are left for the next question.

    `earlier`: there are entries before the first that this answer leaves out.
    """

    ticket: TicketCard
    entries: tuple[Entry, ...]
    earlier: bool
    more: bool


@transaction.atomic
def post(
    viewer: Viewer,
    client_id: UUID,
    *,
    ticket_id: UUID | None,
    text: str,
    now: datetime,
    uploads: Sequence[Upload] = (),
) -> Posted:
    """Say something on a ticket, or open one with it, exactly once for each of the sender's `client_id`s.

    Words on a ticket that was over for too long open another, which the answer names. A repetition changes nothing, whatever
    it brings, and is answered as the first one was.
    Raises TicketClosed, NotFound, CustomersOnly, FileRefused, TooManyFiles, NothingSaid.
    """
    if not text.strip() and not uploads:
        raise NothingSaid
    row, fresh = ChatPost.objects.get_or_create(sender=viewer.person_id, client_id=client_id)
    if fresh:
        channel = Channel.CONSOLE if viewer.is_provider else Channel.CHAT
        facts = _facts(uploads)
        if ticket_id:
            row.entry_id = replying.say(viewer, ticket_id, text, channel=channel, now=now, facts=facts)
            row.ticket_id = Entry.objects.only("ticket_id").get(pk=row.entry_id).ticket_id
        else:
            row.ticket_id = _open(viewer, text, facts, channel=channel, now=now)
            row.entry_id = Entry.objects.only("pk").get(ticket_id=row.ticket_id, kind=entries.Kind.MESSAGE).pk
        row.save(update_fields=["ticket", "entry"])
    if row.ticket_id is None or row.entry_id is None:
        raise RuntimeError("a post without what became of it")
    return Posted(row.ticket_id, row.entry_id)


def title_of(text: str) -> str:
    """What a matter is called that begins with these words: their first line."""
    line = " ".join(text.strip().splitlines()[0].split()) if text.strip() else ""
    return line if len(line) <= TITLE else line[: TITLE - 1].rstrip() + "…"


def current(viewer: Viewer) -> UUID | None:
    """The open ticket on which the viewer chatted last, if any: further words go there unless they say otherwise."""
    posts = ChatPost.objects.filter(sender=viewer.person_id, entry__ticket__state__in=PENDING)
    visible = posts.filter(entry__ticket__in=Ticket.objects.visible_to(viewer))
    return visible.order_by("-id").values_list("entry__ticket_id", flat=True).first()


def conversation(viewer: Viewer, ticket_id: UUID, *, after: UUID | None = None) -> Conversation:
    """What the viewer may read on the ticket: the latest entries, or those `after` an entry known already.

    What was made shortly before that entry is told again, for it may have become visible only after it. Raises NotFound.
    """
    row = with_names().get_visible(viewer, ticket_id)
    rows = row.entries.select_related("author").order_by("id")
    return told(row, rows if viewer.is_provider else rows.filter(internal=False), after=after)


def told(row: Ticket, rows: QuerySet[Entry], *, after: UUID | None) -> Conversation:
    """The part of `rows`, the entries of a ticket, that is told after the entry `after`."""
    if after is None:
        latest = list(rows.order_by("-id")[: MOST + 1])
        return Conversation(card_of(row), tuple(latest[:MOST][::-1]), earlier=len(latest) > MOST, more=False)
    again = list(rows.filter(id__gte=earlier_id(after, OVERLAP), id__lte=after).order_by("-id")[:MOST])[::-1]
    fresh = list(rows.filter(id__gt=after)[: MOST + 1])
    return Conversation(card_of(row), (*again, *fresh[:MOST]), earlier=False, more=len(fresh) > MOST)


def _open(viewer: Viewer, text: str, facts: dict[str, Any], *, channel: Channel, now: datetime) -> UUID:
    title = title_of(text) or facts["files"][0]["name"][:TITLE]
    return open_ticket(viewer, title=title, text=text, level=Level.BASIC, channel=channel, now=now, facts=facts)


def _facts(uploads: Sequence[Upload]) -> dict[str, Any]:
    """What the entry keeps of the files beside its words."""
    if not uploads:
        return {}
    return {"files": [{**asdict(each), "id": str(each.id)} for each in channels.keep_uploads(uploads)]}
