"""Tickets of a time that is past, as what was done on them: enough to read their clocks again, under this promise or another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language

from tallylight.clocks.api import Reading
from tallylight.contracts.api import Level, SupportLevel
from tallylight.support import entries, promises
from tallylight.support.models import Entry, Ticket
from tallylight.support.standing import Done, Log
from tallylight.support.states import Promise


@dataclass(frozen=True, slots=True)
class PastTicket:
    """A ticket with what was done on it.

    `first` is its level at the opening, `raised` says when it became graver, and how grave; `level` is where it ended.
    `happened` and `done` are what `clocks_under` reads. `support` is what was promised in the end and `clocks` what its clocks
    say; None and empty if nothing was promised. `headline` is in the active language.
    """

    id: UUID
    number: str
    headline: str
    incident: UUID | None
    opened_at: datetime
    resolved_at: datetime | None
    level: Level
    first: Level
    raised: tuple[tuple[datetime, Level], ...]
    happened: Log
    done: Done
    support: SupportLevel | None
    clocks: dict[Promise, Reading]


def past_tickets(organisation_id: UUID, start: datetime, end: datetime, *, now: datetime) -> list[PastTicket]:
    """The organisation's tickets opened within `[start, end)`, in the order in which they were opened."""
    rows = Ticket.objects.filter(organisation_id=organisation_id, opened_at__gte=start, opened_at__lt=end)
    return [_past(row, now=now) for row in rows.order_by("opened_at", "id").prefetch_related("clock_log", "entries")]


def _past(row: Ticket, *, now: datetime) -> PastTicket:
    return PastTicket(
        id=row.pk,
        number=row.number,
        headline=row.headline(get_language() or "en"),
        incident=row.incident,
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
        level=Level(row.level),
        first=promises.first_level(row),
        raised=tuple((each.at, Level(each.facts["level"])) for each in _raises(row)),
        happened=promises.happened(row),
        done=promises.done(row),
        support=promises.support_of(row, now=now),
        clocks=promises.readings(row, now=now),
    )


def _raises(row: Ticket) -> list[Entry]:
    raises = [each for each in row.entries.all() if each.kind == entries.Kind.RAISED]
    return sorted(raises, key=lambda each: (each.at, each.id))
