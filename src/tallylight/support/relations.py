"""What a ticket has to do with others, and with incidents: related, or caused by. Customers see what is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer, require_staff
from tallylight.incidents import api as incidents
from tallylight.kernel.errors import NotFound
from tallylight.support.errors import NothingToLink
from tallylight.support.handling import held
from tallylight.support.models import Ticket as TicketRow
from tallylight.support.models import TicketLink
from tallylight.support.states import Related

#: Links of one ticket.
MOST = 100


class Seen(StrEnum):
    """How a link reads from one of its ends."""

    RELATED = "related"
    CAUSED_BY = "caused-by"
    CAUSES = "causes"


@dataclass(frozen=True, slots=True)
class RelationCard:
    """A link as the ticket's page shows it; `ticket_id` or `incident_id` is what it leads to."""

    id: UUID
    seen: Seen
    ticket_id: UUID | None
    incident_id: UUID | None
    number: str
    headline: str


@transaction.atomic
def link(
    viewer: Viewer, ticket_id: UUID, *, how: Related, other: UUID | None, incident: UUID | None, now: datetime
) -> UUID:
    """Link a ticket with another one or with an incident. Harmless when repeated.

    Raises RoleRequired, NotFound, NothingToLink.
    """
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    if (other is None) is (incident is None) or other == ticket_id or ticket.links.count() >= MOST:
        raise NothingToLink
    if other:
        TicketRow.objects.get_visible(viewer, other)
    if incident:
        incidents.incident(viewer, incident)
    place = {"ticket": ticket, "other_id": other, "incident": incident, "how": how}
    row, fresh = TicketLink.objects.get_or_create(**place, defaults={"by_id": viewer.person_id, "at": now})
    if fresh:
        accounts.audit(viewer, "support.link", str(ticket.pk), how=how.value, to=str(other or incident))
    return row.pk


@transaction.atomic
def unlink(viewer: Viewer, ticket_id: UUID, link_id: UUID) -> None:
    """Take a link away, from either end. Raises RoleRequired, NotFound."""
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    row = (ticket.links.filter(pk=link_id) | ticket.linked.filter(pk=link_id)).first()
    if row is None:
        raise NotFound
    accounts.audit(viewer, "support.unlink", str(ticket.pk), how=row.how, to=str(row.other_id or row.incident))
    row.delete()


def of_ticket(viewer: Viewer, ticket: TicketRow) -> list[RelationCard]:
    """The links that the viewer may know of: to what they may see, the oldest first."""
    found = [(row, Seen(row.how), row.other_id) for row in ticket.links.order_by("id")[:MOST]]
    found += [(row, _back(row.how), row.ticket_id) for row in ticket.linked.order_by("id")[:MOST]]
    wanted = [other for _row, _seen, other in found if other]
    tickets = {each.pk: each for each in TicketRow.objects.visible_to(viewer).filter(pk__in=wanted)}
    cards = [_card(viewer, row, seen, tickets.get(other) if other else None) for row, seen, other in found]
    return [each for each in cards if each]


def _back(how: str) -> Seen:
    return Seen.CAUSES if how == Related.CAUSED_BY else Seen.RELATED


def _card(viewer: Viewer, row: TicketLink, seen: Seen, ticket: TicketRow | None) -> RelationCard | None:
    if ticket:
        return RelationCard(row.pk, seen, ticket.pk, None, ticket.number, ticket.headline(get_language() or "en"))
    if row.incident is None:
        return None
    try:
        found = incidents.incident(viewer, row.incident)
    except NotFound:
        return None
    return RelationCard(row.pk, seen, None, found.id, found.number, incidents.headline(found))
