"""Routes: alerts and thresholds, each tenant its own."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, viewer_of
from tallylight.alerts import api

router = Router()


class AlertOut(Schema):
    id: UUID
    threshold: UUID
    organisation: UUID | None
    source: str
    node: str
    region: str
    metric: api.Metric
    raise_above: float
    clear_below: float
    value: float
    worst: float
    samples: int
    breached_at: datetime
    raised_at: datetime
    recovered_at: datetime | None
    cleared_at: datetime | None


class ThresholdOut(Schema):
    id: UUID
    organisation: UUID | None
    region: str
    metric: api.Metric
    raise_above: float
    clear_below: float
    window_s: int
    for_s: int
    clear_for_s: int
    min_samples: int
    source: str
    since: datetime


@router.get("/alerts", response=list[AlertOut], summary="Alerts")
@paginate(Pages)
def alerts(request: HttpRequest, node: str = "", region: str = "", firing: bool = False) -> list[api.AlertCard]:  # noqa: FBT001, FBT002
    """The latest alerts, the last raised first: yours, or everybody's for the provider's staff."""
    return api.alerts_visible_to(viewer_of(request), node=node, region=region, firing_only=firing)


@router.get("/thresholds", response=list[ThresholdOut], summary="Thresholds in force")
@paginate(Pages)
def thresholds(request: HttpRequest) -> list[api.ThresholdCard]:
    """When a node counts as being in trouble, by region and metric."""
    return api.thresholds_visible_to(viewer_of(request))
