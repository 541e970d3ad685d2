"""The agreement's own vocabulary in words: levels, channels, roles, metrics, days of the week."""

from __future__ import annotations

from collections.abc import Iterable

from tallylight.contracts.agreement import Channel, Level, Metric, Objective, Promise, Promised
from tallylight.contracts.text.words import Words
from tallylight.kernel.errors import gettext_noop as _

LEVELS = {Level.BASIC: _("basic"), Level.FAULT: _("fault"), Level.MAJOR: _("major")}
CHANNELS = {
    Channel.MAIL: _("mail"),
    Channel.SMS: _("text message"),
    Channel.IM: _("instant messaging"),
    Channel.PHONE: _("telephone"),
    Channel.CONSOLE: _("the console"),
}
ROLES = {
    "member": _("customer member"),
    "agent": _("support agent"),
    "engineer": _("engineer"),
    "manager": _("manager"),
    "admin": _("administrator"),
}
METRICS = {Metric.LATENCY: _("round-trip latency"), Metric.LOSS: _("packet loss"), Metric.DEAD: _("silence")}
PROMISES = {
    Promise.AVAILABILITY: _("Availability"),
    Promise.LATENCY: _("Latency"),
    Promise.LOSS: _("Packet loss"),
    Promise.JITTER: _("Jitter"),
    Promise.FIRST_FRAME: _("First picture"),
    Promise.FREEZE: _("Standing picture"),
    Promise.ERRORS: _("Failed requests"),
}
CLOCKS = {
    Promised.RESPONSE: _("Response"),
    Promised.UPDATE: _("Update"),
    Promised.MITIGATION: _("Mitigation"),
    Promised.RESOLUTION: _("Resolution"),
}
DAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


def level(words: Words, value: Level) -> str:
    return words.gettext(LEVELS[value])


def levels(words: Words, values: Iterable[Level]) -> str:
    """Several levels as one phrase, each in quotes."""
    return words.listed(words.quoted(level(words, each)) for each in values)


def channels(words: Words, values: Iterable[Channel]) -> str:
    """Several channels as one phrase."""
    return words.listed(words.gettext(CHANNELS[each]) for each in values)


def role(words: Words, value: str) -> str:
    """A role in words; a role of the parties' own as it is written."""
    return words.gettext(ROLES[value]) if value in ROLES else value


def metric(words: Words, value: Metric) -> str:
    return words.gettext(METRICS[value])


def figure(words: Words, value: float, unit: str) -> str:
    """A bound with its unit: milliseconds or per cent."""
    return words.percent(value) if unit == "%" else words.milliseconds(value)


def objective(words: Words, value: Objective) -> str:
    """What an objective promises, with the contract's own name for it where that is another."""
    promise = words.gettext(PROMISES[value.promise])
    if value.name == value.promise.value:
        return promise
    return words.gettext("%(promise)s (%(name)s)", promise=promise, name=value.name)


def clock(words: Words, value: Promised) -> str:
    return words.gettext(CLOCKS[value])
