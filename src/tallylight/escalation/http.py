"""Routes: the ladders that run. For the provider's staff."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, require_staff, viewer_of
from tallylight.escalation import api
from tallylight.kernel.lazy import Lazy

router = Router()


class StepOut(Schema):
    step: int
    name: str
    role: str
    person: str
    schedule: str
    team: str
    due_at: datetime
    taken_at: datetime | None
    people: list[str]


class EscalationOut(Schema):
    id: UUID
    subject: UUID
    organisation_id: UUID
    state: str
    started_at: datetime
    due_at: datetime
    next_at: datetime | None
    ended_at: datetime | None
    ended_because: str
    contract_sha256: str
    steps: list[StepOut]


@router.get("/escalations", response=list[EscalationOut], summary="Ladders that run")
@paginate(Pages)
def escalations(request: HttpRequest) -> Lazy[api.EscalationCard]:
    """The one whose next step is nearest first."""
    viewer = viewer_of(request)
    require_staff(viewer)
    return api.running_visible_to(viewer)
