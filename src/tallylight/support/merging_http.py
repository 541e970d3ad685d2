"""Routes: merging tickets, undoing that, and splitting messages off."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from tallylight.accounts.api import viewer_of
from tallylight.kernel import clock
from tallylight.support import api
from tallylight.support.shapes import CreatedOut, MergeIn, SplitIn, TicketDetailOut, detail_out
from tallylight.support.states import Channel

router = Router()


@router.post("/tickets/{ticket_id}/merge", response=TicketDetailOut, summary="Merge a ticket into another")
def merge(request: HttpRequest, ticket_id: UUID, body: MergeIn) -> dict[str, Any]:
    """Its conversation goes on in `into`, which is the answer; what it still promised holds there. For the staff."""
    api.merge(viewer_of(request), ticket_id, body.into, channel=Channel.API, now=clock.now())
    return detail_out(request, body.into)


@router.post("/tickets/{ticket_id}/unmerge", response=TicketDetailOut, summary="Undo the merging of a ticket")
def unmerge(request: HttpRequest, ticket_id: UUID) -> dict[str, Any]:
    """Within an hour: words go back, and clocks read as if it had not been. For the provider's staff."""
    api.unmerge(viewer_of(request), ticket_id, channel=Channel.API, now=clock.now())
    return detail_out(request, ticket_id)


@router.post("/tickets/{ticket_id}/split", response={201: CreatedOut}, summary="Split messages off as a ticket")
def split(request: HttpRequest, ticket_id: UUID, body: SplitIn) -> Status[dict[str, UUID]]:
    """The new ticket's clocks start when the first moved message came. For the provider's staff."""
    viewer = viewer_of(request)
    fresh = api.split(viewer, ticket_id, body.entries, title=body.title, channel=Channel.API, now=clock.now())
    return Status(201, {"id": fresh})
