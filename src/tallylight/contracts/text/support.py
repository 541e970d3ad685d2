"""What is promised for each support level, whom the Customer reaches, and when a clock stands still."""

from __future__ import annotations

from datetime import timedelta

from tallylight.contracts.agreement import Agreement, SupportLevel
from tallylight.contracts.text import calendars, definitions, ladder, names, severity
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Align, Block, Clause, Column, Section, Table

KEY = "support"


def _reason(reason: str, words: Words) -> str:
    """A reason for which a clock stands still; one of the parties' own as it is written."""
    known = {
        "waiting-for-customer": words.gettext(
            "the Provider has asked the Customer for something without which it cannot go on"
        ),
        "waiting-for-third-party": words.gettext("the next step lies with a third party whom the Customer has chosen"),
        "agreed-with-customer": words.gettext("the Customer has agreed to a later time"),
        "change-window": words.gettext("a repair that is ready waits for the Customer’s own change window"),
    }
    return known.get(reason, reason)


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says how soon the Provider answers, reports, mitigates and mends."""
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "The Provider handles every case at one of the support levels below and keeps the times promised for "
                "it. The level of an incident follows %(severity)s; the level of any other case is the one that "
                "covers its subject. The terms used here are defined in %(definitions)s.",
                severity=words.clause(severity.KEY),
                definitions=words.clause(definitions.KEY),
            )
        ),
        _targets(agreement, words),
        *(_level(each, words) for each in agreement.support),
        Clause(
            words.gettext(
                "All times of a case run from the instant at which the case begins, the time for an update from that "
                "instant or from the update before it. They run only while the calendar of the level is open "
                "(%(calendars)s), and end when what was promised has happened.",
                calendars=words.clause(calendars.KEY),
            )
        ),
        *_pauses(agreement, words),
        Clause(
            words.gettext(
                "When a case changes its level, or this agreement is amended while a case is open, the times of the "
                "new level or version apply from that instant, and the time already used remains used. A time that "
                "is overdue stays overdue, whatever happens later."
            )
        ),
        Clause(
            words.gettext(
                "While a case waits for its response, the Provider calls people as set out in %(ladder)s.",
                ladder=words.clause(ladder.KEY),
            )
        ),
    ]
    return Section(KEY, words.gettext("Support"), tuple(blocks))


def _targets(agreement: Agreement, words: Words) -> Table:
    return Table(
        (
            Column(words.gettext("Level")),
            Column(words.gettext("Response within"), Align.END),
            Column(words.gettext("Next update within"), Align.END),
            Column(words.gettext("Mitigation within"), Align.END),
            Column(words.gettext("Resolution within"), Align.END),
        ),
        tuple(
            (
                names.level(words, each.level),
                words.duration(each.response),
                words.duration(each.update),
                _mitigation(each.mitigation, words),
                words.duration(each.resolution),
            )
            for each in agreement.support
        ),
        caption=words.gettext("Promised times"),
    )


def _mitigation(promised: timedelta | None, words: Words) -> str:
    return words.gettext("not promised") if promised is None else words.duration(promised)


def _level(support: SupportLevel, words: Words) -> Clause:
    return Clause(
        words.gettext(
            "This level covers: %(covers)s. The Customer reaches the Provider by %(channels)s. The calendar of this "
            "level is “%(calendar)s”.",
            covers=words.said(support.covers),
            channels=names.channels(words, support.channels),
            calendar=support.calendar.name,
        ),
        lead=words.gettext("Level “%(level)s”.", level=names.level(words, support.level)),
        items=tuple(
            words.gettext(
                "The %(role)s for this level is %(name)s, reached at %(reach)s.",
                role=_contact(each.role, words),
                name=each.name,
                reach=each.reach,
            )
            for each in support.contacts
        ),
    )


def _contact(role: str, words: Words) -> str:
    known = {
        "key-account-manager": words.gettext("key-account manager"),
        "expert": words.gettext("expert with a direct line"),
        "duty-manager": words.gettext("manager on duty"),
    }
    return known.get(role, role)


def _pauses(agreement: Agreement, words: Words) -> list[Clause]:
    shared: dict[tuple[tuple[str, timedelta], ...], list[SupportLevel]] = {}
    for each in agreement.support:
        shared.setdefault(tuple((pause.reason, pause.most) for pause in each.pauses), []).append(each)
    found = [_paused(pauses, levels, words) for pauses, levels in shared.items()]
    return [
        *found,
        Clause(
            words.gettext(
                "A time that stands still goes on by itself once the stated length has passed. A response that was "
                "given is judged by what happened before it, and a time that is already overdue stays overdue while "
                "it stands still."
            )
        ),
    ]


def _paused(pauses: tuple[tuple[str, timedelta], ...], levels: list[SupportLevel], words: Words) -> Clause:
    named = names.levels(words, (each.level for each in levels))
    if not pauses:
        return Clause(
            words.gettext(
                "The times of cases of the level %(levels)s stand still only outside support hours.", levels=named
            )
        )
    return Clause(
        words.gettext(
            "The times of cases of the level %(levels)s stand still outside support hours and, besides, only for "
            "these reasons:",
            levels=named,
        ),
        items=tuple(
            words.gettext(
                "%(reason)s: at most %(most)s each time.", reason=_reason(reason, words), most=words.duration(most)
            )
            for reason, most in pauses
        ),
    )
