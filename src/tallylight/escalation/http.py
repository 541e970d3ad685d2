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


class LateOut(Schema):
    """`why` is database-away, nobody-at-work or busy; `since` and `until` say when no worker looked, where that is known."""

    seconds: float
    why: str
    since: datetime | None
    until: datetime | None


class StepOut(Schema):
    """`cause` names the event that brought it before its time, `by` and `reason` whose; `late` is null if it was in time."""

    step: int
    name: str
    role: str
    person: str
    schedule: str
    team: str
    due_at: datetime
    taken_at: datetime | None
    people: list[str]
    skipped: bool
    empty: bool
    cause: str
    by: str
    reason: str
    late: LateOut | None


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


@router.get("/escalations", response=list[EscalationOut], summary="Ladders")
@paginate(Pages)
def escalations(
    request: HttpRequest, *, subject: UUID | None = None
) -> Lazy[api.EscalationCard] | list[api.EscalationCard]:
    """Those that run, the one whose next step is nearest first; or every ladder of one ticket (`subject`), the oldest first."""
    viewer = viewer_of(request)
    require_staff(viewer)
    return api.running_visible_to(viewer) if subject is None else api.of_subject(subject)
