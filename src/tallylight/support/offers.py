"""Offers of a ticket to somebody else, as rows: until one is accepted, nothing changes hands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Role, TeamUnknown, Viewer
from tallylight.support.errors import NobodyToOwn, OfferOver
from tallylight.support.models import Offer, Ticket
from tallylight.support.states import OfferState


@dataclass(frozen=True, slots=True)
class Receiver:
    """To whom a ticket is offered: one person, or a team (`team` is its slug) of which anybody may accept."""

    name: str
    people: tuple[PersonCard, ...]
    team: str = ""

    @property
    def ids(self) -> list[UUID]:
        """Of everybody who may accept."""
        return [each.id for each in self.people]


@dataclass(frozen=True, slots=True)
class OfferCard:
    """An open offer. `to` is the name of the person or team; `back`: they had the ticket before."""

    id: UUID
    ticket_id: UUID
    number: str
    customer: str
    headline: str
    by_id: UUID
    by: str
    to: str
    to_person_id: UUID | None
    team: str
    reason: str
    back: bool
    offered_at: datetime
    lapses_at: datetime


def receiver(person_id: UUID | None, team: str, *, but: UUID | None) -> Receiver:
    """Who would get it, without `but`, whose it is. Raises NobodyToOwn unless that is one person or a team of people."""
    if (person_id is None) is (team == ""):
        raise NobodyToOwn
    if team:
        found = Receiver(_team_name(team), tuple(each for each in accounts.team_members(team) if each.id != but), team)
    else:
        card = accounts.person(person_id) if person_id and person_id != but else None
        found = Receiver(card.name if card else "", (card,) if card and card.role is not Role.MEMBER else ())
    if not found.people:
        raise NobodyToOwn
    return found


def _team_name(slug: str) -> str:
    try:
        return accounts.team(slug).name
    except TeamUnknown:
        raise NobodyToOwn from None


def held(ticket: Ticket, *, now: datetime) -> Offer:
    """The ticket's open offer, its row held. The caller holds the ticket. Raises OfferOver."""
    found = Offer.objects.select_for_update().filter(ticket=ticket, state=OfferState.OPEN, lapses_at__gt=now).first()
    if found is None:
        raise OfferOver(number=ticket.number)
    return found


def end(offer: Offer, state: OfferState, *, now: datetime, by: UUID | None = None, answer: str = "") -> None:
    """Write down how it ended."""
    offer.state, offer.ended_at, offer.ended_by_id, offer.answer = state, now, by, answer
    offer.save(update_fields=["state", "ended_at", "ended_by", "answer"])


def drop(ticket: Ticket, *, now: datetime) -> None:
    """End the open offer of a ticket that nobody needs to take any more."""
    ticket.offers.filter(state=OfferState.OPEN).update(state=OfferState.WITHDRAWN, ended_at=now)


def made_to(viewer: Viewer) -> Q:
    """Offers that the viewer may accept."""
    teams = [each.slug for each in accounts.teams_of(viewer.person_id)]
    return (Q(to_person_id=viewer.person_id) | Q(team__in=teams)) & ~Q(by_id=viewer.person_id)


def may_accept(viewer: Viewer, offer: Offer | OfferCard) -> bool:
    """Whether it is made to the viewer or to a team of theirs, and not by them."""
    if offer.by_id == viewer.person_id:
        return False
    if not offer.team:
        return offer.to_person_id == viewer.person_id
    return offer.team in [each.slug for each in accounts.teams_of(viewer.person_id)]


def open_offers(viewer: Viewer, *, now: datetime) -> list[OfferCard]:
    """The offers that wait for the viewer's answer, the one that lapses first on top."""
    return [card_of(row) for row in _open(now).filter(made_to(viewer)).order_by("lapses_at", "id")]


def of_ticket(ticket: Ticket, *, now: datetime) -> OfferCard | None:
    """The ticket's open offer."""
    row = _open(now).filter(ticket=ticket).first()
    return card_of(row) if row else None


def card_of(row: Offer) -> OfferCard:
    """An offer as other rooms know it."""
    return OfferCard(
        id=row.pk,
        ticket_id=row.ticket_id,
        number=row.ticket.number,
        customer=row.ticket.organisation.name,
        headline=row.ticket.headline(get_language() or "en"),
        by_id=row.by_id,
        by=row.by.name,
        to=row.to_name,
        to_person_id=row.to_person_id,
        team=row.team,
        reason=row.reason,
        back=row.back,
        offered_at=row.offered_at,
        lapses_at=row.lapses_at,
    )


def _open(now: datetime) -> QuerySet[Offer]:
    rows = Offer.objects.filter(state=OfferState.OPEN, lapses_at__gt=now)
    return rows.select_related("ticket__organisation", "by")
