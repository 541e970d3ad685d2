"""Who holds which seat, as rows: seats are filled when a bridge opens, change hands, and are free when it closes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Role
from tallylight.bridges import lines, notices, sources
from tallylight.bridges.about import about
from tallylight.bridges.models import Bridge, Holder, SeatOffer
from tallylight.bridges.seats import Seat, seated
from tallylight.bridges.states import AnswerState
from tallylight.kernel.clock import rfc3339


@dataclass(frozen=True, slots=True)
class HolderCard:
    """Somebody on a seat, and since when."""

    person_id: UUID
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SeatOfferCard:
    """An open offer of a seat."""

    by_id: UUID
    by: str
    to_id: UUID
    to: str
    reason: str
    lapses_at: datetime


@dataclass(frozen=True, slots=True)
class SeatCard:
    """A seat with who holds it; `missing`: it should be held, and is not."""

    seat: Seat
    holders: tuple[HolderCard, ...]
    offer: SeatOfferCard | None
    missing: bool


def fill(bridge: Bridge, *, now: datetime) -> None:
    """Find somebody for each seat that nobody holds; they are told, and the managers of a seat for which nobody is found."""
    held = set(holding(bridge).values_list("seat", flat=True))
    people = {seat: sources.found_for(seat, at=now) for seat in Seat if seat not in held}
    taken = set(holding(bridge).values_list("person_id", flat=True))
    matter = about(bridge)
    for seat, person in seated(people, taken).items():
        if person is None:
            lines.write(bridge, lines.Kind.MISSING, now, key=f"{seat}:{rfc3339(now)}", seat=seat)
            for manager in accounts.staff_with_role(Role.MANAGER):
                notices.announce_missing(bridge, matter, seat, manager, now=now)
            continue
        sit(bridge, seat, person.id, person.name, author=None, now=now)
        notices.announce_seat(bridge, matter, seat, person, now=now)


def sit(bridge: Bridge, seat: Seat, person_id: UUID, name: str, *, author: UUID | None, now: datetime) -> None:
    """Somebody holds the seat from now on; if it is for one, whoever held it does not. The caller holds the bridge's row."""
    if not seat.shared:
        holding(bridge).filter(seat=seat).exclude(person_id=person_id).update(until=now)
    new = Holder(bridge=bridge, seat=seat, person_id=person_id, since=now)
    Holder.objects.bulk_create([new], ignore_conflicts=True)
    if Holder.objects.filter(pk=new.pk).exists():
        key = f"{seat}:{person_id}:{rfc3339(now)}"
        lines.write(bridge, lines.Kind.SEATED, now, key=key, author=author, seat=seat, person=name)


def clear(bridge: Bridge, *, now: datetime) -> None:
    """Every seat is free, every offer over."""
    holding(bridge).update(until=now)
    bridge.offers.filter(state=AnswerState.OPEN).update(state=AnswerState.WITHDRAWN, ended_at=now)


def holding(bridge: Bridge) -> QuerySet[Holder]:
    """Who holds seats now."""
    return bridge.holders.filter(until=None)


def holder_of(bridge: Bridge, seat: Seat) -> PersonCard | None:
    """Who holds a seat; of several, who has held it longest."""
    row = holding(bridge).filter(seat=seat).order_by("since", "id").first()
    return accounts.person(row.person_id) if row else None


def seat_cards(bridge: Bridge, *, now: datetime) -> list[SeatCard]:
    """Every seat as it is held now."""
    rows = list(holding(bridge).select_related("person").order_by("since", "id"))
    open_offers = bridge.offers.filter(state=AnswerState.OPEN, lapses_at__gt=now).select_related("by", "to")
    offers = {each.seat: _offer(each) for each in open_offers}
    return [
        SeatCard(
            seat,
            held := tuple(HolderCard(row.person_id, row.person.name, row.since) for row in rows if row.seat == seat),
            offers.get(seat.value),
            missing=not held and bridge.closed_at is None,
        )
        for seat in Seat
    ]


def _offer(row: SeatOffer) -> SeatOfferCard:
    return SeatOfferCard(row.by_id, row.by.name, row.to_id, row.to.name, row.reason, row.lapses_at)
