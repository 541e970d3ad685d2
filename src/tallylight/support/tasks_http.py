"""Routes: what has to be done about a ticket, and what it has to do with others."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, viewer_of
from tallylight.kernel import clock
from tallylight.support import api
from tallylight.support.shapes import CreatedOut, LinkIn, TaskIn, TaskOut, TicketDetailOut, detail_out
from tallylight.support.states import Channel

router = Router()


@router.post("/tickets/{ticket_id}/tasks", response={201: CreatedOut}, summary="Give somebody a task")
def add_task(request: HttpRequest, ticket_id: UUID, body: TaskIn) -> Status[dict[str, UUID]]:
    """Whoever gets it is told, and reminded once when it is due. For the provider's staff."""
    viewer, now = viewer_of(request), clock.now()
    who = body.person_id or viewer.person_id
    made = api.add_task(viewer, ticket_id, title=body.title, who=who, due_at=body.due_at, channel=Channel.API, now=now)
    return Status(201, {"id": made})


@router.post("/tasks/{task_id}/done", response=TicketDetailOut, summary="A task is done")
def do_task(request: HttpRequest, task_id: UUID) -> dict[str, Any]:
    """The first one counts; answers with its ticket. For the provider's staff."""
    return detail_out(request, api.do_task(viewer_of(request), task_id, channel=Channel.API, now=clock.now()))


@router.get("/desk/tasks", response=list[TaskOut], summary="Your tasks")
@paginate(Pages)
def my_tasks(request: HttpRequest) -> list[api.TaskCard]:
    """What you have not done yet, by when it is due. For the provider's staff."""
    return api.my_tasks(viewer_of(request))


@router.post("/tickets/{ticket_id}/links", response={201: CreatedOut}, summary="Link a ticket")
def link(request: HttpRequest, ticket_id: UUID, body: LinkIn) -> Status[dict[str, UUID]]:
    """With another ticket or with an incident: related, or caused by it. For the provider's staff."""
    made = api.link(
        viewer_of(request), ticket_id, how=body.how, other=body.ticket_id, incident=body.incident_id, now=clock.now()
    )
    return Status(201, {"id": made})


@router.delete("/tickets/{ticket_id}/links/{link_id}", response={204: None}, summary="Take a link away")
def unlink(request: HttpRequest, ticket_id: UUID, link_id: UUID) -> Status[None]:
    """From either end. For the provider's staff."""
    api.unlink(viewer_of(request), ticket_id, link_id)
    return Status(204, None)
