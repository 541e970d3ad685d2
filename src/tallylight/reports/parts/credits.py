"""Credits with every step from what was measured to the amount, and how the amount is paid. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tallylight.contracts.api import CreditForm, CreditTable
from tallylight.reports.parts.answer import credit
from tallylight.reports.parts.objectives import heading
from tallylight.reports.saying import Saying
from tallylight.typeset.api import Block, Clause, Fact, Facts, Heading, Paragraph, Section

KEY = "credits"


def write(say: Saying) -> Section:
    """The part that says what is owed and how that comes about."""
    blocks: list[Block] = [Paragraph(say.words.joined((credit(say), *_paid(say)))), *_steps(say)]
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


def _paid(say: Saying) -> Iterator[str]:
    """How an amount that is owed comes to the customer, as each version that owes one says."""
    said: dict[str, None] = {}
    for segment in say.month.report.segments:
        if segment.credit.amount.minor:
            said[_how(say, say.month.agreements[segment.sha256].credit)] = None
    yield from said


def _how(say: Saying, table: CreditTable) -> str:
    refund = table.pays is CreditForm.REFUND
    if table.automatic:
        if refund:
            return say.words.gettext("It is paid back; nothing has to be claimed.")
        return say.words.gettext("It is taken off a later invoice; nothing has to be claimed.")
    if table.claim_days is None:
        if refund:
            return say.words.gettext("It is paid back when it is claimed.")
        return say.words.gettext("It is taken off a later invoice when it is claimed.")
    by = say.last_day(say.month.report.end + timedelta(days=table.claim_days))
    if refund:
        return say.words.gettext("It is paid back if it is claimed by the end of %(day)s.", day=by)
    return say.words.gettext("It is taken off a later invoice if it is claimed by the end of %(day)s.", day=by)
