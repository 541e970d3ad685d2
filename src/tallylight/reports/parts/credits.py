"""Credits with every step from what was measured to the amount, and how the amount is paid. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from tallylight.reports.parts.answer import credit
from tallylight.reports.parts.objectives import heading
from tallylight.reports.saying import Saying
from tallylight.typeset.api import Block, Clause, Fact, Facts, Heading, Paragraph, Section

KEY = "credits"


def write(say: Saying) -> Section:
    """The part that says what is owed and how that comes about."""
    blocks: list[Block] = [Paragraph(credit(say)), *_steps(say)]
    return Section(KEY, say.words.gettext("Credits"), tuple(blocks))


def _steps(say: Saying) -> Iterator[Block]:
    segments, names = say.month.report.segments, say.names()
    for segment in segments:
        if len(segments) > 1:
            yield Heading(heading(say, segment))
        for step in segment.credit.steps:
            yield Clause(say.sentence(step, names))
        if len(segments) > 1:
            yield Facts((Fact(say.words.gettext("Credit of this part"), say.words.money(segment.credit.amount)),))
