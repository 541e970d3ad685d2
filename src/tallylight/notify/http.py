"""Routes: one's own further addresses, and proof of what was sent. For the provider's staff."""

from datetime import datetime, time
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from tallylight.accounts.api import Pages, Role, audit, require, require_staff, viewer_of
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


class WayOut(Schema):
    id: str
    channel: str
    label: str
    service: str


class ReachOut(Schema):
    ways: list[WayOut]
    quiet_from: time | None
    quiet_until: time | None


class ReachIn(Schema):
    ways: list[str] | None = Field(
        default=None, max_length=100, description='"mail" and ids of further addresses, the first to be tried first.'
    )
    quiet_from: time | None = Field(
        default=None, description="On the clock of your own zone. Only what is major rings then."
    )
    quiet_until: time | None = None


class TrialIn(Schema):
    way: str = Field(default="mail", max_length=40, description='"mail", or the id of one of your further addresses.')


class SuppressionIn(Schema):
    address: str = Field(min_length=3, max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")
    reason: Literal["hard-bounce", "complaint", "manual"] = "manual"
    evidence: str = Field(min_length=1, max_length=4000, description="How we know.")


class LiftIn(Schema):
    reason: str = Field(min_length=1, max_length=1000)


class SuppressionOut(Schema):
    id: UUID
    address: str
    reason: str
    evidence: str
    created_at: datetime
    by: str
    lifted_at: datetime | None
    lifted_by: str
    lift_reason: str


class LimitIn(Schema):
    channel: Literal["mail", "im", "sms", "phone"]
    destination: str = Field(
        default="", max_length=255, description="A mail domain or a service's name; empty: every other of this channel."
    )
    per_minute: int = Field(ge=1, le=1_000_000)
    burst: int = Field(ge=1, le=1_000_000)


class LimitOut(Schema):
    id: UUID
    channel: str
    destination: str
    per_minute: int
    burst: int


class BacklogOut(Schema):
    channel: str
    destination: str
    messages: int
    oldest_at: datetime
    next_at: datetime


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


@router.get("/reach", response=ReachOut, summary="How I am reached")
def reach(request: HttpRequest) -> api.Preferences:
    """Your ways in the order in which they are tried, and your quiet hours."""
    return api.preferences(viewer_of(request).person_id)


@router.put("/reach", response=ReachOut, summary="Say how I am reached")
def set_reach(request: HttpRequest, body: ReachIn) -> api.Preferences:
    """Settle order and quiet hours. Ways you leave out come last; without quiet hours there are none.

    In quiet hours messages come by mail only, except for what is major.
    """
    viewer = viewer_of(request)
    api.set_quiet_hours(viewer.person_id, body.quiet_from, body.quiet_until)
    if body.ways is not None:
        api.set_order(viewer.person_id, body.ways)
    audit(viewer, "reach.set", str(viewer.person_id))
    return api.preferences(viewer.person_id)


@router.post("/trials", response={201: DeliveryOut}, summary="Send myself a test message")
def send_trial(request: HttpRequest, body: TrialIn) -> Status[api.DeliveryCard]:
    """Write a test message to one of your own addresses; ask for it again to see what the server said."""
    viewer = viewer_of(request)
    return Status(201, api.trial(viewer.person_id, api.send_trial(viewer, body.way, now=clock.now())))


@router.get("/trials/{message_id}", response=DeliveryOut, summary="What became of a test message")
def trial(request: HttpRequest, message_id: UUID) -> api.DeliveryCard:
    """Each attempt with the server's own words."""
    return api.trial(viewer_of(request).person_id, message_id)


@router.get("/suppressions", response=list[SuppressionOut], summary="Addresses to which nothing is sent")
@paginate(Pages)
def suppressions(request: HttpRequest, address: str = "") -> list[api.SuppressionCard]:
    """Those in force first, then the lifted, each with the reason and how we know. `address` picks those that hold it."""
    require_staff(viewer_of(request))
    return api.suppressions(address=address)


@router.post("/suppressions", response={201: SuppressionOut}, summary="Send nothing to an address any more")
def suppress(request: HttpRequest, body: SuppressionIn) -> Status[api.SuppressionCard]:
    """What is on its way to the address fails; people with another way are told that way."""
    viewer = viewer_of(request)
    require_staff(viewer)
    return Status(201, api.suppress(body.address, api.Why(body.reason), body.evidence, now=clock.now(), by=viewer))


@router.post("/suppressions/{suppression_id}/lift", response=SuppressionOut, summary="Send to an address again")
def lift(request: HttpRequest, suppression_id: UUID, body: LiftIn) -> api.SuppressionCard:
    """Lift a suppression, with a reason. Who lifted it, when and why is kept."""
    viewer = viewer_of(request)
    require_staff(viewer)
    return api.lift(viewer, suppression_id, body.reason, now=clock.now())


@router.get("/rate-limits", response=list[LimitOut], summary="How fast messages may go to a destination")
@paginate(Pages)
def rate_limits(request: HttpRequest) -> list[api.LimitCard]:
    """What somebody has set. Everything else goes at the usual pace of its channel. What must wait is never dropped."""
    require_staff(viewer_of(request))
    return api.limits()


@router.put("/rate-limits", response=LimitOut, summary="Set a destination's limit")
def set_rate_limit(request: HttpRequest, body: LimitIn) -> api.LimitCard:
    """From now on. For managers."""
    viewer = viewer_of(request)
    require(viewer, Role.MANAGER)
    return api.set_limit(viewer, body.channel, body.destination, per_minute=body.per_minute, burst=body.burst)


@router.delete("/rate-limits/{limit_id}", response={204: None}, summary="Remove a limit")
def remove_rate_limit(request: HttpRequest, limit_id: UUID) -> Status[None]:
    """The usual pace holds again. For managers."""
    viewer = viewer_of(request)
    require(viewer, Role.MANAGER)
    api.remove_limit(viewer, limit_id)
    return Status(204, None)


@router.get("/backlog", response=list[BacklogOut], summary="What waits, by destination")
@paginate(Pages)
def backlog(request: HttpRequest) -> list[api.Backlog]:
    """Destinations for which messages wait for their turn or for another attempt, the most first."""
    require_staff(viewer_of(request))
    return api.waiting()
