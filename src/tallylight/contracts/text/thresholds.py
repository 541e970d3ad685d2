"""When a node is in trouble, so that the Provider acts by itself."""

from __future__ import annotations

from dataclasses import replace

from tallylight.contracts.agreement import Agreement, Threshold
from tallylight.contracts.text import names
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Clause, Column, Section, Table

KEY = "thresholds"


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says what raises an alert and what ends it."""
    return Section(
        KEY,
        words.gettext("Monitoring and alerts"),
        (
            Clause(
                words.gettext(
                    "The Provider measures every node in the regions in scope once a second and raises an alert by "
                    "itself. The Customer need not report what an alert has found."
                )
            ),
            Clause(
                words.gettext(
                    "An alert is raised when the figure, taken over the window, has been above its bound for the "
                    "time stated under “alert raised”. It ends when the figure has been below its lower bound for "
                    "the time stated under “alert ended”. With fewer probe packets in the window than the stated "
                    "minimum the figure is unknown; what is unknown neither raises nor ends an alert."
                )
            ),
            Clause(
                words.gettext(
                    "Round-trip latency is the mean over the window. Packet loss is the share of probe packets that "
                    "were not answered. Silence is the time without any answer from a node that other nodes can be "
                    "reached from."
                )
            ),
            _table(agreement, words),
        ),
    )


def _shared(agreement: Agreement) -> list[tuple[Threshold, list[str]]]:
    """Each threshold once, with the regions that it holds in."""
    shared: dict[Threshold, list[str]] = {}
    for each in agreement.thresholds:
        shared.setdefault(replace(each, region=""), []).append(each.region)
    return list(shared.items())


def _table(agreement: Agreement, words: Words) -> Table:
    return Table(
        (
            Column(words.gettext("What is measured, and where"), width=1.5),
            Column(words.gettext("Window and minimum"), width=1.5),
            Column(words.gettext("Alert raised"), width=1.5),
            Column(words.gettext("Alert ended"), width=1.5),
            Column(words.gettext("The Customer is told by"), width=1.5),
        ),
        tuple(_row(each, regions, words) for each, regions in _shared(agreement)),
    )


def _row(each: Threshold, regions: list[str], words: Words) -> tuple[str, ...]:
    unit = each.metric.unit
    return (
        "\n".join((names.metric(words, each.metric), *regions)),
        words.ngettext(
            "%(window)s, at least %(count)s packet",
            "%(window)s, at least %(count)s packets",
            each.min_samples,
            window=words.seconds(each.window_s),
        ),
        _raised(names.figure(words, each.raise_above, unit), each.for_s, words),
        _ended(names.figure(words, each.clear_below, unit), each.clear_for_s, words),
        names.channels(words, each.channels),
    )


def _raised(bound: str, for_s: int, words: Words) -> str:
    if not for_s:
        return words.gettext("above %(bound)s, at once", bound=bound)
    return words.gettext("above %(bound)s for %(length)s", bound=bound, length=words.seconds(for_s))


def _ended(bound: str, for_s: int, words: Words) -> str:
    if not for_s:
        return words.gettext("below %(bound)s, at once", bound=bound)
    return words.gettext("below %(bound)s for %(length)s", bound=bound, length=words.seconds(for_s))
