"""Parts of a replay as JSON values, to be kept and read back without loss: in the reader's language they are told later.

Facts of sentences say what they are, since an amount, an instant and a word are all texts in JSON.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Fact, Sentence
from tallylight.replay.parts import Judged, MonthPart, TicketsPart
from tallylight.replay.values import ClockCase, Cost, LevelChange, MonthCost, ObjectiveLine


class _Exact(msgspec.Struct, frozen=True, tag="decimal"):
    value: Decimal


class _At(msgspec.Struct, frozen=True, tag="instant"):
    value: datetime


class _Length(msgspec.Struct, frozen=True, tag="length"):
    value: timedelta


class _Amount(msgspec.Struct, frozen=True, tag="money"):
    value: Money


class _Said(msgspec.Struct, frozen=True):
    text: str
    facts: dict[str, str | int | _Exact | _At | _Length | _Amount]


class _Cost(msgspec.Struct, frozen=True):
    amount: Money
    steps: list[_Said]


class _MonthCost(msgspec.Struct, frozen=True):
    month: str
    over: bool
    then: list[_Cost]
    draft: _Cost
    at_least: bool


class _Judged(msgspec.Struct, frozen=True):
    start: datetime
    until: datetime
    objectives: tuple[ObjectiveLine, ...]
    cost: _MonthCost
    gaps: list[_Said]


class _Month(msgspec.Struct, frozen=True):
    month: str
    judged: _Judged | None


class _Tickets(msgspec.Struct, frozen=True):
    cases: tuple[ClockCase, ...]
    levels: tuple[LevelChange, ...]
    tickets: int
    unseen: int
    gaps: list[_Said]


def tickets_kept(part: TicketsPart) -> Any:
    """What `tickets_read` reads."""
    return msgspec.to_builtins(
        _Tickets(part.cases, part.levels, part.tickets, part.unseen, _all_said(part.gaps)), str_keys=True
    )


def tickets_read(kept: object) -> TicketsPart:
    """The part that was kept. Raises msgspec.ValidationError."""
    found = msgspec.convert(kept, _Tickets)
    return TicketsPart(found.cases, found.levels, found.tickets, found.unseen, _sentences(found.gaps))


def month_kept(part: MonthPart) -> Any:
    """What `month_read` reads."""
    return msgspec.to_builtins(_Month(part.month, _judged(part.judged) if part.judged else None), str_keys=True)


def month_read(kept: object) -> MonthPart:
    """The part that was kept. Raises msgspec.ValidationError."""
    found = msgspec.convert(kept, _Month)
    return MonthPart(found.month, _judged_read(found.judged) if found.judged else None)


def _judged(part: Judged) -> _Judged:
    cost = part.cost
    kept = _MonthCost(cost.month, cost.over, [_cost(each) for each in cost.then], _cost(cost.draft), cost.at_least)
    return _Judged(part.start, part.until, part.objectives, kept, _all_said(part.gaps))


def _judged_read(kept: _Judged) -> Judged:
    cost = kept.cost
    then = tuple(_cost_read(each) for each in cost.then)
    read = MonthCost(cost.month, cost.over, then, _cost_read(cost.draft), cost.at_least)
    return Judged(kept.start, kept.until, kept.objectives, read, _sentences(kept.gaps))


def _cost(cost: Cost) -> _Cost:
    return _Cost(cost.amount, _all_said(cost.steps))


def _cost_read(kept: _Cost) -> Cost:
    return Cost(kept.amount, _sentences(kept.steps))


def _all_said(sentences: Iterable[Sentence]) -> list[_Said]:
    return [_Said(each.text, {name: _fact(fact) for name, fact in each.facts.items()}) for each in sentences]


def _sentences(kept: Iterable[_Said]) -> tuple[Sentence, ...]:
    return tuple(Sentence(each.text, {name: _fact_read(fact) for name, fact in each.facts.items()}) for each in kept)


def _fact(fact: Fact) -> str | int | _Exact | _At | _Length | _Amount:
    match fact:
        case Decimal():
            return _Exact(fact)
        case datetime():
            return _At(fact)
        case timedelta():
            return _Length(fact)
        case Money():
            return _Amount(fact)
    return fact


def _fact_read(kept: str | int | _Exact | _At | _Length | _Amount) -> Fact:
    return kept if isinstance(kept, str | int) else kept.value
