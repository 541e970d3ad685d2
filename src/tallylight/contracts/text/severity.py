"""How an incident gets its level."""

from __future__ import annotations

from functools import reduce

from tallylight.contracts.agreement import Agreement, Condition, Level
from tallylight.contracts.text import names
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Clause, Section

KEY = "severity"


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says what makes an incident major, a fault or neither."""
    rule = agreement.severity
    return Section(
        KEY,
        words.gettext("Severity of incidents"),
        (
            Clause(
                words.gettext(
                    "The Provider gives every incident the most serious level of which at least one condition below "
                    "holds, and raises the level as soon as a more serious condition holds."
                )
            ),
            _level(rule.major, Level.MAJOR, words),
            _level(rule.fault, Level.FAULT, words),
            Clause(
                words.gettext(
                    "An incident of which no condition holds has the level “%(level)s”.",
                    level=names.level(words, rule.otherwise),
                )
            ),
            Clause(
                words.gettext(
                    "Where a condition names several things, all of them must hold together. A count is reached by "
                    "that number itself; a figure is above its bound only when it exceeds the bound. Viewers are the "
                    "Customer’s viewers on the affected nodes."
                )
            ),
        ),
    )


def _level(conditions: tuple[Condition, ...], level: Level, words: Words) -> Clause:
    name = names.level(words, level)
    if not conditions:
        return Clause(words.gettext("No condition alone makes an incident “%(level)s”.", level=name))
    return Clause(
        words.gettext("An incident is “%(level)s” when one of the following holds:", level=name),
        items=tuple(_condition(each, words) for each in conditions),
    )


def _condition(condition: Condition, words: Words) -> str:
    parts: list[str] = []
    if condition.metric is not None:
        parts.append(_measured(condition, words))
    if condition.nodes is not None:
        parts.append(
            words.ngettext(
                "at least %(count)s node is affected", "at least %(count)s nodes are affected", condition.nodes
            )
        )
    if condition.regions is not None:
        parts.append(
            words.ngettext(
                "at least %(count)s region is affected", "at least %(count)s regions are affected", condition.regions
            )
        )
    if condition.viewers is not None:
        parts.append(
            words.ngettext(
                "at least %(count)s viewer is affected", "at least %(count)s viewers are affected", condition.viewers
            )
        )
    return reduce(lambda all_, part: words.gettext("%(this)s and %(that)s", this=all_, that=part), parts)


def _measured(condition: Condition, words: Words) -> str:
    assert condition.metric is not None  # noqa: S101 - asked before
    metric = names.metric(words, condition.metric)
    if condition.above is None:
        return words.gettext("an alert for %(metric)s has been raised", metric=metric)
    return words.gettext(
        "an alert for %(metric)s has been raised and the worst figure is above %(bound)s",
        metric=metric,
        bound=names.figure(words, condition.above, condition.metric.unit),
    )
