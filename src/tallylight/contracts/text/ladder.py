"""Who is called while nobody has taken a case."""

from __future__ import annotations

from collections.abc import Iterator

from tallylight.contracts.agreement import Agreement, Level, Step
from tallylight.contracts.text import names
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Block, Clause, Column, Section, Table

KEY = "escalation"


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says who is called, when, and by which means."""
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "While nobody has responded to a case, the Provider calls the following people, one step after the "
                "other. A step is due at the instant at which the stated share of the promised response time has "
                "been used; the first step with a share of %(nothing)s is due at once.",
                nothing=words.percent(0),
            )
        ),
        Clause(
            words.gettext(
                "Where a step names a person, that person is called first. Where that person cannot be reached, or "
                "where none is named, whoever holds the stated role on duty is called. A step that reaches nobody "
                "brings the next step forward to that instant."
            )
        ),
    ]
    if any(step.schedule or step.team for each in agreement.support for step in each.ladder):
        blocks.append(
            Clause(
                words.gettext(
                    "Where a step names an on-call schedule of the Provider, the person who is on call by that schedule at "
                    "the instant of the step is called; where it names a team of the Provider, the people of that team "
                    "are. What a step names is tried in the order in which it is written here, until somebody is reached."
                )
            )
        )
    for ladder, levels in _ladders(agreement):
        blocks.append(
            Clause(
                words.gettext(
                    "These steps apply to cases of the level %(levels)s.",
                    levels=names.levels(words, levels),
                )
            )
        )
        blocks.append(_table(ladder, words))
    return Section(KEY, words.gettext("Escalation"), tuple(blocks))


def _ladders(agreement: Agreement) -> list[tuple[tuple[Step, ...], list[Level]]]:
    """Each ladder with the levels that share it."""
    shared: dict[tuple[Step, ...], list[Level]] = {}
    for support in agreement.support:
        shared.setdefault(support.ladder, []).append(support.level)
    return list(shared.items())


def _table(ladder: tuple[Step, ...], words: Words) -> Table:
    return Table(
        (
            Column(words.gettext("Step"), width=1.9),
            Column(words.gettext("Share of the response time used"), width=1.7),
            Column(words.gettext("Who is called"), width=2.6),
            Column(words.gettext("By which means"), width=2),
        ),
        tuple(
            (each.name, words.share(each.at), _who(each, words), names.channels(words, each.channels))
            for each in ladder
        ),
    )


def _who(step: Step, words: Words) -> str:
    who = ""
    for each in reversed(list(_named(step, words))):
        who = words.gettext("%(person)s, otherwise: %(role)s", person=each, role=who) if who else each
    if step.calendar is None:
        return who
    return words.gettext("%(who)s, in the hours of “%(calendar)s”", who=who, calendar=step.calendar.name)


def _named(step: Step, words: Words) -> Iterator[str]:
    """Whom a step names, in the order in which they are tried."""
    if step.person is not None:
        yield step.person
    if step.schedule is not None:
        yield words.gettext("whoever is on call by the schedule “%(schedule)s”", schedule=step.schedule)
    if step.team is not None:
        yield words.gettext("the people of the team “%(team)s”", team=step.team)
    if step.role is not None:
        yield names.role(words, step.role)
