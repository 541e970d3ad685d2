"""A bridge's timeline: what was measured, done on its tickets, and written down on it, in one order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet

from tallylight.bridges import lines
from tallylight.bridges.about import About
from tallylight.bridges.models import Bridge, Line
from tallylight.incidents import api as incidents
from tallylight.support import api as support

#: What a timeline shows of a matter of hundreds of tickets: the latest deeds on them.
MOST_DEEDS = 2000


class Source(StrEnum):
    """Where an entry comes from."""

    MEASURED = "measured"
    TICKET = "ticket"
    BRIDGE = "bridge"


@dataclass(frozen=True, slots=True)
class Told:
    """An entry: `text` in the active language; `who` said or did it, empty if it happened by itself; `about` is a ticket.

    `shared`: every customer of the matter may know it.
    """

    at: datetime
    source: Source
    kind: str
    mark: str
    text: str
    who: str
    about: str
    shared: bool


def story(bridge: Bridge, matter: About) -> list[Told]:
    """Everything, in order; what happened at the same instant keeps its order."""
    found = [*_measured(matter), *_done(matter), *_written(bridge)]
    return sorted(found, key=lambda each: each.at)


def shared_story(bridge: Bridge, matter: About) -> list[Told]:
    """What every customer of the matter may know: nothing of one customer, nothing that the desk said among itself."""
    return [each for each in story(bridge, matter) if each.shared]


def _measured(matter: About) -> Iterable[Told]:
    if matter.incident is None:
        return []
    return [
        Told(each.at, Source.MEASURED, each.kind, "", each.text, "", "", shared=each.shared)
        for each in incidents.whole_timeline(matter.incident.id)
    ]


def _done(matter: About) -> Iterable[Told]:
    """A ticket's own deeds are its customer's: shared only if there is one ticket and they are not internal."""
    alone = len(matter.tickets) == 1 and matter.incident is None
    return [
        Told(
            each.at,
            Source.TICKET,
            each.kind,
            "",
            each.text,
            "",
            f"{each.number}, {each.customer}",
            shared=alone and not each.internal,
        )
        for each in support.deeds(matter.ticket_ids, most=MOST_DEEDS)
    ]


def _written(bridge: Bridge) -> Iterable[Told]:
    rows: QuerySet[Line] = bridge.lines.select_related("author").order_by("at", "id")
    return [
        Told(
            row.at,
            Source.BRIDGE,
            row.kind,
            row.mark,
            lines.sentence(row.kind, row.facts, row.text),
            row.author.name if row.author and row.kind == lines.Kind.NOTE else "",
            "",
            shared=row.kind == lines.Kind.UPDATE,
        )
        for row in rows
    ]
