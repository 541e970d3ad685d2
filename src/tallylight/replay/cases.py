"""A ticket's clocks read again with a draft's targets and calendars; what people did stays as it was. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tallylight.clocks.api import Kind, Reading, State
from tallylight.contracts.api import Agreement, Level, Promised
from tallylight.incidents.api import PastIncident
from tallylight.replay.levels import At, levels_under
from tallylight.replay.values import ClockCase, ClockSide, LevelChange, Outcome, TicketRef
from tallylight.sla.api import Miss
from tallylight.support.api import PastTicket, Promise, Stood, clocks_under

LATE = (State.MISSED, State.OVERDUE)


def cases_of(
    draft: Agreement, ticket: PastTicket, incident: PastIncident | None, *, now: datetime
) -> tuple[list[ClockCase], LevelChange | None]:
    """Every clock of the ticket then and under the draft, and whether its level would have been another."""
    then, levels = _then(ticket), levels_under(draft, ticket, incident)
    would = _under(draft, ticket, levels, now=now)
    found = [
        ClockCase(ref(ticket), clock, then.get(clock), would.get(clock))
        for clock in Promised
        if clock in then or clock in would
    ]
    last = levels[-1].level if levels else None
    changed = None if last is ticket.level else LevelChange(ref(ticket), ticket.level, last)
    return found, changed


def misses_under(cases: Iterable[ClockCase]) -> list[Miss]:
    """The support promises that the draft would have broken, as credits count them."""
    return [
        Miss(case.draft.level, case.clock, at, case.ticket.number)
        for case in cases
        if case.draft is not None
        for at in case.draft.late_at
    ]


def ref(ticket: PastTicket) -> TicketRef:
    """How a ticket is named."""
    return TicketRef(ticket.id, ticket.number, ticket.headline, ticket.opened_at)


def _then(ticket: PastTicket) -> dict[Promised, ClockSide]:
    return _sides(ticket.clocks, ticket.level)


def _under(draft: Agreement, ticket: PastTicket, levels: Sequence[At], *, now: datetime) -> dict[Promised, ClockSide]:
    if not levels:
        return {}
    stood = [Stood(each.at, draft.support_at(each.level)) for each in levels]
    readings = clocks_under(ticket.happened, ticket.done, stood, now=now)
    sides = _sides(readings, levels[-1].level)
    if Promised.MITIGATION in sides and _mitigation_is_untold(ticket):
        sides[Promised.MITIGATION] = _doubted(sides[Promised.MITIGATION])
    return sides


def _sides(readings: Mapping[Promise, Reading], level: Level) -> dict[Promised, ClockSide]:
    """What is promised still; a promise that was taken back before it was broken is none."""
    return {
        Promised(promise): _side(reading, level)
        for promise, reading in readings.items()
        if reading.state is not State.CANCELLED or reading.breached
    }


def _mitigation_is_untold(ticket: PastTicket) -> bool:
    """Where nothing was promised nobody may have written down when viewers were well again, long before it was mended."""
    if Promise.MITIGATION in ticket.clocks:
        return False
    log = ticket.happened
    mended = [each.at for each in log.get(Promise.RESOLUTION, []) if each.kind is Kind.SATISFIED]
    told = [each.at for each in log.get(Promise.MITIGATION, []) if each.kind is Kind.SATISFIED]
    return not told or told == mended


def _doubted(side: ClockSide) -> ClockSide:
    """What is kept by mending in time stays kept; a miss is not certain."""
    return side if side.outcome is Outcome.KEPT else replace(side, outcome=Outcome.UNKNOWN, late_at=())


def _side(reading: Reading, level: Level) -> ClockSide:
    return ClockSide(
        level=level,
        outcome=_outcome(reading),
        target=reading.target,
        due_at=reading.due_at,
        answered_at=reading.answered_at,
        counted=reading.counted,
        late_at=tuple(_late(reading)),
    )


def _outcome(reading: Reading) -> Outcome:
    if reading.breached:
        return Outcome.BROKEN
    return Outcome.KEPT if reading.state is State.MET else Outcome.OPEN


def _late(reading: Reading) -> Iterator[datetime]:
    for target in reading.earlier_targets:
        if target.broken and target.due_at is not None:
            yield target.due_at
    for each in reading.earlier:
        if each.late and each.due_at is not None:
            yield each.due_at
    if reading.state in LATE and reading.due_at is not None:
        yield reading.due_at
