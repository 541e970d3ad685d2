"""Routes: asking to swap, and answering. Part of the room's router."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Instant, Pages, require_staff, viewer_of
from tallylight.kernel import clock
from tallylight.kernel.lazy import Lazy
from tallylight.oncall import api

router = Router()


class SpanIn(Schema):
    start: Instant
    end: Instant

    def span(self) -> api.Span:
        """As a value."""
        return api.Span(self.start, self.end)


class SpanOut(Schema):
    start: datetime
    end: datetime


class SwapIn(Schema):
    schedule: str = Field(min_length=1, max_length=63)
    other: UUID = Field(description="Who is asked.")
    gives: SpanIn = Field(description="When the other is to be on call in the place of the one who asks.")
    takes: SpanIn | None = Field(
        None, description="When the one who asks is on call in the other's place; null: never."
    )
    note: str = Field("", max_length=500)


class SwapOut(Schema):
    id: UUID
    schedule: str
    asked_by_id: UUID
    asked_by: str
    other_id: UUID
    other: str
    gives: SpanOut
    takes: SpanOut | None
    note: str
    state: str
    asked_at: datetime
    settled_at: datetime | None


@router.get("/on-call/swaps", response=list[SwapOut], summary="My swaps")
@paginate(Pages)
def swaps(request: HttpRequest) -> Lazy[api.SwapCard]:
    """What the one who asks asked of others, and was asked, the latest first."""
    viewer = viewer_of(request)
    require_staff(viewer)
    return api.swaps_of(viewer)


@router.post("/on-call/swaps", response={201: SwapOut}, summary="Ask somebody to swap")
def ask_swap(request: HttpRequest, wanted: SwapIn) -> Status[api.SwapCard]:
    """Nothing changes before the other accepts; they are told by mail."""
    made = api.ask_swap(
        viewer_of(request),
        wanted.schedule,
        wanted.other,
        wanted.gives.span(),
        wanted.takes.span() if wanted.takes else None,
        now=clock.now(),
        note=wanted.note,
    )
    return Status(201, made)


@router.post("/on-call/swaps/{swap_id}/accept", response=SwapOut, summary="Accept a swap")
def accept_swap(request: HttpRequest, swap_id: UUID) -> api.SwapCard:
    """For the one who was asked, before its first hour: both sides change at once."""
    return api.accept_swap(viewer_of(request), swap_id, now=clock.now())


@router.post("/on-call/swaps/{swap_id}/decline", response=SwapOut, summary="Decline a swap")
def decline_swap(request: HttpRequest, swap_id: UUID) -> api.SwapCard:
    """For the one who was asked; the schedule stays as it is."""
    return api.decline_swap(viewer_of(request), swap_id, now=clock.now())


@router.post("/on-call/swaps/{swap_id}/withdraw", response=SwapOut, summary="Take back a request to swap")
def withdraw_swap(request: HttpRequest, swap_id: UUID) -> api.SwapCard:
    """For the one who asked, as long as it is not answered."""
    return api.withdraw_swap(viewer_of(request), swap_id, now=clock.now())
