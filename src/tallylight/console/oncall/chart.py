"""A week drawn as lanes: each layer by itself, and who is on call in the end. Pure but for the reader's language and zone.

The drawing is SVG with places in per cent, so that it fits every width and its letters keep their shape. What it shows is told
in words below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tallylight.console import formatting
from tallylight.kernel.business_time import local_midnight
from tallylight.oncall.api import Duty, Shift

DAYS = 7
#: How many people are told apart by colour; after them colours repeat, names do not.
HUES = 8


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a lane, in per cent of the week. `hue` is None where nobody is on call."""

    left: str
    width: str
    hue: int | None
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A layer, or the final schedule."""

    name: str
    final: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A day's place in the drawing and its name."""

    left: str
    name: str
    short: str
    today: bool


@dataclass(frozen=True, slots=True)
class Week:
    """The drawing: seven local days of the reader's. `now` is the place of the present instant, empty in other weeks."""

    first: date
    start: datetime
    end: datetime
    columns: tuple[Column, ...]
    lanes: tuple[Lane, ...]
    now: str


def week_bounds(day: date, zone: str) -> tuple[date, datetime, datetime]:
    """The Monday of a day's week, and the instants at which that week begins and ends in a zone."""
    first = day - timedelta(days=day.weekday())
    return first, local_midnight(first, zone), local_midnight(first + timedelta(days=DAYS), zone)


def week(
    day: date,
    zone: tzinfo,
    layers: Iterable[tuple[str, Sequence[Duty]]],
    final: Sequence[Shift],
    names: dict[UUID, str],
    *,
    now: datetime,
) -> Week:
    """`layers` are the lowest first with their names; they are drawn the highest first, as they win. `names` are of people."""
    first, start, end = week_bounds(day, str(zone))
    hues = {person: index % HUES for index, person in enumerate(sorted(names, key=lambda each: names[each]))}
    draw = _Drawing(start, end, zone, names, hues)
    lanes = [Lane(name, final=False, blocks=draw.layer(duties)) for name, duties in layers]
    last = Lane(_("On call"), final=True, blocks=draw.schedule(final))
    present = draw.place(now) if start <= now < end else ""
    return Week(first, start, end, tuple(draw.columns(first, now)), (last, *reversed(lanes)), present)


@dataclass(frozen=True, slots=True)
class _Drawing:
    start: datetime
    end: datetime
    zone: tzinfo
    names: dict[UUID, str]
    hues: dict[UUID, int]

    def place(self, at: datetime) -> str:
        return f"{100 * ((at - self.start) / (self.end - self.start)):.3f}"

    def layer(self, duties: Iterable[Duty]) -> tuple[Block, ...]:
        return tuple(self.block(each.start, each.end, each.holder.person if each.holder else None) for each in duties)

    def schedule(self, shifts: Iterable[Shift]) -> tuple[Block, ...]:
        return tuple(self.block(each.start, each.end, each.who.person.id if each.who else None) for each in shifts)

    def block(self, start: datetime, end: datetime, person: UUID | None) -> Block:
        one, other = max(start, self.start), min(end, self.end)
        width = f"{100 * ((other - one) / (self.end - self.start)):.3f}"
        name = self.names.get(person, "") if person else ""
        label = name or _("Nobody")
        title = _("%(who)s, %(since)s to %(until)s") % {
            "who": label,
            "since": self._told(start),
            "until": self._told(end),
        }
        return Block(self.place(one), width, self.hues[person] if person and name else None, label, title)

    def columns(self, first: date, now: datetime) -> Iterable[Column]:
        language = get_language() or "en"
        for index in range(DAYS):
            day = first + timedelta(days=index)
            midnight = local_midnight(day, str(self.zone))
            weekdays = formatting.locale_of(language).days["format"]
            name = formatting.instant(midnight, self.zone, language, now=now, form="day")
            today = now.astimezone(self.zone).date() == day
            yield Column(self.place(midnight), name, weekdays["abbreviated"][day.weekday()], today)

    def _told(self, at: datetime) -> str:
        return formatting.instant(at, self.zone, get_language() or "en", now=self.start)
