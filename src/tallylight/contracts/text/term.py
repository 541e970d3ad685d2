"""How long the agreement lasts, how it ends, and how the Customer leaves."""

from __future__ import annotations

from collections.abc import Iterator

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.commercial import Exit
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Block, Clause, Section

KEY = "term"


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text on term, renewal, notice and exit."""
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "This version of the agreement is in force from %(start)s for a first term of %(months)s.",
                start=words.instant(agreement.effective_from),
                months=words.months(agreement.term.months),
            )
        ),
        Clause(_end(agreement, words)),
        *(_exit(agreement.exit, words) if agreement.exit else ()),
    ]
    return Section(KEY, words.gettext("Term and exit"), tuple(blocks))


def _end(agreement: Agreement, words: Words) -> str:
    term = agreement.term
    if not term.renews:
        facts = {"months": words.months(term.months)}
        if agreement.ends_at is None:
            return words.gettext("It ends by itself after %(months)s and is not renewed.", **facts)
        return words.gettext("It ends by itself at %(end)s and is not renewed.", end=words.instant(agreement.ends_at))
    return words.gettext(
        "It is then renewed by %(months)s at a time, unless one party tells the other in writing at least %(days)s "
        "before the end of the running term that it does not want this.",
        months=words.months(term.renewal_months),
        days=words.days(term.notice_days),
    )


def _exit(leaving: Exit, words: Words) -> Iterator[Block]:
    yield Clause(
        words.gettext(
            "When this agreement ends, for whatever reason, the Provider helps the Customer to move to another "
            "solution for %(days)s.",
            days=words.days(leaving.assistance_days),
        )
    )
    if leaving.dual_run_days:
        yield Clause(
            words.gettext(
                "If the Customer wishes, the services run beside the new solution for up to %(days)s after the end, "
                "at the fees of this agreement.",
                days=words.days(leaving.dual_run_days),
            )
        )
    else:
        yield Clause(words.gettext("After the end the services do not run on beside another solution."))
    if leaving.formats:
        yield Clause(
            words.gettext(
                "The Customer receives all of its data in these formats: %(formats)s.",
                formats=words.listed(leaving.formats),
            )
        )
    deletion = words.gettext(
        "What remains of the Customer’s data with the Provider is deleted within %(days)s after the end.",
        days=words.days(leaving.deletion_days),
    )
    yield Clause(words.joined((deletion, _certificate(leaving, words))))


def _certificate(leaving: Exit, words: Words) -> str:
    if leaving.certificate:
        return words.gettext("The Provider certifies the deletion to the Customer in writing.")
    return words.gettext("No certificate of the deletion is issued.")
