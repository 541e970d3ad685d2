"""Support promises that were due in the month: kept and broken of how many, and each that was broken. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tallylight.contracts.api import Level, Promised, clock_word, level_word
from tallylight.reports import charts
from tallylight.reports.charts import PromiseBar
from tallylight.reports.month import Due
from tallylight.reports.saying import Saying
from tallylight.typeset.api import Align, Block, Column, Figure, Heading, Paragraph, Section, Table

KEY = "support"
Kind = tuple[Level, Promised]


def write(say: Saying) -> Section:
    """The part that says how support kept its times."""
    title = say.words.gettext("Support promises")
    if not say.month.dues:
        nothing = say.words.gettext("No support promise was due in this month.")
        return Section(KEY, title, (Paragraph(nothing),))
    return Section(KEY, title, (*_by_kind(say), *_broken(say)))


def _kinds(say: Saying) -> list[tuple[Kind, int, int]]:
    """Level and clock with how many were kept and broken; the gravest level first."""
    kept = Counter((due.level, due.clock) for due in say.month.dues if due.kept)
    broken = Counter((due.level, due.clock) for due in say.month.broken)
    clocks = list(Promised)
    kinds = sorted(kept.keys() | broken.keys(), key=lambda kind: (-kind[0].rank, clocks.index(kind[1])))
    return [(kind, kept[kind], broken[kind]) for kind in kinds]


def _by_kind(say: Saying) -> Iterator[Block]:
    gettext, number = say.words.gettext, say.words.number
    columns = (
        Column(gettext("Level"), width=1.4),
        Column(gettext("Promise"), width=1.4),
        Column(gettext("Due"), Align.END),
        Column(gettext("Kept"), Align.END),
        Column(gettext("Broken"), Align.END),
    )
    kinds = _kinds(say)
    rows = tuple(
        (
            level_word(say.words, level),
            clock_word(say.words, clock),
            number(kept + broken),
            number(kept),
            number(broken),
        )
        for (level, clock), kept, broken in kinds
    )
    due, broken_ones = len(say.month.dues), len(say.month.broken)
    total = (gettext("Together"), "", number(due), number(due - broken_ones), number(broken_ones))
    yield Table(columns, rows, total=total)
    title = gettext("Support promises kept and broken")
    bars = [_bar(say, *each) for each in kinds]
    told = say.words.joined(f"{bar.label}: {bar.figure}." for bar in bars)
    yield Figure(charts.promise_chart(bars, title=title), title, told)


def _bar(say: Saying, kind: Kind, kept: int, broken: int) -> PromiseBar:
    level, clock = kind
    label = say.words.gettext(
        "%(promise)s at level %(level)s", promise=clock_word(say.words, clock), level=level_word(say.words, level)
    )
    facts = {"kept": say.words.number(kept), "due": say.words.number(kept + broken)}
    return PromiseBar(label, kept, broken, say.words.gettext("%(kept)s of %(due)s kept", **facts))


def _broken(say: Saying) -> Iterator[Block]:
    if not say.month.broken:
        return
    yield Heading(say.words.gettext("Broken promises"))
    gettext, zone = say.words.gettext, say.month.report.timezone
    columns = (
        Column(gettext("Case"), width=0.8),
        Column(gettext("Level"), width=0.7),
        Column(gettext("Promise"), width=0.9),
        Column(gettext("Due (%(zone)s)", zone=zone), width=1.5),
        Column(gettext("Came (%(zone)s)", zone=zone), width=1.5),
        Column(gettext("Late by"), width=1.2),
    )
    yield Table(columns, tuple(_cells(say, each) for each in say.month.broken))


def _cells(say: Saying, due: Due) -> tuple[str, ...]:
    came = due.came_at
    return (
        due.case,
        level_word(say.words, due.level),
        clock_word(say.words, due.clock),
        say.at(due.due_at),
        say.at(came) if came else say.words.gettext("not yet"),
        say.words.seconds(int((came - due.due_at).total_seconds())) if came and came > due.due_at else "–",
    )
