"""The ladder's steps in words. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from tallylight.escalation import prose
from tallylight.escalation.causes import Cause
from tallylight.escalation.lateness import Late, Why, from_facts


def step_name(step: str) -> str:
    """A step as it stands in a sentence; one that a contract names otherwise keeps its name."""
    return {
        "frontline": _("frontline"),
        "expert": _("expert"),
        "expert-on-call": _("expert on call"),
        "manager": _("manager"),
        "key-account-manager": _("key-account manager"),
        "direction": _("direction"),
        "last-resort": _("everybody who is left"),
    }.get(step, step)


def cause_sentence(cause: str, *, by: str = "", reason: str = "") -> str:
    """Why a step came before its time; empty if its time had come."""
    named = {"by": by, "reason": reason}
    return {
        "": "",
        Cause.BREACH: _("A promise was broken."),
        Cause.REOPENED: _("The customer opened it again."),
        Cause.HANDED_BACK: _("It was handed back to people who had it before."),
        Cause.SECOND_HAND_OVER: _("It was handed over for the second time."),
        Cause.ASKED: _("The customer (%(by)s) asked for it: %(reason)s") % named,
        Cause.GREW: _("It became more serious."),
        Cause.SILENCE: _("It is in hand, but nothing has been heard of its owner for too long."),
        Cause.BY_HAND: _("%(by)s decided so: %(reason)s") % named,
    }[cause]


def late_sentence(late: Late | None) -> str:
    """By how much a step was late and why, in the reader's time zone; empty if it was in time."""
    if late is None:
        return ""
    named = {
        "length": prose.lasting(late.seconds),
        "since": prose.moment(late.since) if late.since else "",
        "until": prose.moment(late.until) if late.until else "",
    }
    match late.why:
        case Why.DATABASE_AWAY if late.since and late.until:
            text = _(
                "It is %(length)s late: the database was away, and no worker could look from %(since)s to %(until)s."
            )
        case Why.DATABASE_AWAY:
            text = _("It is %(length)s late: the database was away.")
        case Why.NOBODY_AT_WORK if late.since and late.until:
            text = _("It is %(length)s late: no worker looked from %(since)s to %(until)s.")
        case Why.NOBODY_AT_WORK:
            text = _("It is %(length)s late: no worker was there.")
        case Why.BUSY:
            text = _("It is %(length)s late: the workers had too much to do.")
    return text % named


def late_sentence_of(facts: dict[str, Any] | None) -> str:
    """The same from its JSON values."""
    return late_sentence(from_facts(facts))
