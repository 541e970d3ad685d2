"""Use cases of handing over: offer a ticket, accept or decline it, take the offer back, let it lapse; give it by force."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, Viewer, require, require_staff
from tallylight.escalation.api import Cause, Occasion
from tallylight.kernel.clock import rfc3339
from tallylight.support import care, entries, notices, offers, patience, promises
from tallylight.support.errors import NotForYou, NotTheOwner, OfferPending, ReasonNeeded, TicketClosed
from tallylight.support.handling import acknowledge_as, held, own
from tallylight.support.models import Offer, Ticket
from tallylight.support.rising import rise
from tallylight.support.states import Channel, OfferState, State
from tallylight.support.tenure import had_before, hops


@transaction.atomic
def offer(
    viewer: Viewer,
    ticket_id: UUID,
    *,
    person_id: UUID | None = None,
    team: str = "",
    reason: str,
    channel: Channel,
    now: datetime,
) -> UUID:
    """Offer the ticket to one person or to a team, who are told. Its owner and its clocks stay as they are until it is accepted.

    For its owner and for managers. If the others had it before, or it was handed over already, it goes up its ladder at once.
    Raises RoleRequired, NotFound, TicketClosed, NotTheOwner, ReasonNeeded, OfferPending, NobodyToOwn.
    """
    require_staff(viewer)
    ticket = _on_the_desk(viewer, ticket_id)
    if ticket.owner_id not in (None, viewer.person_id) and viewer.role not in (Role.MANAGER, Role.ADMIN):
        raise NotTheOwner(number=ticket.number)
    if offers.of_ticket(ticket, now=now):
        raise OfferPending(number=ticket.number)
    offers.drop(ticket, now=now)  # one that is over but was not swept yet
    to = offers.receiver(person_id, team, but=ticket.owner_id)
    row = Offer.objects.create(
        ticket=ticket,
        by_id=viewer.person_id,
        to_person_id=person_id,
        team=team,
        to_name=to.name,
        reason=_said(reason),
        back=had_before(care.tenures_of(ticket, now=now), to.ids, team),
        offered_at=now,
        lapses_at=_lapses_at(ticket, now=now),
    )
    _write(ticket, entries.Kind.OFFERED, row, viewer, now=now, channel=channel, to=to.name, back=row.back)
    for person in to.people:
        notices.announce_offer(ticket, row, person, by=viewer.name, now=now)
    _go_up(ticket, row, now=now)
    _await(row)
    return row.pk


@transaction.atomic
def accept(viewer: Viewer, ticket_id: UUID, *, channel: Channel, now: datetime) -> None:
    """Own what was offered to the viewer or to a team of theirs, and take it in hand. The first one gets it.

    Raises RoleRequired, NotFound, OfferOver, NotForYou.
    """
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    accept_held(ticket, viewer, channel=channel, now=now)


def accept_held(ticket: Ticket, viewer: Viewer, *, channel: Channel, now: datetime) -> None:
    """The same with the ticket's row held by the caller."""
    row = offers.held(ticket, now=now)
    if not offers.may_accept(viewer, row):
        raise NotForYou(number=ticket.number)
    offers.end(row, OfferState.ACCEPTED, now=now, by=viewer.person_id)
    own(ticket, viewer.person_id, viewer.name, by=viewer.person_id, team=row.team, channel=channel, now=now)
    acknowledge_as(ticket, viewer.person_id, viewer.name, channel=channel, now=now)
    giver = accounts.person(row.by_id)
    if giver:
        notices.announce_taken(ticket, giver, by=viewer.name, now=now)


@transaction.atomic
def decline(viewer: Viewer, ticket_id: UUID, reason: str, *, channel: Channel, now: datetime) -> None:
    """Say no, and why: the owner is told. One of a team says it for the team.

    Raises RoleRequired, NotFound, OfferOver, NotForYou, ReasonNeeded.
    """
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    row = offers.held(ticket, now=now)
    if not offers.may_accept(viewer, row):
        raise NotForYou(number=ticket.number)
    offers.end(row, OfferState.DECLINED, now=now, by=viewer.person_id, answer=_said(reason))
    _write(ticket, entries.Kind.DECLINED, row, viewer, now=now, channel=channel)
    notices.announce_return(ticket, row, _to_tell(ticket, row), declined_by=viewer.name, now=now)


