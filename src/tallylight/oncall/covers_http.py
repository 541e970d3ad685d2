"""Routes: overrides, made one by one or out of a calendar. Part of the room's router."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Instant, Pages, require_staff, viewer_of
from tallylight.kernel import clock
from tallylight.kernel.lazy import Lazy
from tallylight.oncall import api

router = Router()
MOST_TEXT = 500_000


class OverrideIn(Schema):
    person: UUID
    starts_at: Instant
    ends_at: Instant
    instead_of: UUID | None = Field(
        None, description="Only where this person would be on call; null: whoever would be."
    )
    reason: str = Field("", max_length=500)


class OverrideOut(Schema):
    id: UUID
    schedule: str
    person_id: UUID
    person: str
    instead_of: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    from_calendar: bool
    from_swap: bool
    made_by: str
    made_at: datetime


class CalendarIn(Schema):
    ics: str = Field(min_length=1, max_length=MOST_TEXT, description="The text of an iCalendar file (RFC 5545).")


class LeftOutOut(Schema):
    summary: str
    start: datetime
    reason: str = Field(description="unknown-person, past or not-yours.")


class ImportedOut(Schema):
    made: int
    unchanged: int
    withdrawn: int
    left_out: list[LeftOutOut]


@router.get("/on-call/schedules/{slug}/overrides", response=list[OverrideOut], summary="The overrides of a schedule")
@paginate(Pages)
def overrides(request: HttpRequest, slug: str, since: Instant | None = None) -> Lazy[api.OverrideCard]:
    """Those that end after `since`, or after now, the earliest first."""
    require_staff(viewer_of(request))
    return api.overrides_of(slug, since=since or clock.now())


@router.post("/on-call/schedules/{slug}/overrides", response={201: OverrideOut}, summary="Put somebody on call")
def cover(request: HttpRequest, slug: str, wanted: OverrideIn) -> Status[api.OverrideCard]:
    """From `starts_at`, or from now if that is over, to before `ends_at`. Managers put anybody, others themselves."""
    made = api.cover(
        viewer_of(request),
        slug,
        wanted.person,
        wanted.starts_at,
        wanted.ends_at,
        now=clock.now(),
        instead_of=wanted.instead_of,
        reason=wanted.reason,
    )
    return Status(201, made)


@router.post("/on-call/schedules/{slug}/overrides/import", response=ImportedOut, summary="Import overrides")
def import_calendar(request: HttpRequest, slug: str, wanted: CalendarIn) -> api.Imported:
    """Make the events of the coming year in an iCalendar text overrides; harmless when repeated. What did not fit is named."""
    return api.import_calendar(viewer_of(request), slug, wanted.ics, now=clock.now())


@router.delete("/on-call/overrides/{override_id}", response={204: None}, summary="Take an override back")
def withdraw_override(request: HttpRequest, override_id: UUID) -> Status[None]:
    """From now on; what it meant until now stays. For managers, and for whoever it puts on call."""
    api.withdraw_override(viewer_of(request), override_id, now=clock.now())
    return Status(204, None)
