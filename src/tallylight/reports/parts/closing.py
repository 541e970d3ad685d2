"""What is not counted, what is not known, under which texts it was judged, and how to check it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tallylight.contracts.api import objective_word
from tallylight.reports.month import TakenOut
from tallylight.reports.parts.objectives import heading
from tallylight.reports.saying import Saying
from tallylight.sla.api import KIND_TEXTS
from tallylight.typeset.api import Align, Block, Clause, Column, Paragraph, Section, Table


def exclusions(say: Saying) -> Section:
    """What was taken out of the count, why, and who approved it; and what nobody measured."""
    return Section(
        "exclusions",
        say.words.gettext("Not counted and not known"),
        (*_taken_out(say), *_unknown(say)),
    )


def _taken_out(say: Saying) -> Iterator[Block]:
    gettext, zone = say.words.gettext, say.month.report.timezone
    if not say.month.taken_out:
        yield Paragraph(gettext("Nothing was taken out of the count."))
        return
    columns = (
        Column(gettext("From (%(zone)s)", zone=zone), width=1.3),
        Column(gettext("To (%(zone)s)", zone=zone), width=1.3),
        Column(gettext("Region"), width=0.9),
        Column(gettext("Reason"), width=1.8),
        Column(gettext("Approved"), width=1.5),
    )
    yield Table(columns, tuple(_cells(say, each) for each in say.month.taken_out))


def _cells(say: Saying, each: TakenOut) -> tuple[str, ...]:
    approved = say.words.gettext("%(name)s, %(day)s", name=each.approver, day=say.day(each.approved_at))
    times = (say.at(each.starts_at), say.at(each.ends_at))
    return (*times, exclusion_region(say, each), exclusion_reason(say, each), approved)


def exclusion_region(say: Saying, each: TakenOut) -> str:
    """Where an exclusion holds."""
    return say.region(each.region) if each.region else say.words.gettext("everywhere")


def exclusion_reason(say: Saying, each: TakenOut) -> str:
    """Of which kind an exclusion is, and why."""
    kind = say.words.gettext(KIND_TEXTS[each.kind])
    return say.words.gettext("%(kind)s: %(reason)s", kind=kind, reason=each.reason)


def _unknown(say: Saying) -> Iterator[Block]:
    """How much was not measured, said plainly."""
    gettext, lengths = say.words.gettext, _unknown_lengths(say)
    if not lengths:
        yield Paragraph(gettext("Every slice that counts was measured."))
        return
    yield Paragraph(
        gettext(
            "The slices below had too few samples to be judged: nobody knows whether they were good. What they count as "
            "stands with each objective above."
        )
    )
    columns = (Column(gettext("Region")), Column(gettext("Objective")), Column(gettext("Unknown"), Align.END))
    yield Table(columns, tuple((*place, say.words.duration(length)) for place, length in lengths.items()))


def _unknown_lengths(say: Saying) -> dict[tuple[str, str], timedelta]:
    """How much is unknown by region and objective, where anything is."""
    found: dict[tuple[str, str], timedelta] = {}
    for segment in say.month.report.segments:
        for row in segment.rows:
            if row.counts.unknown:
                place = say.region(row.region), objective_word(say.words, row.objective)
                found[place] = found.get(place, timedelta(0)) + row.counts.unknown * row.objective.slice
    return found


def contracts(say: Saying) -> Section:
    """Under which texts the month was judged."""
    clauses = tuple(Clause(f"SHA-256 {each.sha256}", lead=heading(say, each)) for each in say.month.report.segments)
    return Section("contracts", say.words.gettext("Contract versions"), clauses)


def checking(say: Saying, page: str) -> Section:
    """How anybody can check the figures; `page` is where this report is found."""
    gettext = say.words.gettext
    clauses = (
        Clause(
            gettext(
                "The evidence of the month holds every slice, every exclusion and every contract version, with a program that "
                "recomputes the credit offline. It is handed out as one signed file for what is sealed."
            )
        ),
        Clause(gettext("This report, its earlier editions and both languages: %(page)s", page=page)),
        Clause(
            gettext(
                "The SHA-256 at the foot of every page pins the figures of this edition. The same figures have the same hash in "
                "either language."
            )
        ),
    )
    return Section("checking", gettext("Check it yourself"), clauses)
