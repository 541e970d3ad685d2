"""Routes: incidents and their timelines; the public state of the regions."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, viewer_of
from tallylight.incidents import api
from tallylight.kernel import clock
from tallylight.kernel.lazy import Lazy

router = Router()
#: How far back the public list goes.
PUBLIC_DAYS = 30


class ImpactOut(Schema):
    organisation_id: UUID
    reason: str
    viewers: int
    severity: str
    since: datetime


class IncidentOut(Schema):
    id: UUID
    number: str
    headline: str
    region: str
    severity: str
    metric: str
    worst: float
    limit: float
    nodes: list[str]
    opened_at: datetime
    first_breach_at: datetime
    recovered_at: datetime | None
    impacts: list[ImpactOut]


class TimelineOut(Schema):
    at: datetime
    kind: str
    text: str


class RegionStateOut(Schema):
    code: str
    name_en: str
    name_zh: str
    condition: str
    since: datetime | None
    incident: str
    metric: str | None


class PublicIncidentOut(Schema):
    number: str
    region: str
    condition: str
    metric: str
    opened_at: datetime
    recovered_at: datetime | None


class StatusOut(Schema):
    regions: list[RegionStateOut]
    incidents: list[PublicIncidentOut]


@router.get("/incidents", response=list[IncidentOut], summary="Incidents that concern me")
@paginate(Pages)
def incidents(request: HttpRequest, *, region: str = "", running: bool | None = None) -> Lazy[dict[str, Any]]:
    """The latest first. A customer sees those that hurt it, with its own part; the provider's staff sees all."""
    cards = api.visible_to(viewer_of(request), region=region, running=running)
    return cards.map(_out)


@router.get("/incidents/{incident_id}", response=IncidentOut, summary="One incident")
def incident(request: HttpRequest, incident_id: UUID) -> dict[str, Any]:
    """What happened, where, and what it did to you."""
    return _out(api.incident(viewer_of(request), incident_id))


@router.get("/incidents/{incident_id}/timeline", response=list[TimelineOut], summary="What happened, in order")
@paginate(Pages)
def timeline(request: HttpRequest, incident_id: UUID) -> list[api.TimelineCard]:
    """Whole sentences in the reader's language."""
    return api.timeline(viewer_of(request), incident_id)


@router.get("/status", response=StatusOut, auth=None, summary="How the regions do (public)")
def status(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 - ninja's signature
    """For everybody: each region's state and the incidents of the last thirty days, without any customer's facts."""
    since = clock.now() - timedelta(days=PUBLIC_DAYS)
    return {"regions": api.region_states(), "incidents": api.public_incidents(since)}


def _out(card: api.IncidentCard) -> dict[str, Any]:
    plain = {name: getattr(card, name) for name in card.__slots__}
    return {**plain, "headline": api.headline(card)}
