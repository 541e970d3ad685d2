"""Routes: tickets, what is said on them, and what is done with them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, viewer_of
from tallylight.channels.api import as_download
from tallylight.contracts.api import Level
from tallylight.kernel import clock
from tallylight.kernel.lazy import Lazy
from tallylight.support import api, chat_http, closing_http, desk_http, figures_http, merging_http, tasks_http
from tallylight.support.shapes import (
    AskIn,
    AssignIn,
    CreatedOut,
    SaidOut,
    SenderIn,
    SkillIn,
    TicketDetailOut,
    TicketIn,
    TicketOut,
    WordsIn,
    detail_out,
)
from tallylight.support.states import Channel

router = Router()
router.add_router("", desk_http.router)
router.add_router("", closing_http.router)
router.add_router("", chat_http.router)
router.add_router("", merging_http.router)
router.add_router("", figures_http.router)
router.add_router("", tasks_http.router)


@router.get("/tickets", response=list[TicketOut], summary="Tickets")
@paginate(Pages)
def tickets(
    request: HttpRequest, *, pending: bool | None = None, owner: UUID | None = None, level: Level | None = None
) -> Lazy[api.TicketCard]:
    """Those still owed first, by rank: which promise breaks next, earlier the more hangs on it. A customer sees its own."""
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
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/acknowledge", response=TicketDetailOut, summary="Take a ticket in hand")
def acknowledge(request: HttpRequest, ticket_id: UUID) -> dict[str, Any]:
    """Answers the response clock and stops the ladder; the first one counts. For the provider's staff."""
    api.acknowledge(viewer_of(request), ticket_id, channel=Channel.API, now=clock.now())
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/messages", response={201: SaidOut}, summary="Say something")
def say(request: HttpRequest, ticket_id: UUID, body: WordsIn) -> Status[dict[str, UUID]]:
    """Brought to the other side by mail. A customer's words open a resolved or closed ticket again for as long as the provider
    says; after that they open another ticket, and `ticket_id` names it."""
    viewer = viewer_of(request)
    entry = api.say(viewer, ticket_id, body.text, channel=Channel.API, now=clock.now())
    return Status(201, {"id": entry, "ticket_id": api.ticket_of(viewer, entry)})


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
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/entries/{entry_id}/sender", response=TicketDetailOut, summary="Say who wrote it")
def confirm_sender(request: HttpRequest, ticket_id: UUID, entry_id: UUID, body: SenderIn) -> dict[str, Any]:
    """An address that nobody knew is that person's; what came from it becomes the customer's words. For the provider's staff."""
    api.confirm_sender(viewer_of(request), ticket_id, entry_id, body.person_id, now=clock.now())
    return detail_out(request, ticket_id)


@router.get("/tickets/{ticket_id}/files/{file_id}", summary="A file of a ticket")
def ticket_file(request: HttpRequest, ticket_id: UUID, file_id: UUID) -> HttpResponse:
    """To be saved: it is never shown in the browser."""
    return as_download(*api.ticket_file(viewer_of(request), ticket_id, file_id))


@router.put("/tickets/{ticket_id}/skill", response=TicketDetailOut, summary="Say which skill a ticket asks for")
def set_skill(request: HttpRequest, ticket_id: UUID, body: SkillIn) -> dict[str, Any]:
    """“Next” gives it only to who has it; empty: to anybody. For the provider's staff."""
    api.set_skill(viewer_of(request), ticket_id, body.skill)
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/mitigate", response=TicketDetailOut, summary="Say that viewers no longer feel it")
def mitigate(request: HttpRequest, ticket_id: UUID, body: WordsIn) -> dict[str, Any]:
    """Answers the mitigation clock, with an explanation that the customer reads. For the provider's staff."""
    api.mitigate(viewer_of(request), ticket_id, body.text, channel=Channel.API, now=clock.now())
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/ask", response=TicketDetailOut, summary="Ask the customer and wait for the answer")
def ask(request: HttpRequest, ticket_id: UUID, body: AskIn) -> dict[str, Any]:
    """The clocks stand still until the answer, if the contract names the reason. For the provider's staff."""
    api.ask(viewer_of(request), ticket_id, body.text, reason=body.reason, channel=Channel.API, now=clock.now())
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/resolve", response=TicketDetailOut, summary="Resolve a ticket")
def resolve(request: HttpRequest, ticket_id: UUID, body: WordsIn) -> dict[str, Any]:
    """With an explanation that the customer reads. For the provider's staff."""
    api.resolve(viewer_of(request), ticket_id, body.text, channel=Channel.API, now=clock.now())
    return detail_out(request, ticket_id)
