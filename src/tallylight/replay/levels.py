"""How serious a ticket would have been by another contract, and from when on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tallylight.clocks.api import Kind
from tallylight.contracts.api import Agreement, IncidentFacts, Level, severity_of
from tallylight.incidents.api import Known, PastIncident
from tallylight.support.api import PastTicket, Promise


@dataclass(frozen=True, slots=True)
class At:
    """From `at` on it was this serious."""

    at: datetime
    level: Level


def levels_under(draft: Agreement, ticket: PastTicket, incident: PastIncident | None) -> list[At]:
    """The ticket's levels by the draft's rule, the first from its opening on; none if the draft promises nothing there.

    A customer's own ticket, and one whose incident spoke to nobody, keeps the levels that it had.
    """
    if incident is None or not incident.known:
        return _as_it_was(ticket)
    found: list[At] = []
    for at, facts in _told(ticket, incident.known):
        if not found and not _concerns(draft, incident.region, facts):
            continue
        level = severity_of(draft.severity, facts)
        if not found:
            found.append(At(ticket.opened_at, level))
        elif at <= ticket.opened_at:
            found[0] = At(ticket.opened_at, max(found[0].level, level, key=_rank))
        elif level.rank > found[-1].level.rank and _pending(ticket, at):
            found.append(At(at, level))
    return found


def _as_it_was(ticket: PastTicket) -> list[At]:
    return [At(ticket.opened_at, ticket.level)]


def _concerns(draft: Agreement, region: str, facts: IncidentFacts) -> bool:
    return draft.covers(region) or facts.viewers > 0


def _told(ticket: PastTicket, known: Sequence[Known]) -> Iterator[tuple[datetime, IncidentFacts]]:
    """When the ticket heard of each step: at the instant it was raised by it, if it was, and not before its opening."""
    heard = dict(_raises(ticket, known))
    at = ticket.opened_at
    for place, each in enumerate(known):
        at = max(at, heard.get(place, each.at))
        yield at, each.facts


def _raises(ticket: PastTicket, known: Sequence[Known]) -> Iterator[tuple[int, datetime]]:
    """Which step raised the ticket, for each time that it was raised: the first that weighed as much."""
    for at, level in ticket.raised:
        place = next((i for i, each in enumerate(known) if each.level.rank >= level.rank), None)
        if place is not None:
            yield place, at


def _pending(ticket: PastTicket, at: datetime) -> bool:
    """Whether somebody still had to do something: a ticket that is resolved is not raised any more."""
    settled = (Kind.SATISFIED, Kind.REOPENED)
    last = [each.kind for each in ticket.happened.get(Promise.RESOLUTION, []) if each.at < at and each.kind in settled]
    return not last or last[-1] is Kind.REOPENED


def _rank(level: Level) -> int:
    return level.rank
