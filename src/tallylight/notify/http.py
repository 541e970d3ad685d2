"""Routes: one's own further addresses, and proof of what was sent. For the provider's staff."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from tallylight.accounts.api import Pages, audit, require_staff, viewer_of
from tallylight.kernel import clock
from tallylight.notify import api, endpoints

router = Router()


class EndpointIn(Schema):
    channel: Literal["im", "sms", "phone"]
    label: str = Field(min_length=1, max_length=100)
    url: str = Field(min_length=3, max_length=1000, description="An Apprise URL. It is never shown again.")


class EndpointOut(Schema):
    id: UUID
    channel: str
    label: str
    service: str


class AttemptOut(Schema):
    number: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    server: str
    code: int | None
    reply: str
    queue_id: str


class DeliveryOut(Schema):
    id: UUID
    about: UUID | None
    channel: str
    address: str
    locale: str
    subject: str
    state: str
    created_at: datetime
    next_at: datetime | None
    accepted_at: datetime | None
    failed_at: datetime | None
    attempts: list[AttemptOut]


@router.get("/endpoints", response=list[EndpointOut], summary="My further addresses")
@paginate(Pages)
def list_endpoints(request: HttpRequest) -> list[endpoints.EndpointCard]:
    """Where else than by mail you are reached when a step of a ladder asks for it."""
    viewer = viewer_of(request)
    require_staff(viewer)
    return endpoints.endpoints_of(viewer.person_id)


@router.post("/endpoints", response={201: EndpointOut}, summary="Add a further address")
def add_endpoint(request: HttpRequest, body: EndpointIn) -> Status[endpoints.EndpointCard]:
    """An Apprise URL for messages by IM, text message or phone."""
    viewer = viewer_of(request)
    require_staff(viewer)
    made = endpoints.add_endpoint(viewer.person_id, body.channel, body.label, body.url, now=clock.now())
    audit(viewer, "endpoint.added", str(made.id), channel=made.channel, service=made.service)
    return Status(201, made)


@router.delete("/endpoints/{endpoint_id}", response={204: None}, summary="Remove a further address")
def remove_endpoint(request: HttpRequest, endpoint_id: UUID) -> Status[None]:
    """Messages that are still on their way to it are given up."""
    viewer = viewer_of(request)
    require_staff(viewer)
    endpoints.remove_endpoint(viewer.person_id, endpoint_id)
    audit(viewer, "endpoint.removed", str(endpoint_id))
    return Status(204, None)


@router.get("/deliveries", response=list[DeliveryOut], summary="What was sent about a subject")
@paginate(Pages)
def deliveries(request: HttpRequest, about: UUID) -> list[api.DeliveryCard]:
    """Every message about a ticket, with each attempt and the server's own words."""
    require_staff(viewer_of(request))
    return api.deliveries(about)
