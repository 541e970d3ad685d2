"""From rows to rotas: one set of queries for any number of schedules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch

from tallylight.kernel.business_time import WHOLE_DAY, Calendar, Hours
from tallylight.oncall.holiday import holidays_between
from tallylight.oncall.models import Layer, LayerPerson, OnHolidays, Override, Schedule
from tallylight.oncall.rota import Layer as RotaLayer
from tallylight.oncall.rota import Override as RotaOverride
from tallylight.oncall.rota import Rota, Turns, Unit

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def rotas(schedules: Iterable[Schedule], start: datetime, end: datetime) -> dict[UUID, Rota]:
    """What each schedule's rows say about the window. Whoever can't sign in any more is nobody."""
    ids = [each.id for each in schedules]
    people = Prefetch("people", LayerPerson.objects.select_related("person"))
    covers = Override.objects.filter(withdrawn_at=None, starts_at__lt=end, ends_at__gt=start, person__is_active=True)
    rows = Schedule.objects.filter(id__in=ids).prefetch_related(
        Prefetch("layers", Layer.objects.prefetch_related(people)), Prefetch("overrides", covers.order_by("id"))
    )
    return {row.id: _rota(row, start, end) for row in rows}


def rota_of(schedule: Schedule, start: datetime, end: datetime) -> Rota:
    """What one schedule's rows say about the window."""
    return rotas([schedule], start, end)[schedule.id]


def week_of(hours: dict[str, list[str]]) -> tuple[tuple[Hours, ...], ...]:
    """Hours as contracts write them, Monday first. Raises ValueError."""
    return tuple(tuple(map(Hours.read, hours.get(day, ()))) for day in WEEKDAYS)


def _rota(row: Schedule, start: datetime, end: datetime) -> Rota:
    layers = tuple(_layer(each, row.zone, start, end) for each in row.layers.all())
    covers = tuple(
        RotaOverride(each.id, each.starts_at, each.ends_at, each.person_id, each.instead_of_id)
        for each in row.overrides.all()
    )
    return Rota(row.zone, layers, covers)


def _layer(row: Layer, zone: str, start: datetime, end: datetime) -> RotaLayer:
    turns = Turns(
        people=tuple(each.person_id if each.person.is_active else None for each in row.people.all()),
        starts=row.starts,
        at=row.at,
        every=row.every,
        unit=Unit(row.unit),
        weekday=row.weekday,
        ends=row.ends,
    )
    return RotaLayer(row.id, turns, _hours(row, row.zone or zone, start, end))


def _hours(row: Layer, zone: str, start: datetime, end: datetime) -> Calendar:
    week = None if row.hours is None else week_of(row.hours)
    if not row.country or row.on_holidays == OnHolidays.SERVES:
        return Calendar(row.name, zone, week)
    days = holidays_between(row.country, row.subdivision, start, end)
    if row.on_holidays == OnHolidays.RESTS:
        return Calendar(row.name, zone, week, closed=days)
    special = frozenset((day, _usual(week, day)) for day in days)
    return Calendar(row.name, zone, ((),) * 7, special=special)


def _usual(week: tuple[tuple[Hours, ...], ...] | None, day: date) -> tuple[Hours, ...]:
    return WHOLE_DAY if week is None else week[day.weekday()]
