"""Use case: some messages are another matter and become a ticket of their own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, Viewer, require_staff
from tallylight.contracts.api import Level
from tallylight.kernel.events import TicketOpened, publish
from tallylight.support import entries, promises
from tallylight.support.climbing import climb
from tallylight.support.errors import NothingToSplit
from tallylight.support.handling import held
from tallylight.support.merging import WORDS
from tallylight.support.models import Entry, Ticket
from tallylight.support.opening import create, write_opening
from tallylight.support.skills import Need
from tallylight.support.states import Channel, Happening, State

#: So many messages are moved at once.
MOST = 200


@transaction.atomic
def split(
    viewer: Viewer, ticket_id: UUID, entry_ids: Collection[UUID], *, title: str, channel: Channel, now: datetime
) -> UUID:
    """Move messages and notes to a new ticket with the same owner; its clocks start when the first of them came.

    A moved answer of the staff's counts on both: here as it did, there as taking it in hand and as news when it was written. The
    clocks here stay as they are. At least one message stays, and one of the moved is a message. Raises RoleRequired, NotFound,
    NothingToSplit.
    """
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    words = ticket.entries.filter(kind__in=WORDS)
    moved = list(words.filter(pk__in=list(entry_ids)[:MOST]).select_related("author").order_by("at", "id"))
    said = [each for each in moved if each.kind == entries.Kind.MESSAGE]
    rest = words.filter(kind=entries.Kind.MESSAGE).exclude(pk__in=[each.pk for each in moved])
    if not said or len(moved) < len(set(entry_ids)) or not rest.exists() or ticket.merged_into_id:
        raise NothingToSplit(number=ticket.number)
    fresh = _begin(ticket, said, title=title, now=now)
    Entry.objects.filter(pk__in=[each.pk for each in moved], home=None).update(home=F("ticket"))
    Entry.objects.filter(pk__in=[each.pk for each in moved]).update(ticket=fresh)
    write_opening(fresh, now=now, author=viewer.person_id, channel=channel, split_from=ticket.number)
    kind, by = entries.Kind.SPLIT, viewer.person_id
    entries.write(
        ticket, kind, now, key=str(fresh.pk), author=by, channel=channel, number=fresh.number, count=len(said)
    )
    if fresh.state == State.OPEN:
        climb(fresh, now=now)
    accounts.audit(viewer, "support.split", str(ticket.pk), to=str(fresh.pk), moved=[str(each.pk) for each in moved])
    publish(TicketOpened(fresh.pk, now))
    return fresh.pk


def _begin(ticket: Ticket, said: list[Entry], *, title: str, now: datetime) -> Ticket:
    """The new ticket with its clocks as far as the moved messages tell."""
    need = Need(ticket.language, ticket.skill)
    first = said[0]
    fresh = create(
        ticket.organisation_id, Level(ticket.level), now=first.at, title=title, opened_by=first.author_id, need=need
    )
    fresh.owner_id = ticket.owner_id or fresh.owner_id
    fresh.split_from = ticket
    fresh.began_with = [str(each.pk) for each in said]
    staff = {each.id for each in accounts.staff() if each.role is not Role.MEMBER}
    for each in said:
        _count(fresh, each, by_staff=each.author_id in staff)
    promises.keep_due(fresh, now=now)
    fresh.save()
    return fresh


def _count(fresh: Ticket, message: Entry, *, by_staff: bool) -> None:
    if not by_staff:
        return
    if fresh.acknowledged_at is None:
        fresh.state = State.ACKNOWLEDGED
        fresh.acknowledged_at, fresh.acknowledged_by_id = message.at, message.author_id
        fresh.acknowledged_via = message.channel
        promises.note(fresh, Happening.ACKNOWLEDGED, at=message.at, reason=message.channel)
    promises.note(fresh, Happening.NEWS, at=message.at)
