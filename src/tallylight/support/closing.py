"""Use cases: putting a resolved ticket away with its cause, and taking it up again when the customer writes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer, require_staff
from tallylight.escalation import api as escalation
from tallylight.kernel.clock import rfc3339
from tallylight.support import desk_rules, entries, promises, satisfaction, tasks
from tallylight.support.causes import Cause, needs_words
from tallylight.support.climbing import climb
from tallylight.support.errors import CauseNeeded, NotResolved, TasksOpen
from tallylight.support.handling import held
from tallylight.support.models import Ticket
from tallylight.support.rising import start_over
from tallylight.support.states import Channel, Happening, State


@transaction.atomic
def close(
    viewer: Viewer,
    ticket_id: UUID,
    *,
    cause: Cause,
    words: str = "",
    despite_tasks: bool = False,
    channel: Channel,
    now: datetime,
) -> None:
    """Put a resolved ticket away, with what it was in the end; the customer reads that and is asked once how it went.

    With open tasks only if one says so (`despite_tasks`); they stay open. Harmless when repeated: the first cause stands.
    Raises RoleRequired, NotFound, NotResolved, CauseNeeded, TasksOpen.
    """
    require_staff(viewer)
    ticket = held(viewer, ticket_id)
    if ticket.state == State.CLOSED:
        return
    if ticket.state != State.RESOLVED:
        raise NotResolved(number=ticket.number)
    words = words.strip()
    if needs_words(cause) and not words:
        raise CauseNeeded
    left_open = tasks.open_count(ticket)
    if left_open and not despite_tasks:
        raise TasksOpen(number=ticket.number)
    ticket.state, ticket.closed_at, ticket.closed_by_id = State.CLOSED, now, viewer.person_id
    ticket.cause, ticket.cause_words = cause, words
    ticket.save()
    entries.write(
        ticket,
        entries.Kind.CLOSED,
        now,
        key=rfc3339(now),
        author=viewer.person_id,
        channel=channel,
        cause=cause.value,
        words=words,
        person=viewer.name,
    )
    if left_open:
        entries.write(ticket, entries.Kind.LEFT_OPEN, now, key=rfc3339(now), internal=True, count=left_open)
    accounts.audit(viewer, "support.close", str(ticket.pk), cause=cause.value, words=words, open_tasks=left_open)
    satisfaction.ask(ticket, now=now)


def may_reopen(resolved_at: datetime, *, period: timedelta, now: datetime) -> bool:
    """Whether a customer's word still opens a resolved ticket again: until `period` after its resolution, inclusive. Pure."""
    return now <= resolved_at + period


def is_over(ticket: Ticket, *, now: datetime) -> bool:
    """Whether a resolved or closed ticket stays as it is when the customer writes, who needs a new one then."""
    if ticket.state not in (State.RESOLVED, State.CLOSED) or ticket.resolved_at is None:
        return False
    return not may_reopen(ticket.resolved_at, period=desk_rules.reopen_period(), now=now)


def reopen(ticket: Ticket, *, now: datetime) -> None:
    """Somebody has to do something again. Its clocks go on from what they had used. The caller holds the row and saves it."""
    ticket.state = State.ACKNOWLEDGED if ticket.acknowledged_at else State.OPEN
    ticket.resolved_at = ticket.closed_at = ticket.closed_by_id = None
    ticket.cause = ticket.cause_words = ""
    promises.note(ticket, Happening.REOPENED, at=now)
    entries.write(ticket, entries.Kind.REOPENED, now, key=rfc3339(now))
    if ticket.acknowledged_at is None:
        promises.note(ticket, Happening.STILL_UNANSWERED, at=now)
        climb(ticket, now=now)
    else:
        occasion = escalation.Occasion(escalation.Cause.REOPENED, f"reopened:{rfc3339(now)}")
        start_over(ticket, occasion, now=now)
