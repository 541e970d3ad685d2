"""What the Provider may change, with what notice, and what right to leave follows."""

from __future__ import annotations

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.commercial import Change, ChangeKind
from tallylight.contracts.text.words import Words
from tallylight.kernel.errors import gettext_noop as _
from tallylight.typeset.api import Align, Block, Clause, Column, Section, Table

KEY = "changes"

KINDS = {
    ChangeKind.PRICE: _("rise of a price"),
    ChangeKind.FEATURE: _("change of a feature"),
    ChangeKind.DISCONTINUATION: _("end of a service or feature"),
}


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text on changes."""
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "This agreement is changed by a new version that both parties accept. A new version applies from the "
                "instant it names and never to what happened before; the version that was in force at an instant "
                "decides on what happened then."
            )
        ),
        Clause(
            words.gettext(
                "The changes below the Provider may make by itself, provided that it tells the Customer in writing "
                "in time. During the transition, which begins on the day of the change, the Customer may go on in "
                "the old way."
            )
        ),
        _table(agreement, words),
        Clause(
            words.gettext(
                "Where the table gives the Customer the right to leave, the Customer may end this agreement without "
                "further charge, at the latest by the end of the transition, from the day on which the change takes "
                "effect or from any earlier day after the notice."
            )
        ),
    ]
    return Section(KEY, words.gettext("Changes to this agreement"), tuple(blocks))


def _table(agreement: Agreement, words: Words) -> Table:
    return Table(
        (
            Column(words.gettext("Kind of change"), width=1.5),
            Column(words.gettext("Notice at least"), Align.END, width=1.2),
            Column(words.gettext("Transition"), Align.END, width=1.2),
            Column(words.gettext("The Customer may leave"), width=1.2),
        ),
        tuple(_row(kind, agreement.changes.of(kind), words) for kind in ChangeKind),
    )


def _row(kind: ChangeKind, change: Change, words: Words) -> tuple[str, ...]:
    return (
        words.gettext(KINDS[kind]),
        words.days(change.notice_days),
        words.days(change.transition_days) if change.transition_days else words.gettext("no transition"),
        words.gettext("yes") if change.may_leave else words.gettext("no"),
    )
