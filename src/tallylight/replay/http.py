"""Routes: a draft replayed over the past."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from tallylight.accounts.api import viewer_of
from tallylight.contracts.api import MAX_BYTES, Level, Promise, Promised
from tallylight.kernel import clock
from tallylight.replay import api
from tallylight.replay.api import Outcome
from tallylight.replay.plain import plain

router = Router()


class ReplayIn(Schema):
    source: str = Field(max_length=MAX_BYTES, description="The whole draft, as YAML.")
    over: str = Field(
        max_length=40,
        description="2026-10, 2026-08..2026-10, last-90-days or dates; months are taken whole, 13 at most.",
    )
    organisation: str = Field("", max_length=63, description="Whose past, by slug; empty: the draft's customer.")


class AmountOut(Schema):
    minor: int
    currency: str
    text: str


class TallyOut(Schema):
    kept: int
    broken: int
    open: int
    unknown: int


class TallyCostOut(TallyOut):
    cost: list[AmountOut]


class ObjectiveSideOut(Schema):
    outcome: Outcome
    name: str
    bound: float
    target: str
    attained: str | None
    good: str
    counted: int
    bad: int
    unknown: int
    missing: int = Field(description="Slices that can't be judged again; they are in no other figure.")


class ObjectiveOut(Schema):
    month: str
    region: str
    promise: Promise
    unit: str
    then: list[ObjectiveSideOut]
    under_draft: ObjectiveSideOut | None


class TicketOut(Schema):
    id: UUID
    number: str
    headline: str
    opened_at: datetime


class ClockSideOut(Schema):
    level: Level
    outcome: Outcome
    target_s: float
    due_at: datetime | None
    answered_at: datetime | None
    counted_s: float
    late_at: list[datetime] = Field(description="Due instants that passed unanswered.")


class CaseOut(Schema):
    ticket: TicketOut
    differs: bool
    then: ClockSideOut | None
    under_draft: ClockSideOut | None


class ClockOut(Schema):
    level: Level
    clock: Promised
    then: TallyOut
    under_draft: TallyOut
    cases: list[CaseOut]


class LevelOut(Schema):
    ticket: TicketOut
    then: Level
    under_draft: Level | None


class CostOut(Schema):
    amount: AmountOut
    steps: list[str]


class MonthCostOut(Schema):
    month: str
    over: bool
    at_least: bool
    then: list[CostOut]
    under_draft: CostOut


class ReplayOut(Schema):
    customer: str
    draft: str
    timezone: str
    months: list[str]
    start: datetime
    until: datetime
    said: list[str]
    at_least: bool
    tickets: int
    then: TallyCostOut
    under_draft: TallyCostOut
    objectives: list[ObjectiveOut]
    clocks: list[ClockOut]
    levels: list[LevelOut]
    costs: list[MonthCostOut]
    gaps: list[str] = Field(description="What can't be judged again, and why.")


@router.post("/contract-replays", response=ReplayOut, summary="Replay a draft over the past")
def replay(request: HttpRequest, wanted: ReplayIn) -> dict[str, Any]:
    """Which promises a draft would have broken in months that are past, and what it would have cost, beside what really applied.

    For managers. What can't be judged again counts as unknown, never as kept. Nothing is stored.
    """
    found = api.replay(viewer_of(request), wanted.source, wanted.over, customer=wanted.organisation, now=clock.now())
    return plain(found)
