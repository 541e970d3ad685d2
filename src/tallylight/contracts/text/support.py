"""What is promised for each support level, what counts as keeping it, and when a clock stands still."""

from __future__ import annotations

from tallylight.contracts.agreement import Agreement, SupportLevel
from tallylight.contracts.text import calendars, names
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Align, Block, Clause, Column, Section, Table

KEY = "support"


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says how soon the Provider answers, reports and mends."""
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "The Provider handles every case at one of the support levels below. Times run from the instant at which the "
                "Customer’s report or the Provider’s own alert reaches the Provider, and only during the support hours in "
                "%(calendars)s.",
                calendars=words.clause(calendars.KEY),
            )
        ),
        _targets(agreement, words),
    ]
    for support in agreement.support:
        blocks.append(_level(support, words))
    blocks += _rules(words)
    return Section(KEY, words.gettext("Support"), tuple(blocks))


def _targets(agreement: Agreement, words: Words) -> Table:
    return Table(
        (
            Column(words.gettext("Level")),
            Column(words.gettext("Response"), Align.END),
            Column(words.gettext("Next update"), Align.END),
            Column(words.gettext("Resolution"), Align.END),
        ),
        tuple(
            (
                names.level(words, each.level),
                words.duration(each.response),
                words.duration(each.update),
                words.duration(each.resolution),
            )
            for each in agreement.support
        ),
        caption=words.gettext("Promised times"),
    )


def _level(support: SupportLevel, words: Words) -> Clause:
    return Clause(
        words.gettext(
            "%(covers)s. The Customer reaches the Provider by %(channels)s. Support hours follow the calendar “%(calendar)s”.",
            covers=support.covers,
            channels=names.channels(words, support.channels),
            calendar=support.calendar.name,
        ),
        lead=words.gettext("Level “%(level)s”", level=names.level(words, support.level)),
    )


def _rules(words: Words) -> list[Block]:
    return []
