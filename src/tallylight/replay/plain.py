"""A replay as JSON values, for programs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from tallylight.kernel.clock import rfc3339
from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Sentence
from tallylight.replay.runs import Fault
from tallylight.replay.values import (
    ClockCase,
    ClockLine,
    ClockSide,
    Cost,
    LevelChange,
    MonthCost,
    ObjectiveLine,
    ObjectiveSide,
    Replay,
    Tally,
    TicketRef,
)
from tallylight.replay.words import amounts, fact_text, lead


def plain(replay: Replay) -> dict[str, Any]:
    """Everything the replay says; sentences are in the active language."""
    return {
        "customer": replay.customer,
        "draft": replay.draft,
        "timezone": replay.zone,
        "months": list(replay.months),
        "start": rfc3339(replay.start),
        "until": rfc3339(replay.until),
        "said": list(lead(replay, (amounts(replay.cost_draft), amounts(replay.cost_then)))),
        "at_least": replay.at_least,
        "tickets": replay.tickets,
        "then": {**_tally(replay.then), "cost": [_amount(each) for each in replay.cost_then]},
        "under_draft": {**_tally(replay.would), "cost": [_amount(each) for each in replay.cost_draft]},
        "objectives": [_objective(each) for each in replay.objectives],
        "clocks": [_clock(each) for each in replay.clocks],
        "levels": [_level(each) for each in replay.levels],
        "costs": [_month(each) for each in replay.costs],
        "gaps": [said(each) for each in replay.gaps],
    }


def said(sentence: Sentence) -> str:
    """A sentence in the active language."""
    return sentence.said(gettext, fact_text)


def fault_told(fault: Fault) -> dict[str, str]:
    """Why a replay failed, in the active language."""
    title, advice = (
        gettext(text) % fault.facts if fault.facts else gettext(text) for text in (fault.title, fault.advice)
    )
    return {"code": fault.code, "title": title, "advice": advice}


def _tally(tally: Tally) -> dict[str, int]:
    return {"kept": tally.kept, "broken": tally.broken, "open": tally.open, "unknown": tally.unknown}


def _amount(amount: Money) -> dict[str, Any]:
    return {"minor": amount.minor, "currency": amount.currency, "text": str(amount)}


def _objective(line: ObjectiveLine) -> dict[str, Any]:
    return {
        "month": line.month,
        "region": line.region,
        "promise": line.promise.value,
        "unit": line.unit,
        "then": [_objective_side(each) for each in line.then],
        "under_draft": _objective_side(line.draft) if line.draft else None,
    }


def _objective_side(side: ObjectiveSide) -> dict[str, Any]:
    return {
        "outcome": side.outcome.value,
        "name": side.name,
        "bound": side.bound,
        "target": str(side.target),
        "attained": None if side.attained is None else str(side.attained),
        "good": str(side.good),
        "counted": side.counted,
        "bad": side.bad,
        "unknown": side.unknown,
        "missing": side.missing,
    }


def _clock(line: ClockLine) -> dict[str, Any]:
    return {
        "level": line.level.value,
        "clock": line.clock.value,
        "then": _tally(line.then),
        "under_draft": _tally(line.draft),
        "cases": [_case(each) for each in line.cases],
    }


def _case(case: ClockCase) -> dict[str, Any]:
    return {
        "ticket": _ticket(case.ticket),
        "differs": case.differs,
        "then": _clock_side(case.then) if case.then else None,
        "under_draft": _clock_side(case.draft) if case.draft else None,
    }


def _clock_side(side: ClockSide) -> dict[str, Any]:
    return {
        "level": side.level.value,
        "outcome": side.outcome.value,
        "target_s": side.target.total_seconds(),
        "due_at": rfc3339(side.due_at) if side.due_at else None,
        "answered_at": rfc3339(side.answered_at) if side.answered_at else None,
        "counted_s": side.counted.total_seconds(),
        "late_at": [rfc3339(each) for each in side.late_at],
    }


def _ticket(ref: TicketRef) -> dict[str, Any]:
    return {"id": str(ref.id), "number": ref.number, "headline": ref.headline, "opened_at": rfc3339(ref.opened_at)}


def _level(change: LevelChange) -> dict[str, Any]:
    return {
        "ticket": _ticket(change.ticket),
        "then": change.then.value,
        "under_draft": change.draft.value if change.draft else None,
    }


def _month(month: MonthCost) -> dict[str, Any]:
    return {
        "month": month.month,
        "over": month.over,
        "at_least": month.at_least,
        "then": [_cost(each) for each in month.then],
        "under_draft": _cost(month.draft),
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {"amount": _amount(cost.amount), "steps": [said(each) for each in cost.steps]}
