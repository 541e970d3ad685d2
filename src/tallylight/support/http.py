"""Routes: tickets, what is said on them, and what is done with them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from tallylight.accounts.api import Pages, viewer_of
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


class TicketDetailOut(TicketOut):
    clocks: list[ClockOut]
    entries: list[EntryOut]


class TicketIn(Schema):
    title: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=WORDS)
    level: Level = Level.BASIC


class WordsIn(Schema):
    text: str = Field(min_length=1, max_length=WORDS)


class AskIn(WordsIn):
    reason: str = Field(default="waiting-for-customer", max_length=64)


class AssignIn(Schema):
    person_id: UUID


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


@router.post("/tickets/{ticket_id}/owner", response=TicketDetailOut, summary="Give a ticket to somebody")
def assign(request: HttpRequest, ticket_id: UUID, body: AssignIn) -> dict[str, Any]:
    """The new owner is told by mail. For the provider's staff."""
    api.assign(viewer_of(request), ticket_id, body.person_id, channel=Channel.API, now=clock.now())
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
    return {**card, "clocks": clocks, "entries": found.entries}


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
