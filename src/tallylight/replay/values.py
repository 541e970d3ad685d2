"""What a replay says: every promise with what really applied beside what the draft would have made of it. Pure values.

Durations are timedeltas, percentages per cent, instants in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from tallylight.contracts.api import Level, Promise, Promised
from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Sentence


class Outcome(StrEnum):
    """What became of a promise. OPEN: it is not decided yet. UNKNOWN: nobody can tell, so it is never called kept."""

    KEPT = "kept"
    BROKEN = "broken"
    OPEN = "open"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many promises became what."""

    kept: int = 0
    broken: int = 0
    open: int = 0
    unknown: int = 0

    @classmethod
    def of(cls, outcomes: Iterable[Outcome | None]) -> Tally:
        """None stands for nothing promised and counts nowhere."""
        found = list(outcomes)
        return cls(*(found.count(each) for each in (Outcome.KEPT, Outcome.BROKEN, Outcome.OPEN, Outcome.UNKNOWN)))

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.kept + other.kept, self.broken + other.broken, self.open + other.open, self.unknown + other.unknown
        )

    @property
    def all(self) -> int:
        return self.kept + self.broken + self.open + self.unknown


@dataclass(frozen=True, slots=True)
class ObjectiveSide:
    """An objective in a region over a month, or the part of one under one contract version.

    `attained` is None where no slice counts. `missing` slices can't be judged again; they are in no other figure.
    """

    outcome: Outcome
    name: str
    bound: float
    target: Decimal
    attained: Decimal | None
    good: Decimal
    counted: int
    bad: int
    unknown: int
    missing: int = 0


@dataclass(frozen=True, slots=True)
class ObjectiveLine:
    """The same promise then and under the draft; `then` has one side for each contract version of the month, or none."""

    month: str
    region: str
    promise: Promise
    unit: str
    then: tuple[ObjectiveSide, ...]
    draft: ObjectiveSide | None


@dataclass(frozen=True, slots=True)
class TicketRef:
    """A ticket, to be looked at."""

    id: UUID
    number: str
    headline: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class ClockSide:
    """What one clock of a ticket says under one contract. `late_at` are the due instants that passed unanswered, in order."""

    level: Level
    outcome: Outcome
    target: timedelta
    due_at: datetime | None
    answered_at: datetime | None
    counted: timedelta
    late_at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockCase:
    """One clock of one ticket, then and under the draft; None where it was not promised."""

    ticket: TicketRef
    clock: Promised
    then: ClockSide | None
    draft: ClockSide | None

    @property
    def differs(self) -> bool:
        """Whether the draft changes what became of it."""
        return _outcome(self.then) is not _outcome(self.draft)


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A support clock at a level: how many cases became what, and the cases, those that the draft changes first."""

    level: Level
    clock: Promised
    then: Tally
    draft: Tally
    cases: tuple[ClockCase, ...]


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A ticket that would have been another level; `draft` is None where it would have had no promise at all."""

    ticket: TicketRef
    then: Level
    draft: Level | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What broken promises cost: the credit, and how it comes about."""

    amount: Money
    steps: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class MonthCost:
    """A month's credits: `then` has one for each contract version. `at_least`: the draft's leaves out what can't be told."""

    month: str
    over: bool
    then: tuple[Cost, ...]
    draft: Cost
    at_least: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """A draft replayed over `months`, up to `until`; months without any contract are left out.

    `gaps` say what can't be judged again. `unseen` incidents would have concerned the customer under the draft and did not then:
    nobody worked on a ticket for them.
    """

    customer: str
    draft: str
    zone: str
    months: tuple[str, ...]
    start: datetime
    until: datetime
    objectives: tuple[ObjectiveLine, ...]
    clocks: tuple[ClockLine, ...]
    levels: tuple[LevelChange, ...]
    costs: tuple[MonthCost, ...]
    tickets: int
    gaps: tuple[Sentence, ...] = ()
    unseen: int = 0
    then: Tally = field(init=False)
    would: Tally = field(init=False)

    def __post_init__(self) -> None:
        set_once = object.__setattr__
        then = Tally.of(side.outcome for line in self.objectives for side in line.then)
        would = Tally.of(line.draft.outcome for line in self.objectives if line.draft)
        set_once(self, "then", sum((line.then for line in self.clocks), then))
        set_once(self, "would", sum((line.draft for line in self.clocks), would) + Tally(unknown=self.unseen))

    @property
    def cost_then(self) -> tuple[Money, ...]:
        """What it cost, one amount for each currency."""
        return total(cost.amount for month in self.costs for cost in month.then)

    @property
    def cost_draft(self) -> tuple[Money, ...]:
        """What the draft would have cost."""
        return total(month.draft.amount for month in self.costs)

    @property
    def at_least(self) -> bool:
        """Whether there may be more broken promises, and more to pay, than can be told."""
        return self.would.unknown > 0


def total(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Amounts added up, one for each currency, in the order in which currencies appear."""
    sums: dict[str, Money] = {}
    for each in amounts:
        sums[each.currency] = sums[each.currency] + each if each.currency in sums else each
    return tuple(sums.values())


def _outcome(side: ClockSide | None) -> Outcome | None:
    return side.outcome if side else None
