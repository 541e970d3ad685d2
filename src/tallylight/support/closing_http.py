"""Routes: closing with a cause, how it went in the customer's eyes, and how the desk works."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, viewer_of
from tallylight.kernel import clock
from tallylight.kernel.lazy import Lazy
from tallylight.support import api
from tallylight.support.shapes import (
    AnswerIn,
    CloseIn,
    DeskRulesShape,
    SatisfactionOut,
    TicketDetailOut,
    detail_out,
)
from tallylight.support.states import Channel

router = Router()


@router.post("/tickets/{ticket_id}/close", response=TicketDetailOut, summary="Close a ticket")
def close(request: HttpRequest, ticket_id: UUID, body: CloseIn) -> dict[str, Any]:
    """Puts a resolved ticket away with its cause, which the customer reads; `other` needs words. For the provider's staff."""
    viewer = viewer_of(request)
    api.close(
        viewer,
        ticket_id,
        cause=body.cause,
        words=body.words,
        despite_tasks=body.despite_tasks,
        channel=Channel.API,
        now=clock.now(),
    )
    return detail_out(request, ticket_id)


@router.put("/tickets/{ticket_id}/satisfaction", response=TicketDetailOut, summary="Say how it went")
def answer(request: HttpRequest, ticket_id: UUID, body: AnswerIn) -> dict[str, Any]:
    """From 1 to 5, once asked; changeable for 7 days after the first answer. For customers."""
    api.answer(viewer_of(request), ticket_id, score=body.score, words=body.words, now=clock.now())
    return detail_out(request, ticket_id)


@router.get("/satisfaction", response=list[SatisfactionOut], summary="How it went, in the customers' eyes")
@paginate(Pages)
def answers(request: HttpRequest) -> Lazy[api.SatisfactionCard]:
    """Every answer, the latest first. For the provider's staff."""
    return api.answers(viewer_of(request))


@router.get("/desk/rules", response=DeskRulesShape, summary="How the desk works")
def desk_rules(request: HttpRequest) -> dict[str, int]:
    """`reopen_days`: how long after its resolution a customer's word opens a ticket again. For the provider's staff."""
    return {"reopen_days": api.reopen_days(viewer_of(request))}


@router.put("/desk/rules", response={204: None}, summary="Say how the desk works")
def set_desk_rules(request: HttpRequest, body: DeskRulesShape) -> Status[None]:
    """From now on. For managers."""
    api.set_reopen_days(viewer_of(request), body.reopen_days)
    return Status(204, None)
