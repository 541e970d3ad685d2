"""Routes for the provider's staff: what the hub sees now, and lines for charts."""

import math
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from tallylight.accounts.api import require_staff, viewer_of
from tallylight.telemetry import api

router = Router()

Word = Annotated[str, Field(max_length=128)]
#: The widest step is a month.
Step = Annotated[int, Field(ge=1, le=31 * 86_400)]


class NodeOut(Schema):
    name: str
    region: str
    presence: api.Presence
    judged: str
    latency_ms: float | None
    loss_pct: float | None
    jitter_ms: float | None
    silent_ms: float | None
    cpu: float | None
    memory: float | None
    disk: float | None
    egress_bps: float | None
    ingress_bps: float | None
    sockets: int | None
    viewers: int | None
    heard_at: datetime | None
    clock_offset_ms: float | None


class RegionOut(Schema):
    code: str
    nodes: int
    up: int
    firing: int
    latency_ms: float | None
    loss_pct: float | None
    viewers: int


class LiveOut(Schema):
    at: datetime
    nodes: list[NodeOut]
    regions: list[RegionOut]


class TrendIn(Schema):
    metric: api.Metric
    start: AwareDatetime
    end: AwareDatetime
    step_s: Step = 60
    region: Word = ""
    node: Word = ""
    peer: Word = ""
    customer: Word = ""


class SeriesOut(Schema):
    name: str
    values: list[float | None]


class TrendOut(Schema):
    metric: api.Metric
    unit: str
    step_s: int
    at_s: list[int]
    series: list[SeriesOut]


@router.get("/live", response=LiveOut, summary="The network now")
def live(request: HttpRequest) -> api.LiveSnapshot:
    """Nodes and regions as of the last second. For the provider's staff."""
    require_staff(viewer_of(request))
    return api.live_snapshot()


@router.get("/trends", response=TrendOut, summary="Lines for a chart")
def trends(request: HttpRequest, asked: Query[TrendIn]) -> dict[str, object]:
    """A metric over [start, end) in steps; null where nothing is known. At most 5,000 points. For the provider's staff."""
    require_staff(viewer_of(request))
    scope = api.Scope(region=asked.region, node=asked.node, peer=asked.peer, customer=asked.customer)
    trend = api.trends(scope, asked.metric, asked.start, asked.end, asked.step_s)
    return {
        "metric": trend.metric,
        "unit": trend.unit,
        "step_s": trend.step_s,
        "at_s": trend.at_s.tolist(),
        "series": [
            {"name": line.name, "values": [None if math.isnan(value) else value for value in line.values.tolist()]}
            for line in trend.series
        ],
    }
