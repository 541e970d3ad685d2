"""Routes: tickets, what is said on them, and what is done with them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from tallylight.accounts.api import Pages, require_staff, viewer_of
from tallylight.clocks.api import ClockSpan, Reading
from tallylight.contracts.api import Level
from tallylight.kernel import clock
from tallylight.kernel.lazy import Lazy
from tallylight.support import api
from tallylight.support.states import Channel, Promise

router = Router()
WORDS = 20_000


class TicketOut(Schema):
    id: UUID
    number: str
    organisation_id: UUID
    customer: str
    incident: UUID | None
    headline: str
    level: Level
    state: str
    viewers: int
    owner_id: UUID | None
    owner: str
    opened_at: datetime
    due_promise: Promise | None
    due_at: datetime | None
    response_due_at: datetime | None
    resolution_due_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    acknowledged_via: str
    resolved_at: datetime | None
    closed_at: datetime | None


class SpanOut(Schema):
    """A half-open stretch of time that counts or does not."""

    start: datetime
    end: datetime
    seconds: float
    counted: bool
    why: str
    reason: str


class ClockOut(Schema):
    """`elapsed_s` = `counted_s` + `excluded_s` = the sum of the spans, to the microsecond."""

    promise: str
    state: str
    started_at: datetime | None
    due_at: datetime | None
    answered_at: datetime | None
    target_s: float
    elapsed_s: float
    counted_s: float
    excluded_s: float
    remaining_s: float
    paused: bool
    breached: bool
    spans: list[SpanOut]


class EntryOut(Schema):
    id: UUID
    at: datetime
    kind: str
    author: str
    channel: str
    internal: bool
    text: str


class OfferOut(Schema):
    """A hand-over that waits for an answer; the ticket's owner stays until then. `back`: they had the ticket before."""

    id: UUID
    ticket_id: UUID
    number: str
    customer: str
    headline: str
    by: str
    to: str
    to_person_id: UUID | None
    team: str
    reason: str
    back: bool
    offered_at: datetime
    lapses_at: datetime


class TicketDetailOut(TicketOut):
    """`offer`, `hops` and `idle_s` are for the provider's staff, null for customers.

    `hops` counts hand-overs; `idle_s` is the time without a word or a deed of the owner's while the clocks ran.
    """

    clocks: list[ClockOut]
    entries: list[EntryOut]
    offer: OfferOut | None
    hops: int | None
    idle_s: float | None


class TicketIn(Schema):
    title: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=WORDS)
    level: Level = Level.BASIC


class WordsIn(Schema):
    text: str = Field(min_length=1, max_length=WORDS)


class AskIn(WordsIn):
    reason: str = Field(default="waiting-for-customer", max_length=64)


class ReasonIn(Schema):
    reason: str = Field(min_length=1, max_length=2000)


class AssignIn(ReasonIn):
    person_id: UUID


class OfferIn(ReasonIn):
    """To one person or to one team, by its slug."""

    person_id: UUID | None = None
    team: str = Field(default="", max_length=63)


class CreatedOut(Schema):
    id: UUID


@router.get("/tickets", response=list[TicketOut], summary="Tickets")
@paginate(Pages)
def tickets(
    request: HttpRequest, *, pending: bool | None = None, owner: UUID | None = None, level: Level | None = None
) -> Lazy[api.TicketCard]:
    """Those still owed first, the one whose promise breaks next on top. A customer sees its own."""
    return api.tickets(viewer_of(request), pending=pending, owner=owner, level=level)


@router.post("/tickets", response={201: CreatedOut}, summary="Open a ticket")
def open_ticket(request: HttpRequest, body: TicketIn) -> Status[dict[str, UUID]]:
    """It has an owner and running clocks at once. For customers."""
    opened = api.open_ticket(
        viewer_of(request),
        title=body.title,
        text=body.text,
        level=body.level,
        channel=Channel.API,
        now=clock.now(),
    )
    return Status(201, {"id": opened})


@router.get("/tickets/{ticket_id}", response=TicketDetailOut, summary="One ticket")
def ticket(request: HttpRequest, ticket_id: UUID) -> dict[str, Any]:
    """Its story and what its clocks say now."""
    return _detail(request, ticket_id)


@router.post("/tickets/{ticket_id}/acknowledge", response=TicketDetailOut, summary="Take a ticket in hand")
def acknowledge(request: HttpRequest, ticket_id: UUID) -> dict[str, Any]:
    """Answers the response clock and stops the ladder; the first one counts. For the provider's staff."""
    api.acknowledge(viewer_of(request), ticket_id, channel=Channel.API, now=clock.now())
    return _detail(request, ticket_id)


@router.post("/tickets/{ticket_id}/messages", response={201: CreatedOut}, summary="Say something")
def say(request: HttpRequest, ticket_id: UUID, body: WordsIn) -> Status[dict[str, UUID]]:
    """Brought to the other side by mail. A customer's words on a resolved ticket open it again."""
    entry = api.say(viewer_of(request), ticket_id, body.text, channel=Channel.API, now=clock.now())
    return Status(201, {"id": entry})


@router.post("/tickets/{ticket_id}/notes", response={201: CreatedOut}, summary="Note something for the desk")
def note(request: HttpRequest, ticket_id: UUID, body: WordsIn) -> Status[dict[str, UUID]]:
    """Never shown to the customer. For the provider's staff."""
    entry = api.note(viewer_of(request), ticket_id, body.text, channel=Channel.API, now=clock.now())
    return Status(201, {"id": entry})


