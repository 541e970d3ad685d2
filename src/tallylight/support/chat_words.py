"""What a chat says of its ticket, in the active language: who has it, and by when somebody answers. Nothing is promised
that the contract does not promise."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tallylight.support.cards import TicketCard
from tallylight.support.states import State


def where_it_stands(card: TicketCard, *, now: datetime) -> str:
    """One or two whole sentences."""
    match card.state:
        case State.OPEN:
            return _waits(card, now=now)
        case State.ACKNOWLEDGED:
            return _("%(person)s has it in hand.") % {"person": card.owner or card.acknowledged_by}
        case State.RESOLVED:
            return _("It is resolved. What you write opens it again.")
        case State.CLOSED:
            return _("It is closed. What you write opens it again, or another one if it is long over.")


def _waits(card: TicketCard, *, now: datetime) -> str:
    facts = {"owner": card.owner or "Tallylight", "at": instant(card.response_due_at, now=now)}
    if card.response_due_at is None:
        return _("%(owner)s will answer. Your contract promises no time for it.") % facts
    if card.response_due_at <= now:
        return _("%(owner)s owes you an answer since %(at)s.") % facts
    return _("%(owner)s will answer; your contract promises it by %(at)s.") % facts


def instant(at: datetime | None, *, now: datetime) -> str:
    """An instant in the reader's zone: the time alone if it is today."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return date_format(local, "H:i" if local.date() == timezone.localtime(now).date() else "Y-m-d H:i")
