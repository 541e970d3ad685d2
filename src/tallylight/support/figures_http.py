"""Routes: what the desk did in a period, as figures and as a file."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from tallylight.accounts.api import Instant, viewer_of
from tallylight.kernel import clock
from tallylight.support import figures
from tallylight.support.figures import By, Figure
from tallylight.support.figures_file import csv_of

router = Router()
#: What is told where no start is named.
USUAL = timedelta(days=28)


class TimingOut(Schema):
    """Seconds from the opening; `kept` is the share of the `decided` (0..1)."""

    count: int
    median_s: float | None
    p90_s: float | None
    decided: int
    kept: float | None


class FigureOut(Schema):
    by: By
    key: str = Field(description="Level, customer's id, channel or day; empty for all.")
    name: str
    tickets: int
    response: TimingOut
    mitigation: TimingOut
    resolution: TimingOut
    hops: float = Field(description="Mean number of changes of hands.")
    idle_s: float | None = Field(description="Median idle time of resolved tickets.")
    reopened: float = Field(description="Share of tickets that were opened again.")
    found_first: float = Field(description="Share of tickets that we saw before the customer.")
    score: float | None = Field(description="Mean of the customers' answers, 1 to 5.")
    answers: int


@router.get("/desk/figures", response=list[FigureOut], summary="What the desk did in a period")
def desk_figures(
    request: HttpRequest, *, start: Instant | None = None, end: Instant | None = None, customer: UUID | None = None
) -> list[dict[str, Any]]:
    """Times against promise, hops, idle time, reopening, who saw it first, satisfaction: of all tickets opened in the period (the
    last 28 days if none is named), by level, customer, channel and day. A customer gets its own."""
    return [_out(each) for each in _found(request, start, end, customer)]


@router.get("/desk/figures.csv", response={200: str}, summary="The same as a file")
def desk_figures_file(
    request: HttpRequest, *, start: Instant | None = None, end: Instant | None = None, customer: UUID | None = None
) -> HttpResponse:
    """CSV with a line for each group; shares are from 0 to 1, times in seconds."""
    return csv_of(_found(request, start, end, customer))


def _found(request: HttpRequest, start: Any, end: Any, customer: UUID | None) -> list[Figure]:
    now = clock.now()
    until = end or now
    return figures.figures(viewer_of(request), start or until - USUAL, until, customer=customer, now=now)


def _out(each: Figure) -> dict[str, Any]:
    plain = {name: getattr(each, name) for name in Figure.__slots__ if name != "timings"}
    return {**plain, **{promise.value: timing for promise, timing in each.timings.items()}}