@transaction.atomic
def withdraw(viewer: Viewer, ticket_id: UUID, *, channel: Channel, now: datetime) -> None:
    """Take the offer back. For its maker, the owner, and managers. Raises RoleRequired, NotFound, OfferOver, NotTheOwner."""
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    row = offers.held(ticket, now=now)
    if viewer.person_id not in (row.by_id, ticket.owner_id) and viewer.role not in (Role.MANAGER, Role.ADMIN):
        raise NotTheOwner(number=ticket.number)
    offers.end(row, OfferState.WITHDRAWN, now=now, by=viewer.person_id)
    _write(ticket, entries.Kind.WITHDRAWN, row, viewer, now=now, channel=channel, to=row.to_name)


@transaction.atomic
def lapse(offer_id: UUID, *, now: datetime) -> bool:
    """End an offer that nobody answered in time and tell the owner. Harmless when repeated; False if there was nothing to do."""
    found = Offer.objects.filter(pk=offer_id, state=OfferState.OPEN, lapses_at__lte=now).first()
    if found is None:
        return False
    ticket = Ticket.objects.select_for_update().get(pk=found.ticket_id)
    row = Offer.objects.select_for_update().get(pk=offer_id)
    if row.state != OfferState.OPEN:
        return False
    offers.end(row, OfferState.LAPSED, now=now)
    _write(ticket, entries.Kind.LAPSED, row, None, now=now, to=row.to_name)
    notices.announce_return(ticket, row, _to_tell(ticket, row), declined_by="", now=now)
    return True


def due_offers(now: datetime) -> list[UUID]:
    """The offers whose time is over, the longest waiting first."""
    rows = Offer.objects.filter(state=OfferState.OPEN, lapses_at__lte=now)
    return list(rows.order_by("lapses_at").values_list("pk", flat=True))


@transaction.atomic
def assign(viewer: Viewer, ticket_id: UUID, person_id: UUID, *, reason: str, channel: Channel, now: datetime) -> None:
    """Give the ticket to somebody without asking, who is told. For managers; the reason stands in the story.

    Raises RoleRequired, NotFound, TicketClosed, ReasonNeeded, NobodyToOwn.
    """
    require(viewer, Role.MANAGER)
    ticket = _on_the_desk(viewer, ticket_id)
    if ticket.owner_id == person_id:
        return
    to = offers.receiver(person_id, "", but=ticket.owner_id)
    said = _said(reason)
    offers.drop(ticket, now=now)
    own(ticket, person_id, to.name, by=viewer.person_id, channel=channel, now=now)
    entries.write(
        ticket,
        entries.Kind.GIVEN,
        now,
        key=f"{person_id}:{rfc3339(now)}",
        author=viewer.person_id,
        channel=channel,
        internal=True,
        by=viewer.name,
        owner=to.name,
        reason=said,
    )
    if person_id != viewer.person_id:
        notices.announce_owner(ticket, to.people[0], by=viewer.name, reason=said, now=now)


def _on_the_desk(viewer: Viewer, ticket_id: UUID) -> Ticket:
    ticket = held(viewer, ticket_id)
    if ticket.state == State.CLOSED:
        raise TicketClosed(number=ticket.number)
    return ticket


def _said(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded
    return reason.strip()


def _lapses_at(ticket: Ticket, *, now: datetime) -> datetime:
    support = promises.support_of(ticket, now=now)
    return patience.lapses_at(support.response if support else None, ticket.due_at, now=now)


def _go_up(ticket: Ticket, row: Offer, *, now: datetime) -> None:
    """Handing back, and handing over for the second time, take the next step of the ladder."""
    if row.back:
        rise(ticket, Occasion(Cause.HANDED_BACK, f"handed-back:{row.pk}"), now=now)
    elif hops(care.tenures_of(ticket, now=now)) >= 1:
        rise(ticket, Occasion(Cause.SECOND_HAND_OVER, f"second-hand-over:{row.pk}"), now=now)


def _to_tell(ticket: Ticket, row: Offer) -> list[accounts.PersonCard]:
    """The owner, and whoever made the offer if that was somebody else."""
    return list(accounts.people({each for each in (ticket.owner_id, row.by_id) if each}).values())


def _await(row: Offer) -> None:
    from tallylight.support.jobs import lapse_later

    lapse_later(row.pk, at=row.lapses_at)


def _write(
    ticket: Ticket,
    kind: entries.Kind,
    row: Offer,
    viewer: Viewer | None,
    *,
    now: datetime,
    channel: Channel = Channel.SYSTEM,
    **facts: Any,
) -> None:
    """An entry for the desk: customers see whose it is, not who was asked."""
    entries.write(
        ticket,
        kind,
        now,
        key=str(row.pk),
        author=viewer.person_id if viewer else None,
        channel=channel,
        internal=True,
        by=viewer.name if viewer else "",
        reason=row.answer or row.reason,
        until=rfc3339(row.lapses_at),
        **facts,
    )
