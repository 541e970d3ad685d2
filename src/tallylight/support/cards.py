"""A ticket as other rooms know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import get_language

from tallylight.accounts.api import TenantQuerySet
from tallylight.contracts.api import Level
from tallylight.support.causes import Cause
from tallylight.support.models import Ticket
from tallylight.support.rank import Rank, rank
from tallylight.support.states import PENDING, Promise, State


@dataclass(frozen=True, slots=True)
class TicketCard:
    """A ticket in a list. `headline` is in the active language; the due instants are what its clocks say.

    `due_at` is the earliest at which something is or was due that has not come, and `due_promise` what that is. Queues go by
    `rank_at`; `credit_at_stake` is in per cent of the credit's base.
    """

    id: UUID
    number: str
    organisation_id: UUID
    customer: str
    incident: UUID | None
    headline: str
    level: Level
    state: State
    viewers: int
    owner_id: UUID | None
    owner: str
    opened_at: datetime
    due_promise: Promise | None
    due_at: datetime | None
    response_due_at: datetime | None
    resolution_due_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by_id: UUID | None
    acknowledged_by: str
    acknowledged_via: str
    resolved_at: datetime | None
    closed_at: datetime | None
    contract_sha256: str
    rank_at: datetime | None = None
    credit_at_stake: Decimal = Decimal(0)
    language: str = ""
    skill: str = ""
    closed_by: str = ""
    cause: Cause | None = None
    cause_words: str = ""
    follows_id: UUID | None = None
    follows: str = ""
    merged_into_id: UUID | None = None
    merged_into: str = ""
    split_from_id: UUID | None = None
    split_from: str = ""

    @property
    def pending(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in PENDING

    @property
    def rank(self) -> Rank | None:
        """Why it stands where it stands in queues; None while it owes nothing."""
        if self.due_at is None:
            return None
        return rank(self.due_at, self.level, credit=self.credit_at_stake, viewers=self.viewers)


def with_names() -> TenantQuerySet[Ticket]:
    """Tickets with the names that their cards show."""
    rows: TenantQuerySet[Ticket] = Ticket.objects.select_related(
        "organisation", "owner", "acknowledged_by", "closed_by", "follows", "merged_into", "split_from"
    )
    return rows


def card_of(row: Ticket) -> TicketCard:
    """The ticket as other rooms know it; fetch it with its names."""
    return TicketCard(
        id=row.pk,
        number=row.number,
        organisation_id=row.organisation_id,
        customer=row.organisation.name,
        incident=row.incident,
        headline=row.headline(get_language() or "en"),
        level=Level(row.level),
        state=State(row.state),
        viewers=row.viewers,
        owner_id=row.owner_id,
        owner=row.owner.name if row.owner else "",
        opened_at=row.opened_at,
        due_promise=Promise(row.due_promise) if row.due_promise else None,
        due_at=row.due_at,
        response_due_at=row.response_due_at,
        resolution_due_at=row.resolution_due_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by_id=row.acknowledged_by_id,
        acknowledged_by=row.acknowledged_by.name if row.acknowledged_by else "",
        acknowledged_via=row.acknowledged_via,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        contract_sha256=row.contract_sha256,
        rank_at=row.rank_at,
        credit_at_stake=row.credit_at_stake,
        language=row.language,
        skill=row.skill,
        closed_by=row.closed_by.name if row.closed_by else "",
        cause=Cause(row.cause) if row.cause else None,
        cause_words=row.cause_words,
        follows_id=row.follows_id,
        follows=row.follows.number if row.follows else "",
        merged_into_id=row.merged_into_id,
        merged_into=row.merged_into.number if row.merged_into else "",
        split_from_id=row.split_from_id,
        split_from=row.split_from.number if row.split_from else "",
    )
