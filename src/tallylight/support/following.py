"""Use cases of time going by: open tickets follow their contract, promises that were due are looked at, owners reminded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.escalation import api as escalation
from tallylight.support import notices, promises
from tallylight.support.climbing import climb
from tallylight.support.models import Ticket
from tallylight.support.states import PENDING, Promise


@transaction.atomic
def follow_contract(organisation_id: UUID, *, now: datetime) -> None:
    """Another contract holds: what is open follows it, and so do the ladders that still climb. Harmless when repeated."""
    rows = Ticket.objects.select_for_update().filter(organisation_id=organisation_id, state__in=PENDING)
    for ticket in rows.order_by("id"):
        before = _dues(ticket)
        promises.keep_due(ticket, now=now)
        if before == _dues(ticket):
            continue
        ticket.save()
        if ticket.acknowledged_at is None:
            escalation.stop(ticket.pk, because="contract-amended", now=now)
            climb(ticket, now=now)


def _dues(ticket: Ticket) -> tuple[datetime | None, ...]:
    return ticket.response_due_at, ticket.resolution_due_at, ticket.due_at


def look_at_due(*, now: datetime) -> int:
    """Look at every ticket of which a promise was due before `now`, one transaction each; how many. Harmless when repeated."""
    due = list(Ticket.objects.filter(next_due_at__lt=now).order_by("next_due_at").values_list("pk", flat=True))
    for ticket_id in due:
        _look_at(ticket_id, now=now)
    return len(due)


@transaction.atomic
def _look_at(ticket_id: UUID, *, now: datetime) -> None:
    ticket = Ticket.objects.select_for_update().filter(pk=ticket_id, next_due_at__lt=now).first()
    if ticket:
        promises.keep_due(ticket, now=now)
        ticket.save()


def remind(*, now: datetime) -> int:
    """Remind the owner of every ticket of which news are due soon, one transaction each; how many. Harmless when repeated."""
    due = Ticket.objects.filter(remind_at__lte=now).order_by("remind_at").values_list("pk", flat=True)
    return sum(_remind(each, now=now) for each in list(due))


@transaction.atomic
def _remind(ticket_id: UUID, *, now: datetime) -> bool:
    ticket = Ticket.objects.select_for_update().filter(pk=ticket_id, remind_at__lte=now).first()
    if ticket is None:
        return False
    news = promises.readings(ticket, now=now).get(Promise.UPDATE)
    owner = accounts.person(ticket.owner_id) if ticket.owner_id else None
    if owner and news and news.due_at:
        notices.announce_news_due(ticket, owner, due_at=news.due_at, now=now)
    ticket.remind_at = None
    ticket.save(update_fields=["remind_at"])
    return True
