"""Use cases: make, change and remove schedules and their layers. For managers; every change leaves a trace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.db.models import Max

from tallylight.accounts.api import Role, Viewer, audit, require, staff
from tallylight.contracts.api import NoSuchPlace
from tallylight.kernel.business_time import Calendar
from tallylight.kernel.errors import Invalid, NotFound
from tallylight.oncall.cards import LayerCard, ScheduleCard, layer_cards, schedule_card
from tallylight.oncall.errors import (
    EndsBeforeStart,
    HolidaysUnknown,
    HoursUnreadable,
    NobodyInTurn,
    NoSuchZone,
    NotOnStaff,
    ScheduleNameTaken,
    ScheduleUnknown,
)
from tallylight.oncall.holiday import holidays_in
from tallylight.oncall.loading import WEEKDAYS, week_of
from tallylight.oncall.models import Layer, LayerPerson, OnHolidays, Schedule
from tallylight.oncall.rota import Unit

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
WARN_DAYS = 14
MOST_WARN_DAYS = 60
MOST_PLACES = 50
MOST_EVERY = 366


@dataclass(frozen=True, slots=True)
class LayerWanted:
    """What a layer should be; see `rota.Turns`. `hours` are by weekday, as contracts write them; None: around the clock."""

    name: str
    people: tuple[UUID, ...]
    starts: date
    at: time
    unit: Unit
    every: int = 1
    ends: date | None = None
    weekday: int | None = None
    zone: str = ""
    hours: Mapping[str, list[str]] | None = None
    country: str = ""
    subdivision: str = ""
    on_holidays: OnHolidays = OnHolidays.SERVES


@transaction.atomic
def make_schedule(viewer: Viewer, slug: str, name: str, zone: str, *, warn_days: int = WARN_DAYS) -> ScheduleCard:
    """A new schedule without layers: one whole gap. Raises RoleRequired, Invalid, NoSuchZone, ScheduleNameTaken."""
    require(viewer, Role.MANAGER)
    if not SLUG.fullmatch(slug):
        raise Invalid
    _expect_schedule(name, zone, warn_days)
    try:
        with transaction.atomic():
            row = Schedule.objects.create(slug=slug, name=name.strip(), zone=zone, warn_days=warn_days)
    except IntegrityError:
        raise ScheduleNameTaken(schedule=slug) from None
    audit(viewer, "oncall.make-schedule", slug, name=row.name, zone=zone)
    return schedule_card(row)


@transaction.atomic
def change_schedule(viewer: Viewer, slug: str, *, name: str, zone: str, warn_days: int) -> ScheduleCard:
    """Call it otherwise, move its hand-overs to another zone, warn of gaps further ahead. Raises as `make_schedule`."""
    require(viewer, Role.MANAGER)
    row = held(slug)
    _expect_schedule(name, zone, warn_days)
    before = {"name": row.name, "zone": row.zone, "warn_days": row.warn_days}
    row.name, row.zone, row.warn_days = name.strip(), zone, warn_days
    row.save(update_fields=["name", "zone", "warn_days"])
    audit(viewer, "oncall.change-schedule", slug, before=before, name=row.name, zone=zone, warn_days=warn_days)
    return schedule_card(row)


@transaction.atomic
def remove_schedule(viewer: Viewer, slug: str) -> None:
    """Remove a schedule with everything in it. Raises RoleRequired, ScheduleUnknown."""
    require(viewer, Role.MANAGER)
    row = held(slug)
    audit(viewer, "oncall.remove-schedule", slug, name=row.name)
    row.delete()


@transaction.atomic
def add_layer(viewer: Viewer, slug: str, wanted: LayerWanted) -> LayerCard:
    """Put a layer on top of a schedule's others.

    Raises RoleRequired, ScheduleUnknown, NobodyInTurn, NotOnStaff, NoSuchZone, EndsBeforeStart, HoursUnreadable, HolidaysUnknown.
    """
    require(viewer, Role.MANAGER)
    schedule = held(slug)
    _expect_layer(wanted)
    top = schedule.layers.aggregate(top=Max("place"))["top"]
    row = Layer.objects.create(schedule=schedule, place=0 if top is None else top + 1, **_columns(wanted))
    _seat(row, wanted.people)
    audit(viewer, "oncall.add-layer", slug, layer=str(row.id), name=row.name)
    return layer_of(row.id)


@transaction.atomic
def change_layer(viewer: Viewer, layer_id: UUID, wanted: LayerWanted) -> LayerCard:
    """Write a layer anew; it keeps its place. Raises NotFound, and as `add_layer`."""
    require(viewer, Role.MANAGER)
    row = _layer(layer_id)
    _expect_layer(wanted)
    for name, value in _columns(wanted).items():
        setattr(row, name, value)
    row.save()
    row.people.all().delete()
    _seat(row, wanted.people)
    audit(viewer, "oncall.change-layer", row.schedule.slug, layer=str(row.id), name=row.name)
    return layer_of(row.id)


@transaction.atomic
def move_layer(viewer: Viewer, layer_id: UUID, *, up: bool) -> None:
    """Change places with the layer above or below, if there is one. Raises RoleRequired, NotFound."""
    require(viewer, Role.MANAGER)
    row = _layer(layer_id)
    order = list(Layer.objects.filter(schedule=row.schedule))
    index = next(place for place, each in enumerate(order) if each.id == row.id)
    other = index + (1 if up else -1)
    if not 0 <= other < len(order):
        return
    order[index], order[other] = order[other], order[index]
    for place, each in enumerate(order):
        Layer.objects.filter(id=each.id).update(place=place)
    audit(viewer, "oncall.move-layer", row.schedule.slug, layer=str(row.id), up=up)


@transaction.atomic
def remove_layer(viewer: Viewer, layer_id: UUID) -> None:
    """Take a layer out of its schedule, past and future. Raises RoleRequired, NotFound."""
    require(viewer, Role.MANAGER)
    row = _layer(layer_id)
    audit(viewer, "oncall.remove-layer", row.schedule.slug, layer=str(row.id), name=row.name)
    row.delete()


def layer_of(layer_id: UUID) -> LayerCard:
    """One layer. Raises NotFound."""
    row = Layer.objects.select_related("schedule").filter(id=layer_id).first()
    if row is None:
        raise NotFound
    return next(each for each in layer_cards(row.schedule) if each.id == layer_id)


def held(slug: str) -> Schedule:
    """A schedule's row, held until the transaction ends. Raises ScheduleUnknown."""
    row = Schedule.objects.select_for_update().filter(slug=slug).first()
    if row is None:
        raise ScheduleUnknown(schedule=slug)
    return row


