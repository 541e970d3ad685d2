"""Use case: somebody read a ticket's conversation up to an entry. What they read is not sent to them by mail any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tallylight.accounts.api import Viewer
from tallylight.kernel.errors import NotFound
from tallylight.kernel.ids import earliest_id, new_id
from tallylight.notify import api as notify
from tallylight.support import notices
from tallylight.support.models import ReadMark, Ticket


@dataclass(frozen=True, slots=True)
class ReadCard:
    """That somebody read the conversation up to an entry; `staff`: whether they are of the provider's."""

    person_id: UUID
    name: str
    up_to: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class MarkedCard:
    """That somebody's mark on a ticket moved, and whose ticket it is."""

    id: UUID
    organisation_id: UUID


@transaction.atomic
def mark_read(viewer: Viewer, ticket_id: UUID, up_to: UUID, *, now: datetime) -> None:
    """The viewer read everything up to that entry. A mark never goes back. Raises NotFound for an entry they can't see."""
    ticket = Ticket.objects.get_visible(viewer, ticket_id)
    entry = ticket.entries.filter(pk=up_to).first()
    if entry is None or (entry.internal and not viewer.is_provider):
        raise NotFound
    start = {"up_to": up_to, "at": now, "change": new_id()}
    row, fresh = ReadMark.objects.select_for_update().get_or_create(
        ticket=ticket, person_id=viewer.person_id, defaults=start
    )
    if not fresh:
        if up_to <= row.up_to:
            return
        row.up_to, row.at, row.change = up_to, now, new_id()
        row.save(update_fields=["up_to", "at", "change"])
    if not viewer.is_provider:
        _spare_mails(ticket, viewer.person_id, up_to, now=now)


def read_by(ticket: Ticket) -> tuple[ReadCard, ...]:
    """Who read how far."""
    rows = ReadMark.objects.filter(ticket=ticket).select_related("person").order_by("at")
    return tuple(ReadCard(row.person_id, row.person.name, row.up_to, row.at) for row in rows)


def marked_since(at: datetime) -> list[MarkedCard]:
    """Marks that moved since `at`."""
    rows = ReadMark.objects.filter(change__gte=earliest_id(at)).select_related("ticket")
    return [MarkedCard(row.change, row.ticket.organisation_id) for row in rows]


def _spare_mails(ticket: Ticket, person_id: UUID, up_to: UUID, *, now: datetime) -> None:
    held = ticket.entries.filter(id__lte=up_to, id__gte=earliest_id(now - 2 * notices.HELD_FOR - timedelta(minutes=1)))
    notify.withdraw(
        [notices.words_key(ticket.pk, each, person_id) for each in held.values_list("pk", flat=True)], now=now
    )
