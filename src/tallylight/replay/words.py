"""A replay in sentences, in the active language. Pure but for that language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallylight.contracts.api import Promise, Promised
from tallylight.kernel.money import Money
from tallylight.replay.values import Outcome, Replay


def lead(replay: Replay, money: Sequence[str]) -> tuple[str, ...]:
    """The answer: how many promises would have been broken, what it would have cost, what nobody can tell.

    `money` are the amounts under the draft and then, as the reader writes them.
    """
    would, then = replay.would.broken, replay.then.broken
    said = [_broken(would, then, at_least=replay.at_least), _costs(*money, at_least=replay.at_least)]
    unknown = replay.would.unknown
    if unknown:
        text = ngettext(
            "%(count)s promise can't be judged again and is not counted as kept.",
            "%(count)s promises can't be judged again and are not counted as kept.",
            unknown,
        )
        said.append(text % {"count": unknown})
    return tuple(said)


def _broken(would: int, then: int, *, at_least: bool) -> str:
    if at_least:
        text = ngettext(
            "Under this draft at least %(would)s promise would have been broken; then it was %(then)s.",
            "Under this draft at least %(would)s promises would have been broken; then it was %(then)s.",
            would,
        )
    else:
        text = ngettext(
            "Under this draft %(would)s promise would have been broken instead of %(then)s.",
            "Under this draft %(would)s promises would have been broken instead of %(then)s.",
            would,
        )
    return text % {"would": would, "then": then}


def _costs(would: str, then: str, *, at_least: bool) -> str:
    facts = {"would": would, "then": then}
    if at_least:
        return _("It would have cost at least %(would)s; then it was %(then)s.") % facts
    return _("It would have cost %(would)s instead of %(then)s.") % facts


def amounts(found: Sequence[Money]) -> str:
    """Amounts of several currencies, as text files write them."""
    return " + ".join(map(str, found)) or "0"


def outcome_word(outcome: Outcome | None) -> str:
    """What became of a promise, in a word."""
    if outcome is None:
        return _("not promised")
    return {
        Outcome.KEPT: _("kept"),
        Outcome.BROKEN: _("broken"),
        Outcome.OPEN: _("not decided yet"),
        Outcome.UNKNOWN: _("unknown"),
    }[outcome]


def clock_word(clock: Promised) -> str:
    """A support clock, in a word."""
    return {
        Promised.RESPONSE: _("Response"),
        Promised.UPDATE: _("Update"),
        Promised.MITIGATION: _("Mitigation"),
        Promised.RESOLUTION: _("Resolution"),
    }[clock]


def promise_word(promise: Promise) -> str:
    """What an objective promises, in a word."""
    return {
        Promise.AVAILABILITY: _("Availability"),
        Promise.LATENCY: _("Latency"),
        Promise.LOSS: _("Packet loss"),
        Promise.JITTER: _("Jitter"),
        Promise.FIRST_FRAME: _("First frame"),
        Promise.FREEZE: _("Freezes"),
        Promise.ERRORS: _("Errors"),
    }[promise]


def fact_text(fact: object) -> str:
    """A fact as text files write it: instants in UTC, lengths in hours, minutes and seconds."""
    match fact:
        case datetime():
            return fact.strftime("%Y-%m-%dT%H:%M:%SZ")
        case timedelta():
            return length(fact)
        case Decimal():
            return f"{fact.normalize():f}"
        case _:
            return str(fact)


def length(span: timedelta) -> str:
    """`1d 2h`, `4h`, `15m`, `30s`: as contracts write it, the two largest units."""
    rest = int(span.total_seconds())
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"
