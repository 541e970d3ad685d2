"""Bringing a ticket up its ladder before its time: by what happens on it, and by the staff's hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role
from tallylight.escalation import api as escalation
from tallylight.escalation.api import Cause, Occasion
from tallylight.support import notices, patience, promises
from tallylight.support.growth import doublings
from tallylight.support.models import Ticket
from tallylight.support.states import PENDING


def rise(ticket: Ticket, occasion: Occasion, *, now: datetime) -> None:
    """Take the next step of its ladder now, once for each occasion; without a ladder the managers are told.

    The caller holds the ticket. A ticket on which nobody has to do anything stays where it is.
    """
    if ticket.state not in PENDING:
        return
    by = until(ticket, now=now)
    if not escalation.step_up(ticket.pk, occasion, due_at=by, owner=ticket.owner_id, now=now):
        for manager in accounts.staff_with_role(Role.MANAGER):
            notices.announce_rise(ticket, occasion, manager, now=now)


def start_over(ticket: Ticket, occasion: Occasion, *, now: datetime) -> None:
    """Climb from the first step again, as when the customer opens it again after somebody had it in hand."""
    escalation.start_over(ticket.pk, occasion, due_at=until(ticket, now=now), owner=ticket.owner_id, now=now)


def grow(ticket: Ticket, *, level_raised: bool, now: datetime) -> None:
    """Its incident grew: a graver level, or twice the viewers (see `growth`). The caller holds it, and it is up to date."""
    if level_raised:
        rise(ticket, Occasion(Cause.GREW, f"grew:{ticket.level}"), now=now)
        return
    ladders = escalation.of_subject(ticket.pk)
    times = doublings(ladders[0].matter.viewers, ticket.viewers) if ladders else 0
    if times:
        rise(ticket, Occasion(Cause.GREW, f"grew:{2**times}"), now=now)


@transaction.atomic
def break_promise(ticket_id: UUID, due_at: datetime, *, now: datetime) -> None:
    """A promise of it that was due then is broken. Promises that break at one instant take one step. Harmless when repeated."""
    ticket = Ticket.objects.select_for_update().filter(pk=ticket_id, state__in=PENDING).first()
    if ticket is not None and escalation.of_subject(ticket_id):
        rise(ticket, Occasion(Cause.BREACH, f"breach:{due_at.isoformat()}"), now=now)


def until(ticket: Ticket, *, now: datetime) -> datetime:
    """By when somebody must have it in hand after it went up: as soon as an offer of it would lapse."""
    support = promises.support_of(ticket, now=now)
    return patience.lapses_at(support.response if support else None, ticket.due_at, now=now)
