"""What is promised of the service, and how every minute is judged."""

from __future__ import annotations

from tallylight.contracts.agreement import Agreement, Objective, Promise, Statistic, UnknownCounts
from tallylight.contracts.text.words import Words
from tallylight.kernel.errors import gettext_noop as _
from tallylight.typeset.api import Align, Block, Clause, Column, Section, Table

KEY = "objectives"

STATISTICS = {Statistic.MEAN: _("mean"), Statistic.P95: _("95th percentile")}
UNKNOWN = {
    UnknownCounts.GOOD: _("counts as good"),
    UnknownCounts.BAD: _("counts as bad"),
    UnknownCounts.EXCLUDED: _("is not counted"),
}


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says what is promised and how it is measured."""
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "The Provider promises the objectives below for each calendar month in the time zone %(zone)s. Each objective "
                "is judged in every region it names by itself; a good region does not make up for a bad one.",
                zone=agreement.timezone,
            )
        ),
        _table(agreement.objectives, words),
        *_judging(words),
    ]
    return Section(KEY, words.gettext("Service objectives"), tuple(blocks))


def _table(objectives: tuple[Objective, ...], words: Words) -> Table:
    return Table(
        (
            Column(words.gettext("Objective"), width=1.6),
            Column(words.gettext("Regions"), width=1.6),
            Column(words.gettext("A minute is good when"), width=2.4),
            Column(words.gettext("A minute that is unknown"), width=1.7),
            Column(words.gettext("Promised share"), Align.END, width=1.1),
        ),
        tuple(
            (
                words.gettext("%(objective)s of %(service)s", objective=each.name, service=each.service),
                words.listed(each.regions),
                _good(each, words),
                _unknown(each, words),
                words.percent(each.target),
            )
            for each in objectives
        ),
    )


def _good(objective: Objective, words: Words) -> str:
    match objective.promise:
        case Promise.AVAILABILITY:
            return words.gettext(
                "at least %(bound)s of probe packets are answered", bound=words.percent(objective.bound)
            )
        case Promise.LATENCY:
            return words.gettext(
                "the %(statistic)s of round trips is at most %(bound)s",
                statistic=words.gettext(STATISTICS[objective.statistic]),
                bound=words.milliseconds(objective.bound),
            )
        case Promise.LOSS:
            return words.gettext("at most %(bound)s of probe packets are lost", bound=words.percent(objective.bound))


def _unknown(objective: Objective, words: Words) -> str:
    return words.ngettext(
        "fewer than %(count)s packet; %(counts)s",
        "fewer than %(count)s packets; %(counts)s",
        objective.min_samples,
        counts=words.gettext(UNKNOWN[objective.unknown]),
    )
