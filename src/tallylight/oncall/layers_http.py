"""Routes: the layers of a schedule. Part of the room's router."""

from datetime import date, time
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, require_staff, viewer_of
from tallylight.oncall import api

router = Router()
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)


class LayerIn(Schema):
    name: str = Field(min_length=1, max_length=200)
    people: list[UUID] = Field(min_length=1, max_length=api.MOST_PLACES, description="Who takes turns, in order.")
    starts: date = Field(ge=FIRST, le=LAST, description="The day of the first turn.")
    ends: date | None = Field(None, ge=FIRST, le=LAST, description="The day on which the last turn ends.")
    at: time = Field(description="Wall time of the hand-over in the schedule's zone, without an offset.")
    unit: api.Unit = Field(description="What turns are counted in.")
    every: int = Field(1, ge=1, le=api.MOST_EVERY, description="How many units a turn lasts.")
    weekday: Weekday | None = Field(None, description="For turns of weeks: the day of the hand-over.")
    zone: str = Field("", max_length=64, description="IANA name of the zone of `hours`; empty: the schedule's.")
    hours: dict[Weekday, list[str]] | None = Field(
        None, description='When the layer serves, such as {"monday": ["09:00-17:00"]}; null: around the clock.'
    )
    country: str = Field("", max_length=2, description="ISO 3166-1 code of the country whose public holidays count.")
    subdivision: str = Field("", max_length=8, description="ISO 3166-2 code of a part of it, without the country.")
    on_holidays: api.OnHolidays = Field(
        api.OnHolidays.SERVES, description="serves as on other days, rests, or serves then only."
    )

    def wanted(self) -> api.LayerWanted:
        """As the use cases take it."""
        facts = self.dict()
        weekday = api.WEEKDAYS.index(self.weekday) if self.weekday else None
        return api.LayerWanted(**{**facts, "people": tuple(self.people), "weekday": weekday})


class SeatOut(Schema):
    id: UUID
    name: str
    email: str


class LayerOut(Schema):
    id: UUID
    schedule: str
    place: int = Field(description="Of the layers that have somebody the one with the highest place wins.")
    name: str
    people: list[SeatOut | None] = Field(
        description="null: somebody who can't sign in any more; their turns are nobody's."
    )
    starts: date
    ends: date | None
    at: time
    unit: str
    every: int
    weekday: str | None
    zone: str
    hours: dict[str, list[str]] | None
    country: str
    subdivision: str
    on_holidays: str

    @staticmethod
    def resolve_schedule(layer: api.LayerCard) -> str:
        return layer.schedule.slug

    @staticmethod
    def resolve_weekday(layer: api.LayerCard) -> str | None:
        return None if layer.weekday is None else api.WEEKDAYS[layer.weekday]


class Move(Schema):
    up: bool = Field(description="true: win over the layer above it; false: give way to the one below.")


@router.get("/on-call/schedules/{slug}/layers", response=list[LayerOut], summary="The layers of a schedule")
@paginate(Pages)
def layers(request: HttpRequest, slug: str) -> list[api.LayerCard]:
    """The lowest first: of those that have somebody at an instant the last one wins."""
    require_staff(viewer_of(request))
    return api.layers(slug)


@router.post("/on-call/schedules/{slug}/layers", response={201: LayerOut}, summary="Add a layer to a schedule")
def add_layer(request: HttpRequest, slug: str, wanted: LayerIn) -> Status[api.LayerCard]:
    """On top of the others. For managers."""
    return Status(201, api.add_layer(viewer_of(request), slug, wanted.wanted()))


@router.get("/on-call/layers/{layer_id}", response=LayerOut, summary="One layer")
def layer(request: HttpRequest, layer_id: UUID) -> api.LayerCard:
    """A layer as it was written."""
    require_staff(viewer_of(request))
    return api.layer_of(layer_id)


@router.put("/on-call/layers/{layer_id}", response=LayerOut, summary="Change a layer")
def change_layer(request: HttpRequest, layer_id: UUID, wanted: LayerIn) -> api.LayerCard:
    """Write it anew, for the past too; to keep what was, let it end and add another. For managers."""
    return api.change_layer(viewer_of(request), layer_id, wanted.wanted())


@router.post("/on-call/layers/{layer_id}/move", response={204: None}, summary="Move a layer up or down")
def move_layer(request: HttpRequest, layer_id: UUID, wanted: Move) -> Status[None]:
    """Change places with its neighbour; nothing happens at either end. For managers."""
    api.move_layer(viewer_of(request), layer_id, up=wanted.up)
    return Status(204, None)


@router.delete("/on-call/layers/{layer_id}", response={204: None}, summary="Remove a layer")
def remove_layer(request: HttpRequest, layer_id: UUID) -> Status[None]:
    """Out of the past too. For managers."""
    api.remove_layer(viewer_of(request), layer_id)
    return Status(204, None)
