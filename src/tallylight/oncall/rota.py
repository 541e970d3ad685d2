"""Who is on call when: layers of turns, with overrides on top. Pure.

Conventions:

- Spans are half-open: the instant of a hand-over belongs to whoever takes over.
- A hand-over is a wall time in the schedule's zone and stays at it through daylight saving, so that a turn over the change is an
  hour longer or shorter. A wall time that happens twice means its first occurrence. One that the zone skips is read with the
  offset before the skip, so it comes as much later as the zone skips. (PEP 495 with fold=0; RFC 5545, 3.3.5 says the same.)
- A layer's hours of the week and its holidays are those of the layer's own zone: that makes a schedule follow the sun.
- Of the layers that have somebody at an instant the last one wins. Overrides stand above all layers; of two, the later made.
- Time in which nobody is found is a gap.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from tallylight.kernel.business_time import AROUND_THE_CLOCK, Calendar, Span, open_spans

#: Wall time and the instants it names never drift further apart than this, whatever a zone does to its clocks.
_DRIFT = timedelta(days=2)


class Unit(StrEnum):
    """What turns are counted in."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Turns:
    """People who take turns of `every` units each, in order, over and over.

    They begin on `starts` and end on `ends` (None: never), both at `at` o'clock of the schedule's zone. Turns of weeks change on
    `weekday` (0 is Monday; None: that of `starts`), so the first may be a short one. A place that is None has nobody: its turns
    are left to the layers below.
    """

    people: tuple[UUID | None, ...]
    starts: date
    at: time
    every: int
    unit: Unit
    weekday: int | None = None
    ends: date | None = None

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError("a turn lasts at least one unit")

    @property
    def length(self) -> timedelta:
        """A turn's length on the wall clock."""
        return timedelta(**{self.unit.value: self.every})

    @property
    def anchor(self) -> datetime:
        """The wall time at which the first turn would have begun had it been a whole one."""
        first = datetime.combine(self.starts, self.at)
        if self.unit is not Unit.WEEKS or self.weekday is None:
            return first
        return first - timedelta(days=(first.weekday() - self.weekday) % 7)


@dataclass(frozen=True, slots=True)
class Layer:
    """Turns that serve in certain hours only. `hours` are in a zone of their own."""

    id: UUID
    turns: Turns
    hours: Calendar = AROUND_THE_CLOCK


@dataclass(frozen=True, slots=True)
class Override:
    """From `start` to before `end`, `person` is on call: whoever would be, or only where `instead_of` would be."""

    id: UUID
    start: datetime
    end: datetime
    person: UUID
    instead_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Rota:
    """A schedule's rules: its zone, its layers from the lowest to the highest, its overrides in the order they were made."""

    zone: str
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()


class By(StrEnum):
    """What put somebody on call."""

    LAYER = "layer"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody on call, and the layer or override that says so."""

    person: UUID
    by: By
    source: UUID


@dataclass(frozen=True, slots=True)
class Duty:
    """A half-open stretch of time with one holder; None: a gap."""

    start: datetime
    end: datetime
    holder: Holder | None


def roster(rota: Rota, start: datetime, end: datetime) -> tuple[Duty, ...]:
    """The time from `start` to `end`, whole and in order, cut where the holder changes."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    layers = [layer_duties(each, rota.zone, start, end) for each in rota.layers]
    covers = [clipped for each in rota.overrides if (clipped := _clipped(each, start, end))]
    edges = sorted({start, end, *_edges(covers), *(edge for layer in layers for edge in _edges(layer))})
    found = [[each.start for each in layer] for layer in layers]
    pieces = (Duty(one, other, _covered(_highest(layers, found, one), covers, one)) for one, other in pairwise(edges))
    return tuple(_joined(pieces))


