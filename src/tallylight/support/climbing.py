"""Setting a ticket on the ladder of its contract."""

from __future__ import annotations

from datetime import datetime

from tallylight.accounts import api as accounts
from tallylight.contracts.api import Level
from tallylight.escalation import api as escalation
from tallylight.support import promises
from tallylight.support.models import Ticket


def climb(ticket: Ticket, *, now: datetime) -> None:
    """Set the ticket on its contract's ladder; its first rung is taken at once."""
    ladder = promises.ladder(ticket, now=now)
    if not ladder or ticket.response_due_at is None:
        return
    matter = escalation.Matter(
        number=ticket.number,
        customer=accounts.organisation(ticket.organisation_id).name,
        level=Level(ticket.level),
        headlines=ticket.headlines or {"en": ticket.title},
        path=f"/tickets/{ticket.pk}",
        viewers=ticket.viewers,
        opened_at=ticket.opened_at,
        incident=str(ticket.incident or ""),
    )
    escalation.start(
        ticket.pk,
        ticket.organisation_id,
        matter,
        ladder,
        contract_sha256=ticket.contract_sha256,
        due_at=ticket.response_due_at,
        owner=ticket.owner_id,
        now=now,
    )
