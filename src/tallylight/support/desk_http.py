"""Routes of the desk: what is offered to whom, the next right ticket, and what its people can do."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, require_staff, viewer_of
from tallylight.kernel import clock
from tallylight.support import api
from tallylight.support.shapes import (
    DeskPersonOut,
    OfferIn,
    OfferOut,
    ProfileIn,
    ReasonIn,
    StepIn,
    TicketDetailOut,
    desk_person_out,
    detail_out,
)
from tallylight.support.states import Channel

router = Router()


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
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/offer/accept", response=TicketDetailOut, summary="Accept a ticket")
def accept(request: HttpRequest, ticket_id: UUID) -> dict[str, Any]:
    """You own it and have it in hand. Of a team, the first one who accepts. For whom it is offered to."""
    api.accept(viewer_of(request), ticket_id, channel=Channel.API, now=clock.now())
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/offer/decline", response=TicketDetailOut, summary="Decline a ticket")
def decline(request: HttpRequest, ticket_id: UUID, body: ReasonIn) -> dict[str, Any]:
    """The owner stays and reads why. For whom it is offered to."""
    api.decline(viewer_of(request), ticket_id, body.reason, channel=Channel.API, now=clock.now())
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/offer/withdraw", response=TicketDetailOut, summary="Take an offer back")
def withdraw(request: HttpRequest, ticket_id: UUID) -> dict[str, Any]:
    """Before it is answered. For whoever made it, the owner, and managers."""
    api.withdraw(viewer_of(request), ticket_id, channel=Channel.API, now=clock.now())
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/escalate", response=TicketDetailOut, summary="Ask for escalation")
def ask_for_more(request: HttpRequest, ticket_id: UUID, body: ReasonIn) -> dict[str, Any]:
    """The next step of the ladder is taken now, and you read whom it was brought to. For customers, once in half an hour."""
    api.ask_for_more(viewer_of(request), ticket_id, body.reason, channel=Channel.API, now=clock.now())
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/ladder", response=TicketDetailOut, summary="Take a step of the ladder by hand")
def take_step(request: HttpRequest, ticket_id: UUID, body: StepIn) -> dict[str, Any]:
    """Jump to a step that is to come, skip the next one, or repeat one that was taken. For the provider's staff."""
    viewer = viewer_of(request)
    api.take_step(viewer, ticket_id, body.deed, step=body.step, reason=body.reason, now=clock.now())
    return detail_out(request, ticket_id)


@router.post("/desk/next", response={200: TicketDetailOut, 204: None}, summary="Take the next right ticket")
def take_next(request: HttpRequest) -> Status[dict[str, Any] | None]:
    """The first by rank that waits for you, yours and in hand; two people never get the same. 204: none waits. For the staff."""
    taken = api.take_next(viewer_of(request), channel=Channel.API, now=clock.now())
    return Status(200, detail_out(request, taken)) if taken else Status(204, None)


@router.get("/desk/people", response=list[DeskPersonOut], summary="Who is at the desk")
@paginate(Pages)
def desk_people(request: HttpRequest) -> list[dict[str, Any]]:
    """What each can do and how many tickets they own, the longest serving first. For the provider's staff."""
    return [desk_person_out(each) for each in api.desk_people(viewer_of(request))]


@router.put("/desk/people/{person_id}", response={204: None}, summary="Say what somebody at the desk can do")
def set_profile(request: HttpRequest, person_id: UUID, body: ProfileIn) -> Status[None]:
    """Languages, skills, most tickets at once. For oneself, and for managers."""
    viewer = viewer_of(request)
    api.set_profile(viewer, person_id, languages=body.languages, skills=body.skills, most=body.most)
    return Status(204, None)