def expect_zone(zone: str) -> None:
    """Raises NoSuchZone."""
    if zone not in available_timezones():
        raise NoSuchZone(zone=zone)


def expect_staff(people: set[UUID]) -> None:
    """Raises NotOnStaff unless all of these work for the provider and can sign in."""
    if people - {each.id for each in staff()}:
        raise NotOnStaff


def _expect_schedule(name: str, zone: str, warn_days: int) -> None:
    if not name.strip() or not 1 <= warn_days <= MOST_WARN_DAYS:
        raise Invalid
    expect_zone(zone)


def _expect_layer(wanted: LayerWanted) -> None:
    if not wanted.name.strip() or not 1 <= wanted.every <= MOST_EVERY or len(wanted.people) > MOST_PLACES:
        raise Invalid
    if wanted.weekday is not None and not 0 <= wanted.weekday <= 6:
        raise Invalid
    if not wanted.people:
        raise NobodyInTurn
    expect_staff(set(wanted.people))
    if wanted.zone:
        expect_zone(wanted.zone)
    if wanted.ends is not None and wanted.ends <= wanted.starts:
        raise EndsBeforeStart
    _expect_hours(wanted.hours)
    _expect_holidays(wanted)


def _expect_hours(hours: Mapping[str, list[str]] | None) -> None:
    for day, texts in (hours or {}).items():
        try:
            if day not in WEEKDAYS:
                raise ValueError(day)
            Calendar("hours", week=week_of({day: texts}))
        except ValueError:
            raise HoursUnreadable(day=day) from None


def _expect_holidays(wanted: LayerWanted) -> None:
    if wanted.on_holidays is OnHolidays.SERVES and not wanted.country:
        return
    try:
        holidays_in(wanted.country, wanted.subdivision, wanted.starts.year)
    except NoSuchPlace:
        place = "-".join(filter(None, (wanted.country, wanted.subdivision))) or "–"
        raise HolidaysUnknown(place=place) from None


def _columns(wanted: LayerWanted) -> dict[str, object]:
    hours = None if wanted.hours is None else {day: list(texts) for day, texts in wanted.hours.items() if texts}
    return {
        "name": wanted.name.strip(),
        "starts": wanted.starts,
        "ends": wanted.ends,
        "at": wanted.at.replace(second=0, microsecond=0, tzinfo=None),
        "every": wanted.every,
        "unit": wanted.unit.value,
        "weekday": wanted.weekday,
        "zone": wanted.zone,
        "hours": hours,
        "country": wanted.country,
        "subdivision": wanted.subdivision,
        "on_holidays": wanted.on_holidays.value,
    }


def _seat(row: Layer, people: tuple[UUID, ...]) -> None:
    LayerPerson.objects.bulk_create(
        LayerPerson(layer=row, place=place, person_id=each) for place, each in enumerate(people)
    )


def _layer(layer_id: UUID) -> Layer:
    row = Layer.objects.select_for_update(of=("self",)).select_related("schedule").filter(id=layer_id).first()
    if row is None:
        raise NotFound
    return row
