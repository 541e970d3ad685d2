"""The door of `support`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, F, QuerySet, When
from django.utils.translation import get_language

from tallylight.accounts.api import TenantQuerySet, Viewer
from tallylight.clocks.api import Reading
from tallylight.contracts.api import Level
from tallylight.escalation import api as escalation
from tallylight.escalation.api import EscalationCard
from tallylight.kernel.ids import earliest_id
from tallylight.kernel.lazy import Lazy
from tallylight.notify import api as notify
from tallylight.notify.api import DeliveryCard
from tallylight.support import entries as said
from tallylight.support import promises
from tallylight.support.errors import NobodyToOwn, NotResolved, TicketClosed, TicketUnknown
from tallylight.support.handling import acknowledge, assign, close, note, resolve, say
from tallylight.support.links import LinkCard, look, take
from tallylight.support.models import Entry, Ticket
from tallylight.support.opening import open_ticket
from tallylight.support.states import PENDING, Channel, Promise, State

__all__ = [
    "Channel",
    "EntryCard",
    "LinkCard",
    "NobodyToOwn",
    "NotResolved",
    "Promise",
    "State",
    "TicketCard",
    "TicketClosed",
    "TicketDetail",
    "TicketUnknown",
    "WrittenCard",
    "acknowledge",
    "assign",
    "close",
    "look",
    "note",
    "of_incident",
    "open_ticket",
    "resolve",
    "say",
    "take",
    "ticket",
    "tickets",
    "written_since",
]


#: Pending before settled; of the pending, the nearest broken promise first; of the settled, the latest.
QUEUE = (
    Case(When(state__in=PENDING, then=0), default=1),
    Case(
        When(state=State.OPEN, then=F("response_due_at")), When(state=State.ACKNOWLEDGED, then=F("resolution_due_at"))
    ),
    "-opened_at",
    "-id",
)


@dataclass(frozen=True, slots=True)
class TicketCard:
    """A ticket in a list. `headline` is in the active language; the due instants are what its clocks say."""

    id: UUID
    number: str
    organisation_id: UUID
    customer: str
    incident: UUID | None
    headline: str
    level: Level
    state: State
    viewers: int
    owner_id: UUID | None
    owner: str
    opened_at: datetime
    response_due_at: datetime | None
    resolution_due_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    acknowledged_via: str
    resolved_at: datetime | None
    closed_at: datetime | None
    contract_sha256: str

    @property
    def pending(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in PENDING


@dataclass(frozen=True, slots=True)
class EntryCard:
    """Something said or done: `text` is somebody's words, or a whole sentence in the active language."""

    id: UUID
    at: datetime
    kind: str
    author_id: UUID | None
    author: str
    channel: Channel
    internal: bool
    text: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """A ticket with its story and its promises. `ladders` and `deliveries` are for the staff and empty for customers."""

    card: TicketCard
    entries: tuple[EntryCard, ...]
    clocks: dict[Promise, Reading]
    ladders: tuple[EscalationCard, ...]
    deliveries: tuple[DeliveryCard, ...]


def ticket(viewer: Viewer, ticket_id: UUID | str, *, now: datetime) -> TicketDetail:
    """One ticket as the viewer may see it. Raises NotFound if there is none or it is another customer's."""
    row = _with_names().get_visible(viewer, ticket_id)
    staff = viewer.is_provider
    return TicketDetail(
        card=_card(row),
        entries=tuple(_entry(each) for each in _story(row) if staff or not each.internal),
        clocks=promises.readings(row, now=now),
        ladders=tuple(escalation.of_subject(row.pk)) if staff else (),
        deliveries=tuple(notify.deliveries(row.pk)) if staff else (),
    )


def tickets(
    viewer: Viewer,
    *,
    pending: bool | None = None,
    owner: UUID | None = None,
    level: Level | None = None,
    incident: UUID | None = None,
) -> Lazy[TicketCard]:
    """The tickets a viewer may know of: those still owed first, the one whose promise breaks next on top; then the latest."""
    rows = _with_names().visible_to(viewer)
    if pending is not None:
        rows = rows.filter(state__in=PENDING) if pending else rows.exclude(state__in=PENDING)
    if owner is not None:
        rows = rows.filter(owner_id=owner)
    if level is not None:
        rows = rows.filter(level=level)
    if incident is not None:
        rows = rows.filter(incident=incident)
    return Lazy(rows.order_by(*QUEUE), _card)


def of_incident(incident_id: UUID) -> list[TicketCard]:
    """The tickets of an incident, for the system itself."""
    return [_card(row) for row in _with_names().filter(incident=incident_id).order_by("id")]


@dataclass(frozen=True, slots=True)
class WrittenCard:
    """That something was written on a ticket, and whose ticket it is; `internal` is for the staff only."""

    id: UUID
    organisation_id: UUID
    internal: bool


def written_since(at: datetime) -> list[WrittenCard]:
    """What was written on any ticket since `at`: for pages that show what changed."""
    rows = Entry.objects.filter(id__gte=earliest_id(at)).select_related("ticket")
    return [WrittenCard(each.id, each.ticket.organisation_id, each.internal) for each in rows]


def _with_names() -> TenantQuerySet[Ticket]:
    rows: TenantQuerySet[Ticket] = Ticket.objects.select_related("organisation", "owner", "acknowledged_by")
    return rows


def _story(row: Ticket) -> QuerySet[Entry]:
    return row.entries.select_related("author").order_by("at", "id")


def _card(row: Ticket) -> TicketCard:
    return TicketCard(
        id=row.pk,
        number=row.number,
        organisation_id=row.organisation_id,
        customer=row.organisation.name,
        incident=row.incident,
        headline=row.headline(get_language() or "en"),
        level=Level(row.level),
        state=State(row.state),
        viewers=row.viewers,
        owner_id=row.owner_id,
        owner=row.owner.name if row.owner else "",
        opened_at=row.opened_at,
        response_due_at=row.response_due_at,
        resolution_due_at=row.resolution_due_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by.name if row.acknowledged_by else "",
        acknowledged_via=row.acknowledged_via,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        contract_sha256=row.contract_sha256,
    )


def _entry(row: Entry) -> EntryCard:
    return EntryCard(
        id=row.pk,
        at=row.at,
        kind=row.kind,
        author_id=row.author_id,
        author=row.author.name if row.author else "",
        channel=Channel(row.channel),
        internal=row.internal,
        text=said.sentence(row.kind, row.facts, row.text),
        facts=row.facts,
    )
