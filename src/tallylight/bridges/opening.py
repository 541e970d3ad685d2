"""Use cases: a bridge opens, by itself or by hand; what is noted on it; it closes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from tallylight.accounts.api import Role, Viewer, require_staff
from tallylight.bridges import lines, seating
from tallylight.bridges.errors import (
    BridgeAboutWhat,
    BridgeClosed,
    BridgeUnknown,
    LinkNotSafe,
    SeatNotForYou,
    WordsNeeded,
)
from tallylight.bridges.models import Bridge
from tallylight.bridges.seats import Seat
from tallylight.bridges.states import Mark
from tallylight.contracts.api import Level
from tallylight.incidents import api as incidents
from tallylight.kernel.clock import rfc3339
from tallylight.kernel.ids import new_id
from tallylight.support import api as support

MOST_WORDS = 20_000
_https = URLValidator(schemes=["https"])


@transaction.atomic
def open_for_incident(incident_id: UUID, *, now: datetime) -> UUID | None:
    """A bridge for an incident that is major; None for any other. Harmless when repeated."""
    incident = incidents.by_id(incident_id)
    return _open(incident=incident_id, now=now) if incident.severity is Level.MAJOR and incident.running else None


@transaction.atomic
def open_for_ticket(ticket_id: UUID, *, now: datetime) -> UUID | None:
    """A bridge for a major ticket that belongs to no incident; None for any other. Harmless when repeated."""
    found = support.cards([ticket_id])
    major = found and found[0].level is Level.MAJOR and found[0].incident is None
    return _open(ticket=ticket_id, now=now) if major else None


@transaction.atomic
def open_by_hand(
    viewer: Viewer, *, incident_id: UUID | None = None, ticket_id: UUID | None = None, now: datetime
) -> UUID:
    """Open one for any incident or ticket, or open a closed one again. A ticket of an incident leads to the incident's.

    Raises RoleRequired, NotFound, BridgeAboutWhat.
    """
    require_staff(viewer)
    if (incident_id is None) is (ticket_id is None):
        raise BridgeAboutWhat
    if ticket_id is not None:
        card = support.ticket(viewer, ticket_id, now=now).card
        incident_id, ticket_id = (card.incident, None) if card.incident else (None, ticket_id)
    if incident_id is not None:
        incidents.incident(viewer, incident_id)
    return _open(incident=incident_id, ticket=ticket_id, by=viewer, now=now)


def _open(*, incident: UUID | None = None, ticket: UUID | None = None, by: Viewer | None = None, now: datetime) -> UUID:
    """One bridge for each matter; whoever sits on a new one is told. A closed one opens again only by hand."""
    named = {"incident": incident} if incident else {"ticket": ticket}
    author, name = (by.person_id, by.name) if by else (None, "")
    new = Bridge(**named, opened_at=now, opened_by_id=author)
    Bridge.objects.bulk_create([new], ignore_conflicts=True)
    bridge = Bridge.objects.select_for_update().get(**named)
    if bridge.pk == new.pk:
        lines.write(bridge, lines.Kind.OPENED, now, key="", author=author, by=name)
        seating.fill(bridge, now=now)
    elif bridge.closed_at and by:
        bridge.closed_at = bridge.closed_by = None
        bridge.save(update_fields=["closed_at", "closed_by"])
        lines.write(bridge, lines.Kind.REOPENED, now, key=rfc3339(now), author=author, by=name)
        seating.fill(bridge, now=now)
    return bridge.pk


@transaction.atomic
def note(viewer: Viewer, bridge_id: UUID, text: str, *, mark: Mark = Mark.NOTE, now: datetime) -> None:
    """Write something down. Nobody can change it afterwards. Raises RoleRequired, BridgeUnknown, WordsNeeded."""
    bridge = held(viewer, bridge_id)
    said = checked_words(text)
    lines.write(bridge, lines.Kind.NOTE, now, key=str(new_id()), author=viewer.person_id, text=said, mark=mark)


@transaction.atomic
def set_conference(viewer: Viewer, bridge_id: UUID, url: str, *, now: datetime) -> None:
    """Where people talk; empty: nowhere. Raises RoleRequired, BridgeUnknown, BridgeClosed, LinkNotSafe."""
    bridge = held_open(viewer, bridge_id)
    wanted = url.strip()
    try:
        if wanted:
            _https(wanted)
    except ValidationError:
        raise LinkNotSafe from None
    if wanted == bridge.conference:
        return
    bridge.conference = wanted
    bridge.save(update_fields=["conference"])
    author = viewer.person_id
    lines.write(bridge, lines.Kind.CONFERENCE, now, key=str(new_id()), author=author, by=viewer.name, url=wanted)


@transaction.atomic
def close(viewer: Viewer, bridge_id: UUID, *, now: datetime) -> None:
    """Nobody needs it any more; its seats are free and its story stays. For the commander and managers.

    Harmless when repeated. Raises RoleRequired, BridgeUnknown, SeatNotForYou.
    """
    bridge = held(viewer, bridge_id)
    if bridge.closed_at:
        return
    expect_commander(viewer, bridge)
    bridge.closed_at, bridge.closed_by_id = now, viewer.person_id
    bridge.save(update_fields=["closed_at", "closed_by"])
    seating.clear(bridge, now=now)
    lines.write(bridge, lines.Kind.CLOSED, now, key=rfc3339(now), author=viewer.person_id, by=viewer.name)


def held(viewer: Viewer, bridge_id: UUID) -> Bridge:
    """The bridge, its row held until the transaction ends. Raises RoleRequired, BridgeUnknown."""
    require_staff(viewer)
    found = Bridge.objects.select_for_update().filter(pk=bridge_id).first()
    if found is None:
        raise BridgeUnknown
    return found


def held_open(viewer: Viewer, bridge_id: UUID) -> Bridge:
    """The same if it is open. Raises BridgeClosed as well."""
    found = held(viewer, bridge_id)
    if found.closed_at:
        raise BridgeClosed
    return found


def expect_commander(viewer: Viewer, bridge: Bridge) -> None:
    """Raises SeatNotForYou unless the viewer commands the bridge or is a manager."""
    if not commands(viewer, bridge):
        raise SeatNotForYou


def commands(viewer: Viewer, bridge: Bridge) -> bool:
    """Whether the viewer commands the bridge or is a manager."""
    mine = bridge.holders.filter(seat=Seat.COMMANDER, until=None, person_id=viewer.person_id)
    return viewer.role in (Role.MANAGER, Role.ADMIN) or mine.exists()


def checked_words(text: str) -> str:
    """The words without space around them. Raises WordsNeeded."""
    said = text.strip()
    if not said or len(said) > MOST_WORDS:
        raise WordsNeeded
    return said
