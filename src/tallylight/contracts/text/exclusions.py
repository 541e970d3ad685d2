"""Which slices may be taken out of the count, and who must approve it."""

from __future__ import annotations

from tallylight.contracts.agreement import Agreement, ExclusionKind, ExclusionRule
from tallylight.contracts.text import names
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Block, Clause, Section

KEY = "exclusions"


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says what does not count."""
    blocks: list[Block] = [_intro(agreement, words)]
    blocks += [_rule(each, words) for each in agreement.exclusions]
    blocks.append(
        Clause(
            words.gettext(
                "Every use of an exclusion is recorded with its period, its reason and the person who approved it, "
                "and is shown to the Customer in the month’s report. A slice that begins within the period is "
                "excluded."
            )
        )
    )
    return Section(KEY, words.gettext("What is not counted"), tuple(blocks))


def _intro(agreement: Agreement, words: Words) -> Clause:
    if not agreement.exclusions:
        return Clause(
            words.gettext("No slice is taken out of the count, except where the Customer agrees to it in writing.")
        )
    return Clause(words.gettext("Slices are taken out of the count only for the reasons named here."))


def _rule(rule: ExclusionRule, words: Words) -> Clause:
    return Clause(_SAID[rule.kind](rule, words), lead=_lead(rule.kind, words), items=_limits(rule, words))


def _lead(kind: ExclusionKind, words: Words) -> str:
    leads = {
        ExclusionKind.MAINTENANCE: words.gettext("Announced maintenance."),
        ExclusionKind.CUSTOMER: words.gettext("Causes on the Customer’s side."),
        ExclusionKind.FORCE_MAJEURE: words.gettext("Force majeure."),
        ExclusionKind.OVERLOAD: words.gettext("Load above what was agreed."),
    }
    return leads[kind]


def _maintenance(rule: ExclusionRule, words: Words) -> str:
    return words.gettext(
        "Slices within maintenance that the Provider has announced to the Customer, once the %(role)s has approved it.",
        role=names.role(words, rule.approver),
    )


def _customer(rule: ExclusionRule, words: Words) -> str:
    return words.gettext(
        "Slices whose fault lies in the Customer’s own systems, settings or instructions, once the %(role)s has "
        "approved it.",
        role=names.role(words, rule.approver),
    )


def _force_majeure(rule: ExclusionRule, words: Words) -> str:
    return words.gettext(
        "Slices in which an event that the Provider could neither foresee nor prevent, such as a natural disaster, "
        "war or an act of authority, kept it from providing the service, once the %(role)s has approved it.",
        role=names.role(words, rule.approver),
    )


def _overload(_: ExclusionRule, words: Words) -> str:
    return words.gettext(
        "Slices in which the Customer’s load was higher than agreed. Being measured, this needs no approval."
    )


_SAID = {
    ExclusionKind.MAINTENANCE: _maintenance,
    ExclusionKind.CUSTOMER: _customer,
    ExclusionKind.FORCE_MAJEURE: _force_majeure,
    ExclusionKind.OVERLOAD: _overload,
}


def _limits(rule: ExclusionRule, words: Words) -> tuple[str, ...]:
    found = []
    if rule.notice is not None:
        found.append(
            words.gettext(
                "The announcement reaches the Customer at least %(notice)s ahead.", notice=words.duration(rule.notice)
            )
        )
    if rule.most_a_month is not None:
        found.append(
            words.gettext("At most %(most)s are taken out in a month.", most=words.duration(rule.most_a_month))
        )
    if rule.load_multiple is not None:
        found.append(
            words.gettext(
                "The load of a slice is too high when it is above %(multiple)s times the mean load, taken over all "
                "slices of the month whose load is known and which nothing else takes out of the count.",
                multiple=words.number(rule.load_multiple),
            )
        )
    return tuple(found)
