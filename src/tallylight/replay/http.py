"""Routes: a draft replayed over the past."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status

from tallylight.accounts.api import viewer_of
from tallylight.contracts.api import MAX_BYTES, Level, Promise, Promised
from tallylight.kernel import clock
from tallylight.replay import api
from tallylight.replay.api import Outcome, Replay, RunCard, RunState
from tallylight.replay.plain import fault_told, plain

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


class FaultOut(Schema):
    code: str = Field(description="Stable; what a program may go by.")
    title: str
    advice: str


class RunOut(Schema):
    id: UUID
    customer: str
    asked_by: UUID
    asked_at: datetime
    draft: str
    sha256: str = Field(description="Of the draft's text as it was sent.")
    over: str
    months: list[str]
    months_done: int = Field(description="How many of `months` are judged.")
    state: RunState
    finished_at: datetime | None
    expires_at: datetime = Field(description="Afterwards it is deleted, the draft's text with it.")
    fault: FaultOut | None = Field(description="Why it failed, if it did.")
    result: ReplayOut | None = Field(description="Once it is done.")


@router.post("/contract-replays", response={202: RunOut}, summary="Replay a draft over the past")
def ask(request: HttpRequest, response: HttpResponse, wanted: ReplayIn) -> Status[dict[str, Any]]:
    """Asks which promises a draft would have broken in months that are past, and what it would have cost, beside what really
    applied. What can't be judged again counts as unknown, never as kept.

    For managers. It is worked out in the background, month by month: `Location` is where to look for it. The draft's text and the
    answer are kept for seven days, for the provider's managers alone. Asked again before it is answered, it is the same replay. A
    draft with faults is refused at once, and nothing is kept.
    """
    viewer, now = viewer_of(request), clock.now()
    card = api.ask(viewer, wanted.source, wanted.over, customer=wanted.organisation, now=now)
    response["Location"] = f"{request.path}/{card.id}"
    return Status(202, _told(card))


@router.get("/contract-replays/{replay_id}", response=RunOut, summary="A replay that was asked for")
def get_replay(request: HttpRequest, replay_id: UUID) -> dict[str, Any]:
    """How far it is, and what it says once it is done. For managers, for seven days after it was asked for."""
    viewer, now = viewer_of(request), clock.now()
    card = api.run(viewer, replay_id, now=now)
    return _told(card, api.result(viewer, replay_id, now=now) if card.state is RunState.DONE else None)


def _told(card: RunCard, found: Replay | None = None) -> dict[str, Any]:
    facts = {name: getattr(card, name) for name in RunOut.model_fields if name not in ("customer", "fault", "result")}
    return {
        **facts,
        "customer": card.customer.slug,
        "fault": fault_told(card.fault) if card.fault else None,
        "result": plain(found) if found else None,
    }
