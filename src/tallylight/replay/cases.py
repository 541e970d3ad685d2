"""A ticket's clocks read again with a draft's targets and calendars; what people did stays as it was. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from tallylight.clocks.api import Reading, State
from tallylight.contracts.api import Agreement, Level, Promised, SupportLevel
from tallylight.incidents.api import PastIncident
from tallylight.replay.levels import At, levels_under
from tallylight.replay.values import ClockCase, ClockSide, LevelChange, Outcome, TicketRef
from tallylight.support.api import PastTicket, Promise, Stood, clocks_under

#: The clocks that a ticket keeps. When harm was stemmed before the matter was mended is written down nowhere.
KEPT = {Promise.RESPONSE: Promised.RESPONSE, Promise.UPDATE: Promised.UPDATE, Promise.RESOLUTION: Promised.RESOLUTION}

OUTCOMES = {
    State.MET: Outcome.KEPT,
    State.MISSED: Outcome.BROKEN,
    State.OVERDUE: Outcome.BROKEN,
    State.CANCELLED: Outcome.KEPT,
}
LATE = (State.MISSED, State.OVERDUE)


def cases_of(
    draft: Agreement, ticket: PastTicket, incident: PastIncident | None, *, now: datetime
) -> tuple[list[ClockCase], LevelChange | None]:
    """Every clock of the ticket then and under the draft, and whether its level would have been another."""
    then, levels = _then(ticket, incident, now=now), levels_under(draft, ticket, incident)
    would = _under(draft, ticket, levels, now=now)
    found = [
        ClockCase(ref(ticket), clock, then.get(clock), would.get(clock))
        for clock in Promised
        if clock in then or clock in would
    ]
    last = levels[-1].level if levels else None
    changed = None if last is ticket.level else LevelChange(ref(ticket), ticket.level, last)
    return found, changed


def ref(ticket: PastTicket) -> TicketRef:
    """How a ticket is named."""
    return TicketRef(ticket.id, ticket.number, ticket.headline, ticket.opened_at)


def _then(ticket: PastTicket, incident: PastIncident | None, *, now: datetime) -> dict[Promised, ClockSide]:
    if ticket.agreement is None:
        return {}
    sides = {KEPT[promise]: _side(reading, ticket.level) for promise, reading in ticket.clocks.items()}
    levels = levels_under(ticket.agreement, ticket, incident) or [At(ticket.opened_at, ticket.level)]
    return sides | _mitigation(ticket, _stood(ticket.agreement, levels), now=now)


def _under(draft: Agreement, ticket: PastTicket, levels: Sequence[At], *, now: datetime) -> dict[Promised, ClockSide]:
    if not levels:
        return {}
    stood = _stood(draft, levels)
    readings = clocks_under(ticket.happened, ticket.done, stood, now=now)
    sides = {KEPT[promise]: _side(reading, levels[-1].level) for promise, reading in readings.items()}
    return sides | _mitigation(ticket, stood, now=now)


def _stood(agreement: Agreement, levels: Sequence[At]) -> list[Stood]:
    return [Stood(each.at, agreement.support_at(each.level)) for each in levels]


def _mitigation(ticket: PastTicket, stood: Sequence[Stood], *, now: datetime) -> dict[Promised, ClockSide]:
    """Mended in time is mitigated in time. Mended later tells nothing: viewers may have been well long before."""
    support = stood[-1].support
    if support.mitigation is None:
        return {}
    timed = [replace(each, support=_with_mitigation(each.support)) for each in stood]
    side = _side(clocks_under(ticket.happened, ticket.done, timed, now=now)[Promise.RESOLUTION], support.level)
    if side.outcome is Outcome.BROKEN:
        side = replace(side, outcome=Outcome.UNKNOWN, late_at=())
    return {Promised.MITIGATION: side}


def _with_mitigation(support: SupportLevel) -> SupportLevel:
    return replace(support, resolution=support.mitigation or support.resolution)


def _side(reading: Reading, level: Level) -> ClockSide:
    return ClockSide(
        level=level,
        outcome=Outcome.BROKEN if reading.breached else OUTCOMES.get(reading.state, Outcome.OPEN),
        target=reading.target,
        due_at=reading.due_at,
        answered_at=reading.answered_at,
        counted=reading.counted,
        late_at=tuple(_late(reading)),
    )


def _late(reading: Reading) -> Iterator[datetime]:
    for each in reading.earlier:
        if each.late and each.due_at is not None:
            yield each.due_at
    if reading.state in LATE and reading.due_at is not None:
        yield reading.due_at
