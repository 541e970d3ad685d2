"""Routes: schedules, who is on call now, shifts, gaps. For the provider's staff; managers change schedules."""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Instant, Pages, Viewer, require_staff, viewer_of
from tallylight.kernel import clock
from tallylight.kernel.lazy import Lazy
from tallylight.oncall import api, covers_http, feeds_http, layers_http, swaps_http

router = Router()
for part in (layers_http, covers_http, swaps_http, feeds_http):
    router.add_router("", part.router)

SLUG = "^[a-z0-9]+(-[a-z0-9]+)*$"
#: How far ahead is shown where no end is named.
USUAL = timedelta(days=28)


class ScheduleOut(Schema):
    id: UUID
    slug: str
    name: str
    zone: str
    warn_days: int


class ScheduleChange(Schema):
    name: str = Field(min_length=1, max_length=200)
    zone: str = Field(max_length=64, description="IANA name of the zone in which turns are handed over.")
    warn_days: int = Field(
        api.WARN_DAYS, ge=1, le=api.MOST_WARN_DAYS, description="How many days ahead managers are told of gaps."
    )


class ScheduleIn(ScheduleChange):
    slug: str = Field(pattern=SLUG, max_length=63)


class PersonOut(Schema):
    id: UUID
    name: str
    email: str
    role: str
    timezone: str


class OnCallOut(Schema):
    person: PersonOut
    by: str = Field(description="layer or override.")
    source: UUID = Field(description="The id of that layer or override.")
    why: str = Field(description="The layer's name, or the override's reason.")
    instead_of: str = Field(description="For whom the person stands in; empty: for nobody in particular.")


class ShiftOut(Schema):
    schedule: str
    start: datetime
    end: datetime
    who: OnCallOut | None = Field(description="null: nobody is on call.")

    @staticmethod
    def resolve_schedule(shift: api.Shift) -> str:
        return shift.schedule.slug


class GapOut(Schema):
    start: datetime
    end: datetime


class StandingOut(Schema):
    schedule: ScheduleOut
    who: OnCallOut | None = Field(description="null: nobody is on call.")
    hands_over: datetime | None = Field(description="When that changes; null: not within five weeks.")
    then: OnCallOut | None
    gaps: list[GapOut] = Field(description="When nobody will be on call, as far ahead as managers are told.")

    @staticmethod
    def resolve_who(standing: api.Standing) -> api.OnCall | None:
        return standing.now.who


def _staff(request: HttpRequest) -> Viewer:
    viewer = viewer_of(request)
    require_staff(viewer)
    return viewer


def _window(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    begin = start or clock.now()
    return begin, end or begin + USUAL


@router.get("/on-call/now", response=list[StandingOut], summary="Who is on call now")
@paginate(Pages)
def now(request: HttpRequest, at: Instant | None = None) -> list[api.Standing]:
    """Every schedule at `at`, or now: who has it and why, until when, who follows, and the gaps ahead."""
    _staff(request)
    return api.standing(at or clock.now())


@router.get("/on-call/shifts", response=list[ShiftOut], summary="My shifts")
@paginate(Pages)
def my_shifts(request: HttpRequest, start: Instant | None = None, end: Instant | None = None) -> list[api.Shift]:
    """When the one who asks is on call, on any schedule: four weeks from now where nothing else is asked."""
    return api.shifts_of(_staff(request).person_id, *_window(start, end))


@router.get("/on-call/schedules", response=list[ScheduleOut], summary="On-call schedules")
@paginate(Pages)
def schedules(request: HttpRequest) -> Lazy[api.ScheduleCard]:
    """Every schedule, by name."""
    _staff(request)
    return api.schedules()


@router.post("/on-call/schedules", response={201: ScheduleOut}, summary="Make an on-call schedule")
def make_schedule(request: HttpRequest, wanted: ScheduleIn) -> Status[api.ScheduleCard]:
    """A schedule without layers: nobody is on call yet. Its slug stays for good: contracts may name it. For managers."""
    viewer = viewer_of(request)
    made = api.make_schedule(viewer, wanted.slug, wanted.name, wanted.zone, warn_days=wanted.warn_days)
    return Status(201, made)


@router.get("/on-call/schedules/{slug}", response=ScheduleOut, summary="One on-call schedule")
def schedule(request: HttpRequest, slug: str) -> api.ScheduleCard:
    """A schedule by its slug."""
    _staff(request)
    return api.schedule(slug)


@router.put("/on-call/schedules/{slug}", response=ScheduleOut, summary="Change an on-call schedule")
def change_schedule(request: HttpRequest, slug: str, wanted: ScheduleChange) -> api.ScheduleCard:
    """Its name, its zone, how far ahead managers are told of gaps. For managers."""
    return api.change_schedule(viewer_of(request), slug, name=wanted.name, zone=wanted.zone, warn_days=wanted.warn_days)


@router.delete("/on-call/schedules/{slug}", response={204: None}, summary="Remove an on-call schedule")
def remove_schedule(request: HttpRequest, slug: str) -> Status[None]:
    """With its layers, overrides and swaps; a contract's step that names it finds nobody. For managers."""
    api.remove_schedule(viewer_of(request), slug)
    return Status(204, None)


@router.get("/on-call/schedules/{slug}/shifts", response=list[ShiftOut], summary="A schedule, shift by shift")
@paginate(Pages)
def shifts(
    request: HttpRequest, slug: str, start: Instant | None = None, end: Instant | None = None
) -> list[api.Shift]:
    """Who is on call from `start` to `end`, overrides and all; half-open spans that leave no time out, gaps included."""
    _staff(request)
    return api.shifts(slug, *_window(start, end))


@router.get("/on-call/schedules/{slug}/gaps", response=list[GapOut], summary="When nobody is on call")
@paginate(Pages)
def gaps(request: HttpRequest, slug: str, start: Instant | None = None, end: Instant | None = None) -> list[api.Span]:
    """The spans from `start` to `end` in which nobody is on call."""
    _staff(request)
    return api.gaps(slug, *_window(start, end))
