"""What is promised of the service, and how every slice of time is judged."""

from __future__ import annotations

from datetime import timedelta

from tallylight.contracts.agreement import (
    Agreement,
    Attain,
    Objective,
    Promise,
    Source,
    Statistic,
    UnknownCounts,
)
from tallylight.contracts.text.words import Words
from tallylight.kernel.errors import gettext_noop as _
from tallylight.typeset.api import Align, Block, Clause, Column, Section, Table

KEY = "objectives"

STATISTICS = {Statistic.MEAN: _("mean"), Statistic.P95: _("95th percentile")}
#: What is good, by what is judged; `bound` and `statistic` are filled in.
GOOD = {
    Promise.AVAILABILITY: _("at least %(bound)s of what was sent in it was answered"),
    Promise.LATENCY: _("the %(statistic)s of its round trips is at most %(bound)s"),
    Promise.LOSS: _("at most %(bound)s of the packets sent in it were lost"),
    Promise.JITTER: _("the %(statistic)s of its jitter is at most %(bound)s"),
    Promise.FIRST_FRAME: _("the %(statistic)s of the times from joining to the first picture is at most %(bound)s"),
    Promise.FREEZE: _("the picture stood still for at most %(bound)s of the time watched"),
    Promise.ERRORS: _("at most %(bound)s of the requests failed"),
}
UNKNOWN = {
    UnknownCounts.GOOD: _("An unknown slice counts as good."),
    UnknownCounts.BAD: _("An unknown slice counts as bad."),
    UnknownCounts.EXCLUDED: _("An unknown slice is not counted at all."),
}
SOURCES = {
    Source.PROBES: _(
        "The figures are those of the Provider’s probe packets. A region is judged by its worst node that was "
        "measured: a slice is bad when any node was out of bounds, and good when at least one was measured and none "
        "was out of bounds."
    ),
    Source.REPORTED: _("The figures are those that players or relays report for each slice."),
}
#: When a slice is unknown.
MEASURED = {
    Source.PROBES: _(
        "A node is measured in a slice when at least %(samples)s probe packets were sent on its paths and there is a "
        "figure. A slice in which no node was measured is unknown."
    ),
    Source.REPORTED: _("A slice for which fewer than %(samples)s samples were reported is unknown."),
}
ATTAINMENT = {
    Attain.SLICES: _("The attainment of a month is the share of the counted slices that are good."),
    Attain.MEAN: _(
        "The attainment of a month is %(all)s less the mean, over the counted slices, of the share that was bad in "
        "each; for availability that is the share that was not answered. An unknown slice that counts is wholly good "
        "or wholly bad."
    ),
    Attain.AFFECTED: _(
        "The attainment of a month is %(all)s less the bad slices in per cent of the counted ones, where each bad "
        "slice counts with the share of users whom it affected, and wholly where that share is not known."
    ),
}


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says what is promised and how it is measured."""
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "The Provider promises the following attainment for each calendar month in the time zone %(zone)s. "
                "Each objective is judged in every region it names by itself; a good region does not make up for a "
                "bad one. An objective is kept when the attainment is at least what is promised.",
                zone=agreement.timezone,
            )
        ),
        _table(agreement.objectives, words),
        *(_good(each, words) for each in agreement.objectives),
        *_rules(agreement.objectives, words),
        Clause(
            words.gettext(
                "Slices begin at multiples of their length since midnight UTC; a slice belongs to the month in which "
                "it begins. Slices that are excluded under this agreement are not counted, whatever was measured in "
                "them. Where no slice of a month counts, the objective is neither kept nor missed. An attainment is "
                "compared exactly; where it is shown with fewer decimals than it has, it is rounded down."
            )
        ),
    ]
    return Section(KEY, words.gettext("Service objectives"), tuple(blocks))


def _table(objectives: tuple[Objective, ...], words: Words) -> Table:
    return Table(
        (
            Column(words.gettext("Objective"), width=1.3),
            Column(words.gettext("Service concerned"), width=1.3),
            Column(words.gettext("Regions"), width=2.2),
            Column(words.gettext("Promised attainment"), Align.END, width=1.2),
        ),
        tuple((each.name, each.service, words.listed(each.regions), words.percent(each.target)) for each in objectives),
    )


def _good(objective: Objective, words: Words) -> Clause:
    """When a slice of one objective is good."""
    return Clause(
        good_when(objective, words),
        lead=words.gettext("Objective “%(objective)s”.", objective=objective.name),
    )


def _rules(objectives: tuple[Objective, ...], words: Words) -> list[Clause]:
    """How slices become attainment: each set of rules once, with the objectives that it applies to."""
    shared: dict[tuple[str, ...], list[str]] = {}
    for each in objectives:
        shared.setdefault(_rule(each, words), []).append(words.quoted(each.name))
    return [
        Clause(
            words.gettext("The following applies to the objectives %(objectives)s:", objectives=words.listed(names)),
            items=rule,
        )
        for rule, names in shared.items()
    ]


def _rule(objective: Objective, words: Words) -> tuple[str, ...]:
    """A sentence each for the source, unknown slices, short rows and attainment."""
    return (
        words.gettext(SOURCES[objective.source]),
        unknown_counts(objective, words),
        *_short_rows(objective, words),
        words.gettext(ATTAINMENT[objective.attain], all=words.percent(100)),
    )


def good_when(objective: Objective, words: Words) -> str:
    """When a slice is good."""
    return words.gettext(
        "A slice of %(slice)s is good when %(good)s.",
        slice=words.duration(objective.slice),
        good=words.gettext(
            GOOD[objective.promise],
            bound=_bound(objective, words),
            statistic=words.gettext(STATISTICS[objective.statistic]),
        ),
    )


def unknown_counts(objective: Objective, words: Words) -> str:
    """When a slice is unknown, and what it counts as then."""
    measured = words.gettext(MEASURED[objective.source], samples=words.number(objective.min_samples))
    return words.joined((measured, words.gettext(UNKNOWN[objective.unknown])))


def _bound(objective: Objective, words: Words) -> str:
    if objective.promise.unit == "%":
        return words.percent(objective.bound)
    return words.milliseconds(objective.bound)


def _short_rows(objective: Objective, words: Words) -> tuple[str, ...]:
    """The rule of consecutive slices; a mean knows no rows."""
    if objective.at_least_for <= timedelta(0) or objective.attain is Attain.MEAN:
        return ()
    return (
        words.gettext(
            "Bad slices count as bad only where they follow one another for at least %(length)s; in a shorter row "
            "they count as good. A row is broken by a good slice, by one that is not counted, by an unknown one that "
            "does not count as bad, and by the beginning and the end of the month.",
            length=words.duration(objective.at_least_for),
        ),
    )
