"""Routes: calendar feeds, and the feed itself, which its signed address opens. Part of the room's router."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, require_staff, viewer_of
from tallylight.kernel import clock
from tallylight.oncall import api

router = Router()


class FeedIn(Schema):
    schedule: str | None = Field(None, max_length=63, description="A schedule's slug; null: my own shifts.")


class FeedOut(Schema):
    id: UUID
    schedule: str = Field(description="The schedule's name; empty: my own shifts.")
    address: str = Field(description="Whoever knows it can read the calendar, until it is revoked.")
    made_at: datetime


@router.get("/on-call/feeds", response=list[FeedOut], summary="My calendar feeds")
@paginate(Pages)
def feeds(request: HttpRequest) -> list[api.FeedCard]:
    """Those that work, the oldest first."""
    viewer = viewer_of(request)
    require_staff(viewer)
    return api.feeds_of(viewer)


@router.post("/on-call/feeds", response={201: FeedOut}, summary="Make a calendar feed")
def make_feed(request: HttpRequest, wanted: FeedIn) -> Status[api.FeedCard]:
    """An address for calendar programs, of a schedule or of one's own shifts; the same one again if it works already."""
    return Status(201, api.make_feed(viewer_of(request), wanted.schedule, now=clock.now()))


@router.delete("/on-call/feeds/{feed_id}", response={204: None}, summary="Revoke a calendar feed")
def revoke_feed(request: HttpRequest, feed_id: UUID) -> Status[None]:
    """Its address answers nobody from now on."""
    api.revoke_feed(viewer_of(request), feed_id, now=clock.now())
    return Status(204, None)


@router.get("/on-call/feeds/{token}/calendar.ics", response={200: str}, auth=None, summary="A calendar feed")
def calendar(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - every route has one
    """Shifts as iCalendar (RFC 5545), from the start of last month to half a year ahead. The signed address is the key."""
    answer = HttpResponse(api.feed(token, now=clock.now()), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="on-call.ics"'
    answer["Cache-Control"] = "private, no-cache"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
