"""Who is on call, as other rooms and pages see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from tallylight.accounts.api import PersonCard, people
from tallylight.kernel.business_time import Span
from tallylight.oncall.errors import EndsBeforeStart, ScheduleUnknown, WindowTooLong
from tallylight.oncall.loading import rotas
from tallylight.oncall.models import Layer, OnHolidays, Override, Schedule
from tallylight.oncall.rota import By, Duty, Rota, Unit, gaps, holder_at, roster

#: The most that one question may span.
MOST_DAYS = 400
#: How far ahead the next hand-over is looked for.
AHEAD = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class ScheduleCard:
    """A schedule by name. `zone` is that of its hand-overs."""

    id: UUID
    slug: str
    name: str
    zone: str
    warn_days: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OnCall:
    """Somebody on call, and why: `why` is the layer's name or the override's reason; `instead_of` whom they stand in for."""

    person: PersonCard
    by: By
    source: UUID
    why: str
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """A half-open stretch of a schedule with whoever is on call; None: a gap."""

    schedule: ScheduleCard
    start: datetime
    end: datetime
    who: OnCall | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A schedule at an instant: the shift that runs, what follows it, and the gaps as far ahead as managers are warned.

    A shift whose `end` is where the look ahead ends has no hand-over in sight: `hands_over` is None then.
    """

    schedule: ScheduleCard
    now: Shift
    hands_over: datetime | None
    then: OnCall | None
    gaps: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class LayerCard:
    """A layer as it was written; see `rota.Turns`. `zone` is empty where the layer uses the schedule's."""

    id: UUID
    schedule: ScheduleCard
    place: int
    name: str
    people: tuple[PersonCard | None, ...]
    starts: date
    ends: date | None
    at: time
    every: int
    unit: Unit
    weekday: int | None
    zone: str
    hours: dict[str, list[str]] | None
    country: str
    subdivision: str
    on_holidays: OnHolidays


def schedule_row(slug: str) -> Schedule:
    """One schedule's row. Raises ScheduleUnknown."""
    row = Schedule.objects.filter(slug=slug).first()
    if row is None:
        raise ScheduleUnknown(schedule=slug)
    return row


def schedule_card(row: Schedule) -> ScheduleCard:
    """A schedule's row as others see it."""
    return ScheduleCard(row.id, row.slug, row.name, row.zone, row.warn_days, row.created_at)


def expect_window(start: datetime, end: datetime) -> None:
    """Raises EndsBeforeStart, or WindowTooLong."""
    if start >= end:
        raise EndsBeforeStart
    if end - start > timedelta(days=MOST_DAYS):
        raise WindowTooLong(days=MOST_DAYS)


def on_call_rows(rows: list[Schedule], at: datetime) -> dict[UUID, list[OnCall]]:
    """Who is on call at an instant, for each of the schedules; nobody is an empty list."""
    found = rotas(rows, at, at + timedelta(microseconds=1))
    shifts = {row.id: _shifts(row, [Duty(at, at, holder_at(found[row.id], at))]) for row in rows}
    return {key: [each.who for each in value if each.who] for key, value in shifts.items()}


def shifts_in(row: Schedule, start: datetime, end: datetime) -> list[Shift]:
    """A schedule from `start` to `end`, gaps and all. Raises EndsBeforeStart, WindowTooLong."""
    expect_window(start, end)
    return _shifts(row, roster(rotas([row], start, end)[row.id], start, end))


def shifts_of_person(person_id: UUID, start: datetime, end: datetime) -> list[Shift]:
    """When somebody is on call, on any schedule, the earliest first. Raises EndsBeforeStart, WindowTooLong."""
    expect_window(start, end)
    rows = list(Schedule.objects.order_by("name"))
    found = rotas(rows, start, end)
    theirs = [
        (row, [each for each in roster(found[row.id], start, end) if each.holder and each.holder.person == person_id])
        for row in rows
    ]
    shifts = (shift for row, duties in theirs if duties for shift in _shifts(row, duties))
    return sorted(shifts, key=lambda each: (each.start, each.schedule.name))


def standings(rows: list[Schedule], at: datetime) -> list[Standing]:
    """How each schedule stands at an instant."""
    longest = max([AHEAD, *(timedelta(days=each.warn_days) for each in rows)])
    found = rotas(rows, at, at + longest)
    return [_standing(row, found[row.id], at) for row in rows]


def gaps_in(rota: Rota, start: datetime, end: datetime) -> list[Span]:
    """The stretches of a window in which nobody is on call."""
    return gaps(roster(rota, start, end))


def layer_cards(row: Schedule) -> list[LayerCard]:
    """A schedule's layers, the lowest first."""
    layers = list(row.layers.prefetch_related("people"))
    known = people(each.person_id for layer in layers for each in layer.people.all())
    card = schedule_card(row)
    return [_layer_card(each, card, known) for each in layers]


def _layer_card(row: Layer, schedule: ScheduleCard, known: dict[UUID, PersonCard]) -> LayerCard:
    return LayerCard(
        id=row.id,
        schedule=schedule,
        place=row.place,
        name=row.name,
        people=tuple(known.get(each.person_id) for each in row.people.all()),
        starts=row.starts,
        ends=row.ends,
        at=row.at,
        every=row.every,
        unit=Unit(row.unit),
        weekday=row.weekday,
        zone=row.zone,
        hours=row.hours,
        country=row.country,
        subdivision=row.subdivision,
        on_holidays=OnHolidays(row.on_holidays),
    )


def _standing(row: Schedule, rota: Rota, at: datetime) -> Standing:
    duties = roster(rota, at, at + AHEAD)
    shifts = _shifts(row, duties[:2])
    handed = len(duties) > 1
    return Standing(
        schedule=schedule_card(row),
        now=shifts[0],
        hands_over=duties[0].end if handed else None,
        then=shifts[1].who if handed else None,
        gaps=tuple(gaps_in(rota, at, at + timedelta(days=row.warn_days))),
    )


def _shifts(row: Schedule, duties: Iterable[Duty]) -> list[Shift]:
    duties = list(duties)
    holders = [each.holder for each in duties if each.holder]
    layers = dict(row.layers.filter(id__in={each.source for each in holders}).values_list("id", "name"))
    covers = {
        each.id: each
        for each in Override.objects.filter(id__in={each.source for each in holders}).select_related("instead_of")
    }
    known, card = people(each.person for each in holders), schedule_card(row)

    def who(duty: Duty) -> OnCall | None:
        holder = duty.holder
        if holder is None or holder.person not in known:
            return None
        if holder.by is By.LAYER:
            return OnCall(known[holder.person], holder.by, holder.source, layers[holder.source])
        cover = covers[holder.source]
        instead = cover.instead_of.name if cover.instead_of else ""
        return OnCall(known[holder.person], holder.by, holder.source, cover.reason, instead)

    return [Shift(card, each.start, each.end, who(each)) for each in duties]