@router.post("/tickets/{ticket_id}/owner", response=TicketDetailOut, summary="Give a ticket to somebody without asking")
def assign(request: HttpRequest, ticket_id: UUID, body: AssignIn) -> dict[str, Any]:
    """The new owner is told by mail; the reason stands in the story. For managers; others offer it."""
    viewer = viewer_of(request)
    api.assign(viewer, ticket_id, body.person_id, reason=body.reason, channel=Channel.API, now=clock.now())
    return _detail(request, ticket_id)


@router.get("/offers", response=list[OfferOut], summary="Tickets that are offered to you")
@paginate(Pages)
def offers(request: HttpRequest) -> list[api.OfferCard]:
    """To you or to a team of yours; the one that lapses first on top. For the provider's staff."""
    viewer = viewer_of(request)
    require_staff(viewer)
    return api.open_offers(viewer, now=clock.now())


@router.post("/tickets/{ticket_id}/offer", response=TicketDetailOut, summary="Offer a ticket to somebody")
def offer(request: HttpRequest, ticket_id: UUID, body: OfferIn) -> dict[str, Any]:
    """To one person or to a team. Owner and clocks stay until it is accepted; unanswered, it lapses. For owner and managers."""
    api.offer(
        viewer_of(request),
        ticket_id,
        person_id=body.person_id,
        team=body.team,
        reason=body.reason,
        channel=Channel.API,
        now=clock.now(),
    )
    return _detail(request, ticket_id)


@router.post("/tickets/{ticket_id}/offer/accept", response=TicketDetailOut, summary="Accept a ticket")
def accept(request: HttpRequest, ticket_id: UUID) -> dict[str, Any]:
    """You own it and have it in hand. Of a team, the first one who accepts. For whom it is offered to."""
    api.accept(viewer_of(request), ticket_id, channel=Channel.API, now=clock.now())
    return _detail(request, ticket_id)


@router.post("/tickets/{ticket_id}/offer/decline", response=TicketDetailOut, summary="Decline a ticket")
def decline(request: HttpRequest, ticket_id: UUID, body: ReasonIn) -> dict[str, Any]:
    """The owner stays and reads why. For whom it is offered to."""
    api.decline(viewer_of(request), ticket_id, body.reason, channel=Channel.API, now=clock.now())
    return _detail(request, ticket_id)


@router.post("/tickets/{ticket_id}/offer/withdraw", response=TicketDetailOut, summary="Take an offer back")
def withdraw(request: HttpRequest, ticket_id: UUID) -> dict[str, Any]:
    """Before it is answered. For whoever made it, the owner, and managers."""
    api.withdraw(viewer_of(request), ticket_id, channel=Channel.API, now=clock.now())
    return _detail(request, ticket_id)


@router.post("/tickets/{ticket_id}/mitigate", response=TicketDetailOut, summary="Say that viewers no longer feel it")
def mitigate(request: HttpRequest, ticket_id: UUID, body: WordsIn) -> dict[str, Any]:
    """Answers the mitigation clock, with an explanation that the customer reads. For the provider's staff."""
    api.mitigate(viewer_of(request), ticket_id, body.text, channel=Channel.API, now=clock.now())
    return _detail(request, ticket_id)


@router.post("/tickets/{ticket_id}/ask", response=TicketDetailOut, summary="Ask the customer and wait for the answer")
def ask(request: HttpRequest, ticket_id: UUID, body: AskIn) -> dict[str, Any]:
    """The clocks stand still until the answer, if the contract names the reason. For the provider's staff."""
    api.ask(viewer_of(request), ticket_id, body.text, reason=body.reason, channel=Channel.API, now=clock.now())
    return _detail(request, ticket_id)


@router.post("/tickets/{ticket_id}/resolve", response=TicketDetailOut, summary="Resolve a ticket")
def resolve(request: HttpRequest, ticket_id: UUID, body: WordsIn) -> dict[str, Any]:
    """With an explanation that the customer reads. For the provider's staff."""
    api.resolve(viewer_of(request), ticket_id, body.text, channel=Channel.API, now=clock.now())
    return _detail(request, ticket_id)


@router.post("/tickets/{ticket_id}/close", response=TicketDetailOut, summary="Close a ticket")
def close(request: HttpRequest, ticket_id: UUID) -> dict[str, Any]:
    """Puts a resolved ticket away. For the provider's staff."""
    api.close(viewer_of(request), ticket_id, channel=Channel.API, now=clock.now())
    return _detail(request, ticket_id)


def _detail(request: HttpRequest, ticket_id: UUID) -> dict[str, Any]:
    found = api.ticket(viewer_of(request), ticket_id, now=clock.now())
    card = {name: getattr(found.card, name) for name in found.card.__slots__}
    clocks = [clock_out(promise, reading) for promise, reading in found.clocks.items()]
    care = found.care
    return {
        **card,
        "clocks": clocks,
        "entries": found.entries,
        "offer": found.offer,
        "hops": care.hops if care else None,
        "idle_s": care.idle.total_seconds() if care else None,
    }


def clock_out(promise: Promise, reading: Reading) -> dict[str, Any]:
    """A clock as the API shows it."""
    return {
        "promise": promise.value,
        "state": reading.state.value,
        "started_at": reading.started_at,
        "due_at": reading.due_at,
        "answered_at": reading.answered_at,
        "target_s": reading.target.total_seconds(),
        "elapsed_s": reading.elapsed.total_seconds(),
        "counted_s": reading.counted.total_seconds(),
        "excluded_s": reading.excluded.total_seconds(),
        "remaining_s": reading.remaining.total_seconds(),
        "paused": reading.paused,
        "breached": reading.breached,
        "spans": [_span(each) for each in reading.spans],
    }


def _span(span: ClockSpan) -> dict[str, Any]:
    return {
        "start": span.start,
        "end": span.end,
        "seconds": span.length.total_seconds(),
        "counted": span.counted,
        "why": span.why.value,
        "reason": span.reason,
    }
