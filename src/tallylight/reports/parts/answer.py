"""The month's answer: what was kept, what was broken, what is owed, and how sure that is. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from tallylight.reports.saying import Saying
from tallylight.typeset.api import Block, Note, Paragraph, Section

KEY = "answer"


def write(say: Saying) -> Section:
    """The first part: the answer in a few sentences."""
    blocks: list[Block] = [Paragraph(answer(say))]
    if not say.month.sealed:
        blocks.append(Note(not_final(say)))
    return Section(KEY, say.words.gettext("In short"), tuple(blocks), numbered=False)


def answer(say: Saying) -> str:
    """The month in a few whole sentences: objectives, support promises, credit."""
    return say.words.joined((*_objectives(say), _support(say), credit(say)))


def _objectives(say: Saying) -> Iterator[str]:
    rows = [row for segment in say.month.report.segments for row in segment.rows]
    judged = [row for row in rows if row.kept is not None]
    missed = sum(row.kept is False for row in judged)
    facts = {"month": say.month_name, "all": say.words.number(len(judged))}
    if not judged:
        yield say.words.gettext(
            "In %(month)s nothing was measured that counts: no objective was kept or missed.", **facts
        )
        return
    if missed:
        yield say.words.ngettext(
            "In %(month)s %(count)s of %(all)s objectives was missed.",
            "In %(month)s %(count)s of %(all)s objectives were missed.",
            missed,
            **facts,
        )
    else:
        yield say.words.gettext("In %(month)s every objective was kept.", **facts)
    if len(judged) < len(rows):
        yield say.words.ngettext(
            "%(count)s more could not be judged, because none of its slices counts.",
            "%(count)s more could not be judged, because none of their slices counts.",
            len(rows) - len(judged),
        )


def _support(say: Saying) -> str:
    due, broken = len(say.month.dues), len(say.month.broken)
    if not due:
        return say.words.gettext("No support promise was due.")
    if not broken:
        return say.words.ngettext(
            "The %(count)s support promise that was due was kept.",
            "All %(count)s support promises that were due were kept.",
            due,
        )
    return say.words.ngettext(
        "%(count)s of %(all)s support promises that were due was broken.",
        "%(count)s of %(all)s support promises that were due were broken.",
        broken,
        all=say.words.number(due),
    )


def credit(say: Saying) -> str:
    """What the month earns, and what becomes of it."""
    settlements = [each for each in say.month.report.settlements if each.earned.minor]
    if not settlements:
        return say.words.gettext("No credit is owed.")
    earned = say.words.gettext(
        "The month earns a credit of %(amount)s.", amount=say.amounts(tuple(each.earned for each in settlements))
    )
    steps = [say.sentence(step, {}) for each in settlements for step in each.steps]
    return say.words.joined((earned, *steps))


def not_final(say: Saying) -> str:
    """What may still change, and how the reader will learn of it."""
    sealed_until = say.month.sealed_until
    if sealed_until <= say.month.report.start:
        sealed = say.words.gettext("This edition is not final yet: no day of the month is sealed.")
    else:
        sealed = say.words.gettext(
            "This edition is not final yet. What was measured until %(until)s is sealed and stays as it is.",
            until=say.words.instant(sealed_until),
        )
    rest = say.words.gettext(
        "A day that is not sealed can still change for two days after it ended (UTC), when data comes late; then it is sealed "
        "too. If the month then says the same, this edition becomes final; if not, a new edition says what changed."
    )
    return say.words.joined((sealed, rest))
