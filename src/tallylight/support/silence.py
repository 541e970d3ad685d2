"""A ticket that was taken in hand and then stands still goes up its ladder again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tallylight.clocks.api import Reading
from tallylight.escalation import api as escalation
from tallylight.escalation.api import Cause, Occasion
from tallylight.support import promises, standing
from tallylight.support.models import Ticket
from tallylight.support.rising import rise
from tallylight.support.states import Promise, State

#: Of the time in which the contract promises news; a word at least so often keeps a ticket in hand.
SHARE_OF_NEWS = 1 / 2
LEAST = timedelta(minutes=15)


def allowed(news: timedelta) -> timedelta:
    """How long a ticket in hand may stand still: half the time in which news are promised, at least a quarter of an hour."""
    return max(news * SHARE_OF_NEWS, LEAST)


def keep(ticket: Ticket, *, now: datetime) -> None:
    """Write down when silence will be over the limit, after a deed; the caller saves the ticket."""
    from tallylight.support.jobs import look_later

    ticket.silent_at = due_at(ticket, now=now) if ticket.state == State.ACKNOWLEDGED else None
    if ticket.silent_at is not None:
        look_later(at=ticket.silent_at)


def due_at(ticket: Ticket, *, now: datetime) -> datetime | None:
    """When it will have stood still for too long, counted as the resolution's clock counts; None if nothing is promised or
    that clock stands still."""
    promised = promises.stood(ticket, now=now)
    if not promised:
        return None
    log, deeds = promises.happened(ticket), promises.done(ticket)
    reading = standing.readings_under(log, deeds, promised, now=now)[Promise.RESOLUTION]
    used = _counted_until(reading, _last_deed(ticket)) + allowed(promised[-1].support.update)
    return standing.counted_instant(log, deeds, promised, Promise.RESOLUTION, used)


def look(*, now: datetime) -> int:
    """Bring up every ticket that stood still for too long, one transaction each; how many. Harmless when repeated."""
    due = Ticket.objects.filter(silent_at__lte=now).order_by("silent_at").values_list("pk", flat=True)
    return sum(_look_at(each, now=now) for each in list(due))


@transaction.atomic
def _look_at(ticket_id: UUID, *, now: datetime) -> bool:
    ticket = Ticket.objects.select_for_update().filter(pk=ticket_id, silent_at__lte=now).first()
    if ticket is None:
        return False
    before = ticket.silent_at
    keep(ticket, now=now)  # somebody may have done something since
    still = ticket.silent_at is not None and ticket.silent_at <= now
    if still and not _climbs(ticket):
        rise(ticket, Occasion(Cause.SILENCE, f"silence:{ticket.silent_at or before}"), now=now)
    if still:
        ticket.silent_at = None  # until somebody takes it in hand again
    ticket.save(update_fields=["silent_at"])
    return still


def _climbs(ticket: Ticket) -> bool:
    return any(each.state is escalation.State.RUNNING for each in escalation.of_subject(ticket.pk))


def _last_deed(ticket: Ticket) -> datetime:
    """When somebody of the staff last said or did something on it."""
    entries = ticket.entries.filter(author__isnull=False).exclude(
        author__memberships__organisation=ticket.organisation_id
    )
    last = entries.order_by("-at").values_list("at", flat=True).first()
    return max(each for each in (last, ticket.acknowledged_at, ticket.opened_at) if each)


def _counted_until(reading: Reading, at: datetime) -> timedelta:
    """What the clock had counted by then."""
    counted = (min(each.end, at) - each.start for each in reading.spans if each.counted and each.start < at)
    return sum(counted, timedelta(0))
