"""The parts that a replay is put together from: what tickets say, then each month. Pure values; each can be kept by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tallylight.kernel.sentence import Sentence
from tallylight.replay.compare import clock_lines
from tallylight.replay.gaps import NO_CONTRACT
from tallylight.replay.values import ClockCase, LevelChange, MonthCost, ObjectiveLine, Replay


@dataclass(frozen=True, slots=True)
class TicketsPart:
    """Every clock of every ticket that some contract stood behind, then and under the draft; `gaps` are all but the months'."""

    cases: tuple[ClockCase, ...]
    levels: tuple[LevelChange, ...]
    tickets: int
    unseen: int
    gaps: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A month from `start`, as far as it is over (`until`), then and under the draft."""

    start: datetime
    until: datetime
    objectives: tuple[ObjectiveLine, ...]
    cost: MonthCost
    gaps: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class MonthPart:
    """A month; `judged` is None where no contract was in force."""

    month: str
    judged: Judged | None


Part = TicketsPart | MonthPart


def put_together(customer: str, draft: str, zone: str, tickets: TicketsPart, months: Sequence[MonthPart]) -> Replay:
    """The whole replay, from all its parts. Some month was judged: a time without any contract is refused before."""
    judged = {each.month: each.judged for each in months if each.judged}
    found = list(judged.values())
    absent = tuple(Sentence(NO_CONTRACT, {"month": each.month}) for each in months if not each.judged)
    return Replay(
        customer=customer,
        draft=draft,
        zone=zone,
        months=tuple(judged),
        start=found[0].start,
        until=found[-1].until,
        objectives=tuple(line for each in found for line in each.objectives),
        clocks=clock_lines(tickets.cases),
        levels=tickets.levels,
        costs=tuple(each.cost for each in found),
        tickets=tickets.tickets,
        gaps=(*absent, *(gap for each in found for gap in each.gaps), *tickets.gaps),
        unseen=tickets.unseen,
    )
