"""By which ways somebody is reached, in the order of their choice, and when nothing may ring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from tallylight.notify import apprise_urls
from tallylight.notify.errors import QuietHoursRefused, WaysRefused
from tallylight.notify.letter import MAIL, Recipient
from tallylight.notify.models import Endpoint, Preference


@dataclass(frozen=True, slots=True)
class Way:
    """Mail (`id` "mail"), or a further address by its id, shown by label and service and never by its URL."""

    id: str
    channel: str
    label: str = ""
    service: str = ""

    @property
    def rings(self) -> bool:
        """Whether it may wake somebody."""
        return self.channel != MAIL


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody wants to be reached. Quiet hours are on the clock of the person's zone, from inclusive, until exclusive."""

    ways: tuple[Way, ...]
    quiet_from: time | None = None
    quiet_until: time | None = None

    def quiet_at(self, moment: time) -> bool:
        """Whether quiet hours hold at that time of day. They may go past midnight."""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= moment < self.quiet_until
        return moment >= self.quiet_from or moment < self.quiet_until


def preferences(person_id: UUID) -> Preferences:
    """What the person chose; what they have not put in order comes last, the oldest first. Mail is always among the ways."""
    row = Preference.objects.filter(person_id=person_id).first()
    ways = {MAIL: Way(MAIL, MAIL)}
    for each in Endpoint.objects.filter(person_id=person_id).order_by("id"):
        ways[str(each.pk)] = Way(str(each.pk), each.channel, each.label, apprise_urls.service_of(each.url_secret))
    chosen = [each for each in (row.ways if row else ()) if each in ways]
    order = tuple(ways[each] for each in dict.fromkeys([*chosen, *ways]))
    return Preferences(order, row.quiet_from if row else None, row.quiet_until if row else None)


def set_order(person_id: UUID, ways: Sequence[str]) -> None:
    """Put the person's ways in this order. Raises WaysRefused."""
    known = {each.id for each in preferences(person_id).ways}
    if not known.issuperset(ways) or len(set(ways)) != len(ways):
        raise WaysRefused
    Preference.objects.update_or_create(person_id=person_id, defaults={"ways": list(ways)})


def set_quiet_hours(person_id: UUID, start: time | None, end: time | None) -> None:
    """Let nothing ring between these times of day that isn't major; None and None: no quiet hours.

    They are on the clock of the person's zone, so that a time with an offset of its own is none. Raises QuietHoursRefused.
    """
    aware = any(each is not None and each.tzinfo is not None for each in (start, end))
    if aware or (start is None) != (end is None) or (start is not None and start == end):
        raise QuietHoursRefused
    Preference.objects.update_or_create(person_id=person_id, defaults={"quiet_from": start, "quiet_until": end})


def open_ways(to: Recipient, *, urgent: bool, now: datetime) -> list[Way]:
    """The recipient's ways at that instant, in their order. In quiet hours what isn't urgent comes by mail only."""
    if to.person_id is None:
        return [Way(MAIL, MAIL)]
    found = preferences(to.person_id)
    quiet = not urgent and found.quiet_at(now.astimezone(ZoneInfo(to.timezone)).time())
    return [each for each in found.ways if not (quiet and each.rings)]


def at_once(ways: Sequence[Way], channels: Iterable[str]) -> list[list[str]]:
    """First every way on these channels (mail if there is none), then the others one after the other."""
    wanted = set(channels)
    first = [each.id for each in ways if each.channel in wanted] or [MAIL]
    return [first, *([each.id] for each in ways if each.id not in first)]


def in_turn(ways: Sequence[Way]) -> list[list[str]]:
    """One way after the other."""
    return [[each.id] for each in ways]
