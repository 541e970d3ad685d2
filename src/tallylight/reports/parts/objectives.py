"""Objectives by region: what was promised, what was attained, which minutes were bad of those allowed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tallylight.contracts.api import Objective, good_when, objective_word, unknown_counts
from tallylight.reports import charts
from tallylight.reports.charts import BudgetBar, Strip
from tallylight.reports.saying import Saying
from tallylight.sla.api import Row, SegmentReport
from tallylight.typeset.api import (
    Align,
    Block,
    Column,
    Definition,
    Definitions,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
)

KEY = "objectives"
MINUTE = timedelta(minutes=1)


def write(say: Saying) -> Section:
    """The part that says what the service attained."""
    blocks = [*_segments(say), *_calendar(say), Heading(say.words.gettext("How slices were judged")), _judged(say)]
    return Section(KEY, say.words.gettext("Objectives by region"), tuple(blocks))


def _segments(say: Saying) -> Iterator[Block]:
    segments = say.month.report.segments
    for segment in segments:
        if len(segments) > 1:
            yield Heading(heading(say, segment))
        yield _table(say, segment)
        yield _budgets(say, segment)


def heading(say: Saying, segment: SegmentReport) -> str:
    """A contract version and the days it applied."""
    return say.words.gettext(
        "Contract %(number)s, %(first)s to %(last)s",
        number=segment.number,
        first=say.since(segment.start),
        last=say.until(segment.end),
    )


def _table(say: Saying, segment: SegmentReport) -> Table:
    gettext = say.words.gettext
    return Table(
        (
            Column(gettext("Region"), width=1.25),
            Column(gettext("Objective"), width=1.3),
            Column(gettext("Promised"), Align.END, width=0.85),
            Column(gettext("Attained"), Align.END, width=1),
            Column(gettext("Bad, of what may be"), Align.END, width=1.25),
            Column(gettext("Unknown"), Align.END, width=0.95),
            Column(gettext("Result"), width=1),
        ),
        tuple(_cells(say, row) for row in segment.rows),
    )


def _cells(say: Saying, row: Row) -> tuple[str, ...]:
    words = say.words
    return (
        say.region(row.region),
        objective_word(words, row.objective),
        words.percent(row.objective.target),
        words.percent(row.attained) if row.attained is not None else "–",
        words.gettext("%(bad)s of %(allowed)s", bad=_minutes(say, row), allowed=_allowed(say, row)),
        words.duration(row.counts.unknown * row.objective.slice),
        result(say, kept=row.kept),
    )


def result(say: Saying, *, kept: bool | None) -> str:
    """What became of an objective, in a word."""
    if kept is None:
        return say.words.gettext("not measured")
    return say.words.gettext("kept") if kept else say.words.gettext("missed")


def allowed_minutes(row: Row) -> Fraction:
    """How many of the minutes that count could be bad: an objective is missed where more were."""
    counted = row.standing.counted * (row.objective.slice // MINUTE)
    return counted * (100 - Fraction(row.objective.target)) / 100


def _minutes(say: Saying, row: Row) -> str:
    return _shown(say, row.lost_minutes)


def _allowed(say: Saying, row: Row) -> str:
    """Whole minutes where minutes are bad as a whole."""
    whole = row.lost_minutes.denominator == 1
    return _shown(say, Fraction(int(allowed_minutes(row))) if whole else allowed_minutes(row))


def _shown(say: Saying, minutes: Fraction) -> str:
    """A length in whole seconds, rounded down."""
    return say.words.duration(timedelta(seconds=int(minutes * 60)))


def _budgets(say: Saying, segment: SegmentReport) -> Figure:
    bars = [_bar(say, row) for row in segment.rows]
    title = say.words.gettext("How much of what may be bad was bad")
    svg = charts.budget_chart(bars, title=title, limit=say.words.gettext("all that may be bad"))
    return Figure(svg, title, say.words.joined(f"{bar.label}: {bar.figure}." for bar in bars))


def _bar(say: Saying, row: Row) -> BudgetBar:
    budget, lost = allowed_minutes(row), row.lost_minutes
    if row.attained is None:
        return BudgetBar(say.place(row), None, missed=False, figure=say.words.gettext("not measured"))
    facts = {"bad": _minutes(say, row), "allowed": _allowed(say, row)}
    used = float(100 * lost / budget) if budget else (None if not lost else float(charts.MOST_PCT))
    if row.kept is False:
        return BudgetBar(
            say.place(row), used, missed=True, figure=say.words.gettext("%(bad)s of %(allowed)s, missed", **facts)
        )
    return BudgetBar(say.place(row), used, missed=False, figure=say.words.gettext("%(bad)s of %(allowed)s", **facts))


def _calendar(say: Saying) -> Iterator[Block]:
    """The month as a calendar, where some day of it had a bad or an unknown minute."""
    names = {(row.objective.name, row.region): say.place(row) for row in _rows(say)}
    strips = [Strip(names[each.objective, each.region], each.bad, each.unknown) for each in say.month.days]
    if not strips:
        yield Paragraph(say.words.gettext("Nothing of the month was bad or unknown."))
        return
    title = say.words.gettext("Bad minutes day by day")
    svg = charts.calendar_chart(
        strips,
        days=_days(say),
        title=title,
        bad=say.words.gettext("bad minutes, with their number"),
        unknown=say.words.gettext("unknown minutes only"),
    )
    yield Figure(svg, title, say.words.joined(_told(say, strips)))


def _days(say: Saying) -> int:
    report = say.month.report
    return (report.end - timedelta(microseconds=1)).astimezone(ZoneInfo(report.timezone)).day


def _told(say: Saying, strips: Iterable[Strip]) -> Iterator[str]:
    """The calendar for whoever can't see it: the days that had bad minutes."""
    for strip in strips:
        days = [
            say.words.gettext("day %(day)s: %(bad)s", day=say.words.number(place), bad=say.words.number(bad))
            for place, bad in enumerate(strip.bad, start=1)
            if bad
        ]
        if days:
            yield say.words.gettext("%(place)s: %(days)s.", place=strip.label, days=say.words.listed(days))
        else:
            yield say.words.gettext("%(place)s: no bad minute.", place=strip.label)


def _rows(say: Saying) -> Iterator[Row]:
    for segment in say.month.report.segments:
        yield from segment.rows


def _judged(say: Saying) -> Definitions:
    """When a minute was good, for each objective as each version says it."""
    objectives: dict[Objective, None] = dict.fromkeys(row.objective for row in _rows(say))
    return Definitions(
        tuple(
            Definition(
                objective_word(say.words, each),
                say.words.joined((good_when(each, say.words), unknown_counts(each, say.words))),
            )
            for each in objectives
        )
    )
