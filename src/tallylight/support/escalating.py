"""Use cases of asking for more: the customer asks for escalation, the staff take a step of the ladder by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Role, Viewer, require_staff
from tallylight.escalation import api as escalation
from tallylight.escalation.api import Cause, Occasion
from tallylight.kernel.clock import rfc3339
from tallylight.support import entries, notices
from tallylight.support.errors import AskedLately, CustomersAsk, ReasonNeeded, TicketClosed
from tallylight.support.handling import held
from tallylight.support.models import Ticket
from tallylight.support.rising import rise, until
from tallylight.support.states import PENDING, Channel

#: How often a customer may ask for escalation of one ticket.
AGAIN_AFTER = timedelta(minutes=30)


class Deed(StrEnum):
    """What the staff do with a ladder by hand."""

    JUMP = "jump"
    SKIP = "skip"
    REPEAT = "repeat"


@transaction.atomic
def ask_for_more(viewer: Viewer, ticket_id: UUID, reason: str, *, channel: Channel, now: datetime) -> None:
    """The customer wants somebody above: the next step is taken now, and the customer hears who that is.

    Once in half an hour for each ticket. Raises CustomersAsk, NotFound, TicketClosed, ReasonNeeded, AskedLately.
    """
    if viewer.is_provider:
        raise CustomersAsk
    ticket = _pending(viewer, ticket_id)
    said, again_at = _said(reason), may_ask_at(ticket)
    if again_at is not None and now < again_at:
        raise AskedLately(number=ticket.number, at=rfc3339(again_at))
    key = rfc3339(now)
    rise(ticket, Occasion(Cause.ASKED, f"asked:{key}", viewer.name, said), now=now)
    called = _called(ticket)
    kind = entries.Kind.MORE_ASKED
    author, by = viewer.person_id, viewer.name
    entries.write(ticket, kind, now, key=key, author=author, channel=channel, by=by, reason=said, people=called)
    owner = accounts.person(ticket.owner_id) if ticket.owner_id else None
    notices.announce_more_asked(ticket, owner, by=viewer.name, reason=said, called=called, now=now)


@transaction.atomic
def take_step(
    viewer: Viewer, ticket_id: UUID, deed: Deed, *, step: int | None = None, reason: str, now: datetime
) -> None:
    """Jump to a step, skip the next, or repeat one; `step` counts from 0 in the ticket's latest ladder. For the staff.

    Raises RoleRequired, NotFound, TicketClosed, ReasonNeeded, NoLadder, NoSuchStep, NothingAfter.
    """
    require_staff(viewer)
    ticket = _pending(viewer, ticket_id)
    occasion = Occasion(Cause.BY_HAND, f"by-hand:{viewer.person_id}:{now.isoformat()}", viewer.name, _said(reason))
    if deed is Deed.SKIP:
        escalation.skip(ticket.pk, occasion, now=now)
        return
    if step is None:
        raise escalation.NoSuchStep
    act = escalation.jump if deed is Deed.JUMP else escalation.repeat
    act(ticket.pk, step, occasion, due_at=until(ticket, now=now), owner=ticket.owner_id, now=now)


def may_ask_at(ticket: Ticket) -> datetime | None:
    """From when on the customer may ask again; None if they have not asked yet."""
    asked = ticket.entries.filter(kind=entries.Kind.MORE_ASKED).order_by("-at").values_list("at", flat=True).first()
    return asked + AGAIN_AFTER if asked else None


def _called(ticket: Ticket) -> list[str]:
    """Whom it was brought to: by its ladder, or without one to the managers."""
    ladders = escalation.of_subject(ticket.pk)
    if ladders:
        return list(ladders[-1].called)
    return [each.name for each in accounts.staff_with_role(Role.MANAGER)]


def _pending(viewer: Viewer, ticket_id: UUID) -> Ticket:
    ticket = held(viewer, ticket_id)
    if ticket.state not in PENDING:
        raise TicketClosed(number=ticket.number)
    return ticket


def _said(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded
    return reason.strip()
