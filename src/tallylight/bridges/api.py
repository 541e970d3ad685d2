"""The door of `bridges`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tallylight.accounts.api import Viewer, require_staff
from tallylight.bridges import seating
from tallylight.bridges import story as stories
from tallylight.bridges.about import About, about
from tallylight.bridges.copies import CopyCard, copies, copy, copy_card, copy_of_ticket, language_of
from tallylight.bridges.errors import BridgeUnknown, NoReport
from tallylight.bridges.handing import accept, decline, leave, offer, take, withdraw
from tallylight.bridges.lines import seat_name
from tallylight.bridges.models import Bridge, Line, Review
from tallylight.bridges.opening import close, commands, note, open_by_hand, set_conference
from tallylight.bridges.reviews import LANGUAGES, MOST_ACTIONS, ActionWanted, edit, publish, start
from tallylight.bridges.seating import SeatCard
from tallylight.bridges.seats import Seat, Source
from tallylight.bridges.sources import set_source, sources_for
from tallylight.bridges.states import MARK_NAMES, PART_NAMES, Mark, Part
from tallylight.bridges.story import Told
from tallylight.bridges.updates import Pace, pace, update
from tallylight.contracts.api import Level
from tallylight.kernel.ids import earliest_id
from tallylight.kernel.lazy import Lazy
from tallylight.support.api import TicketCard

__all__ = [
    "LANGUAGES",
    "MARK_NAMES",
    "MOST_ACTIONS",
    "PART_NAMES",
    "ActionCard",
    "ActionWanted",
    "BridgeCard",
    "BridgeDetail",
    "BridgeUnknown",
    "CopyCard",
    "Mark",
    "Pace",
    "Part",
    "ReviewCard",
    "Seat",
    "SeatCard",
    "Source",
    "Told",
    "accept",
    "bridge",
    "bridge_about",
    "bridges",
    "close",
    "copies",
    "copy",
    "copy_card",
    "copy_of_ticket",
    "decline",
    "edit",
    "language_of",
    "leave",
    "note",
    "offer",
    "open_by_hand",
    "publish",
    "review",
    "seat_name",
    "set_conference",
    "set_source",
    "sources_for",
    "start",
    "take",
    "timeline",
    "update",
    "withdraw",
    "written_since",
]


@dataclass(frozen=True, slots=True)
class BridgeCard:
    """A bridge in a list. `number` and `headline` are of what it is about; `over_at`: since when that is over."""

    id: UUID
    incident: UUID | None
    ticket: UUID | None
    number: str
    headline: str
    level: Level
    began_at: datetime
    over_at: datetime | None
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    conference: str

    @property
    def open(self) -> bool:
        """Whether people are on it."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class BridgeDetail:
    """A bridge with its seats, its tickets, its pace, and in which languages its customers read."""

    card: BridgeCard
    seats: tuple[SeatCard, ...]
    tickets: tuple[TicketCard, ...]
    languages: tuple[str, ...]
    pace: Pace
    may_close: bool


@dataclass(frozen=True, slots=True)
class ActionCard:
    """Something to be done, by language."""

    texts: dict[str, str]
    owner_id: UUID
    owner: str
    due_on: str


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A report as it stands, by language and part; `copies` is how many customers got it."""

    texts: dict[str, dict[str, str]]
    actions: tuple[ActionCard, ...]
    drafted_at: datetime
    edited_at: datetime | None
    edited_by: str
    published_at: datetime | None
    published_by: str
    copies: int


def bridges(viewer: Viewer, *, open: bool | None = None) -> Lazy[BridgeCard]:  # noqa: A002 - the field's name
    """Every bridge, those that are open or closed if asked, the latest first. Raises RoleRequired."""
    require_staff(viewer)
    rows = Bridge.objects.select_related("opened_by")
    if open is not None:
        rows = rows.filter(closed_at__isnull=open)
    return Lazy(rows.order_by("-opened_at", "-id"), lambda row: _card(row, about(row)))


def bridge(viewer: Viewer, bridge_id: UUID, *, now: datetime) -> BridgeDetail:
    """One bridge. Raises RoleRequired, BridgeUnknown."""
    row = _row(viewer, bridge_id)
    matter = about(row)
    return BridgeDetail(
        card=_card(row, matter),
        seats=tuple(seating.seat_cards(row, now=now)),
        tickets=matter.tickets,
        languages=tuple(matter.languages() or ["en"]),
        pace=pace(row),
        may_close=row.closed_at is None and commands(viewer, row),
    )


def bridge_about(viewer: Viewer, *, incident: UUID | None = None, ticket: UUID | None = None) -> UUID | None:
    """The bridge of an incident or of a ticket that belongs to none, for the staff; None: there is none."""
    if not viewer.is_provider:
        return None
    row = Bridge.objects.filter(incident=incident) if incident else Bridge.objects.filter(ticket=ticket)
    return row.values_list("pk", flat=True).first()


def timeline(viewer: Viewer, bridge_id: UUID) -> list[Told]:
    """All that was measured, done and noted, in order, in the active language. Raises RoleRequired, BridgeUnknown."""
    row = _row(viewer, bridge_id)
    return stories.story(row, about(row))


def written_since(at: datetime) -> list[UUID]:
    """What was written down on any bridge since `at`: for pages that show what changed."""
    return list(Line.objects.filter(id__gte=earliest_id(at)).values_list("pk", flat=True))


def review(viewer: Viewer, bridge_id: UUID) -> ReviewCard:
    """The report on it as it stands. Raises RoleRequired, BridgeUnknown, NoReport."""
    row = Review.objects.filter(bridge=_row(viewer, bridge_id)).select_related("edited_by", "published_by").first()
    if row is None:
        raise NoReport
    return ReviewCard(
        texts=row.texts,
        actions=tuple(
            ActionCard(each.texts, each.owner_id, each.owner.name, each.due_on.isoformat() if each.due_on else "")
            for each in row.actions.select_related("owner").order_by("place")
        ),
        drafted_at=row.drafted_at,
        edited_at=row.edited_at,
        edited_by=row.edited_by.name if row.edited_by else "",
        published_at=row.published_at,
        published_by=row.published_by.name if row.published_by else "",
        copies=row.copies.count(),
    )


def _row(viewer: Viewer, bridge_id: UUID) -> Bridge:
    require_staff(viewer)
    row = Bridge.objects.filter(pk=bridge_id).select_related("opened_by").first()
    if row is None:
        raise BridgeUnknown
    return row


def _card(row: Bridge, matter: About) -> BridgeCard:
    return BridgeCard(
        id=row.pk,
        incident=row.incident,
        ticket=row.ticket,
        number=matter.number,
        headline=matter.headline(),
        level=matter.level,
        began_at=matter.began_at,
        over_at=matter.over_at,
        opened_at=row.opened_at,
        opened_by=row.opened_by.name if row.opened_by else "",
        closed_at=row.closed_at,
        conference=row.conference,
    )