def layer_duties(layer: Layer, zone: str, start: datetime, end: datetime) -> tuple[Duty, ...]:
    """When a layer alone has somebody between two instants; the time in which it has nobody is left out."""
    turns = [each for each in _turns(layer, zone, start.astimezone(UTC), end.astimezone(UTC)) if each.holder]
    if not turns or layer.hours.always:
        return tuple(_joined(turns))
    hours = list(open_spans(layer.hours, turns[0].start, turns[-1].end))
    return tuple(_joined(_within(turns, hours)))


def holder_at(rota: Rota, at: datetime) -> Holder | None:
    """Who is on call at an instant."""
    return roster(rota, at, at + timedelta(microseconds=1))[0].holder


def gaps(duties: Iterable[Duty]) -> list[Span]:
    """The stretches in which nobody is on call."""
    return [Span(each.start, each.end) for each in duties if each.holder is None]


def on_the_wall(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant that a wall time names, in UTC, by the rule above."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _turns(layer: Layer, zone_name: str, start: datetime, end: datetime) -> Iterator[Duty]:
    turns, zone = layer.turns, ZoneInfo(zone_name)
    start = max(start, on_the_wall(datetime.combine(turns.starts, turns.at), zone))
    if turns.ends is not None:
        end = min(end, on_the_wall(datetime.combine(turns.ends, turns.at), zone))
    if not turns.people or start >= end:
        return
    first = max(0, (_wall(start, zone) - _DRIFT - turns.anchor) // turns.length)
    last = (_wall(end, zone) + _DRIFT - turns.anchor) // turns.length
    begins = _in_order([on_the_wall(turns.anchor + index * turns.length, zone) for index in range(first, last + 2)])
    for index, (begin, until) in enumerate(pairwise(begins), first):
        one, other = max(begin, start) if index > first else start, min(until, end)
        person = turns.people[index % len(turns.people)]
        if one < other:
            yield Duty(one, other, Holder(person, By.LAYER, layer.id) if person else None)


def _in_order(begins: list[datetime]) -> list[datetime]:
    """Where clocks skip more than a turn, a later turn may begin first: the latest turn that has begun is the one that runs."""
    for index in range(len(begins) - 2, -1, -1):
        begins[index] = min(begins[index], begins[index + 1])
    return begins


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _within(duties: Sequence[Duty], spans: Sequence[Span]) -> Iterator[Duty]:
    """The parts of `duties` that lie in `spans`; both are in order and apart."""
    starts = [each.start for each in spans]
    for duty in duties:
        for span in spans[max(0, bisect_right(starts, duty.start) - 1) :]:
            if span.start >= duty.end:
                break
            if span.end > duty.start:
                yield Duty(max(duty.start, span.start), min(duty.end, span.end), duty.holder)


def _clipped(override: Override, start: datetime, end: datetime) -> Override | None:
    one, other = max(override.start.astimezone(UTC), start), min(override.end.astimezone(UTC), end)
    return replace(override, start=one, end=other) if one < other else None


def _edges(stretches: Iterable[Duty | Override]) -> Iterator[datetime]:
    for each in stretches:
        yield each.start
        yield each.end


def _highest(layers: Sequence[Sequence[Duty]], starts: Sequence[list[datetime]], at: datetime) -> Holder | None:
    for duties, begins in zip(reversed(layers), reversed(starts), strict=True):
        index = bisect_right(begins, at) - 1
        if index >= 0 and at < duties[index].end:
            return duties[index].holder
    return None


def _covered(holder: Holder | None, covers: Iterable[Override], at: datetime) -> Holder | None:
    """Each override acts on what those made before it left."""
    for each in covers:
        if each.start <= at < each.end and each.instead_of in (None, holder and holder.person):
            holder = Holder(each.person, By.OVERRIDE, each.id)
    return holder


def _joined(duties: Iterable[Duty]) -> Iterator[Duty]:
    """Stretches in order, touching ones of the same holder as one."""
    pending: Duty | None = None
    for each in duties:
        if pending is not None and pending.end == each.start and pending.holder == each.holder:
            pending = Duty(pending.start, each.end, pending.holder)
            continue
        if pending is not None:
            yield pending
        pending = each
    if pending is not None:
        yield pending
