"""A month's promises: rows, matrix, lead, credit steps. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext as _

from tallylight.console import formatting
from tallylight.console.agreements import bound_sentence, objective_name, percent
from tallylight.console.shapes import Badge, Lead, Tone
from tallylight.contracts.api import Level
from tallylight.incidents.api import level_name
from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Fact, Sentence
from tallylight.sla.api import Report, Row, SegmentReport, miss_step

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One objective in one region, judged by slices of `slice_s` seconds.

    `bad`, `unknown` and `budget`, what may be bad, are seconds; `used` is the share of the budget that is gone (0..1, None
    without one).
    """

    region: str
    region_code: str
    objective: str
    name: str
    unit: str
    bound: str
    target: str
    attained: str
    badge: Badge
    slice_s: int
    bad: int
    unknown: int
    budget: int
    used: float | None
    at_best: str


@dataclass(frozen=True, slots=True)
class Column:
    """An objective as the matrix heads it."""

    name: str
    target: str


@dataclass(frozen=True, slots=True)
class Line:
    """A region's row of the matrix; a cell is None where the objective doesn't hold."""

    region: str
    cells: tuple[PromiseRow | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Regions against objectives."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


def promise_row(row: Row, names: Mapping[str, str]) -> PromiseRow:
    """A row of the report in words."""
    slice_s = row.objective.slice // timedelta(seconds=1)
    lost, budget = math.ceil(row.lost_minutes * MINUTE_S), row.budget_minutes * MINUTE_S
    return PromiseRow(
        region=names.get(row.region, row.region),
        region_code=row.region,
        objective=row.objective.name,
        name=objective_name(row.objective),
        unit=" ms" if row.unit == "ms" else row.unit,
        bound=bound_sentence(row.objective),
        target=percent(row.objective.target),
        attained=formatting.attainment(row.attained, _language()),
        badge=kept_badge(kept=row.kept),
        slice_s=slice_s,
        bad=lost,
        unknown=row.counts.unknown * slice_s,
        budget=budget,
        used=min(1.0, lost / budget) if budget else None,
        at_best=formatting.attainment(row.at_best, _language()),
    )


def kept_badge(*, kept: bool | None) -> Badge:
    """Whether a promise holds so far; without a counted minute nobody knows."""
    if kept is None:
        return Badge(Tone.UNKNOWN, _("Not measured"))
    return Badge(Tone.GOOD, _("Kept")) if kept else Badge(Tone.BAD, _("Missed"))


def matrix(rows: Sequence[PromiseRow]) -> Matrix:
    """Rows as a matrix, regions and objectives in the contract's order."""
    columns = {(row.objective, row.target): Column(row.name, row.target) for row in rows}
    by_place = {(row.region, row.objective, row.target): row for row in rows}
    regions = dict.fromkeys(row.region for row in rows)
    lines = tuple(Line(region, tuple(by_place.get((region, *key)) for key in columns)) for region in regions)
    return Matrix(tuple(columns.values()), lines)


def month_lead(report: Report, *, over: bool) -> Lead:
    """The month in one sentence, with the credit that follows."""
    rows = [row for segment in report.segments for row in segment.rows]
    missed = sum(row.kept is False for row in rows)
    if missed:
        facts = {"count": missed, "all": len(rows)}
        text = ngettext(
            "%(count)s of %(all)s promises is missed so far.",
            "%(count)s of %(all)s promises are missed so far.",
            missed,
        )
        if over:
            text = ngettext(
                "%(count)s of %(all)s promises was missed.", "%(count)s of %(all)s promises were missed.", missed
            )
        return Lead(Tone.BAD, text % facts, credit_sentence(report.credits, report.credits_at_best, over=over))
    if all(row.kept is None for row in rows):
        return Lead(
            Tone.UNKNOWN,
            _("Nothing was measured in this month."),
            _("What was not measured is shown as unknown, never as good."),
        )
    if over:
        return Lead(Tone.GOOD, _("Every promise of this month was kept."), _("No credit is owed."))
    return Lead(Tone.GOOD, _("Every promise of this month is kept so far."), _("No credit is owed."))


def credit_sentence(credits_: Sequence[Money], at_best: Sequence[Money], *, over: bool) -> str:
    """What is owed; while the month runs, what would be if it ended now, and what will be at best."""
    owed = [each for each in credits_ if each.minor]
    if not owed:
        return _("No credit is owed.")
    if over:
        return _("The credit is %(amount)s.") % {"amount": _amounts(owed)}
    return _(
        "If the month ended now the credit would be %(amount)s; if everything to come is good it will be %(best)s."
    ) % {"amount": _amounts(owed), "best": _amounts(at_best)}


def _amounts(amounts: Sequence[Money]) -> str:
    return " + ".join(formatting.money(each, _language()) for each in amounts)


def credit_steps(segment: SegmentReport, names: Mapping[str, str], zone: tzinfo, *, now: datetime) -> list[str]:
    """How the credit comes about, step by step."""
    labels = {row.objective.name: objective_name(row.objective) for row in segment.rows}
    labels |= {level.value: level_name(level) for level in Level}
    return [said(step, {**names, **labels}, zone, now=now) for step in segment.credit.steps]


def settlement_steps(report: Report, zone: tzinfo, *, now: datetime) -> list[str]:
    """What becomes of the month's credit: owed, to be claimed, claimed, lapsed, or under the minimum."""
    return [said(step, {}, zone, now=now) for each in report.settlements for step in each.steps]


def broken_promises(segment: SegmentReport, zone: tzinfo, *, now: datetime) -> list[str]:
    """The support promises that were broken, one sentence each."""
    levels = {level.value: level_name(level) for level in Level}
    return [said(miss_step(each), levels, zone, now=now) for each in segment.misses]


def said(sentence: Sentence, names: Mapping[str, str], zone: tzinfo, *, now: datetime) -> str:
    """A sentence in the reader's language, its facts as the reader writes them; `names` stands for codes."""

    def show(fact: Fact) -> str:
        return fact_text(fact, names, zone, now=now)

    return sentence.said(gettext, show)


def fact_text(fact: Fact, names: Mapping[str, str], zone: tzinfo, *, now: datetime) -> str:
    """One fact as the reader writes it."""
    match fact:
        case Money():
            return formatting.money(fact, _language())
        case timedelta():
            return formatting.duration(fact.total_seconds(), _language())
        case datetime():
            return formatting.instant(fact, zone, _language(), now=now)
        case Decimal():
            return formatting.decimal(fact, _language(), digits=4)
        case int():
            return formatting.integer(fact, _language())
        case _:
            return names.get(fact, fact)


def _language() -> str:
    return get_language() or "en"
