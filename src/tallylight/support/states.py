"""What a ticket can be, and which of its clocks hears what. Pure."""

from __future__ import annotations

from enum import StrEnum

from tallylight.clocks.api import Kind


class State(StrEnum):
    """open ─> acknowledged ─> resolved ─> closed; a customer's word on a resolved ticket opens it again."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    CLOSED = "closed"


#: States in which somebody still has to do something.
PENDING = (State.OPEN, State.ACKNOWLEDGED)


class Promise(StrEnum):
    """The promises of a support level, each with a clock of its own."""

    RESPONSE = "response"
    UPDATE = "update"
    RESOLUTION = "resolution"


class Happening(StrEnum):
    """What happens on a ticket that clocks hear of."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    NEWS = "news"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    STILL_UNANSWERED = "still-unanswered"


#: What each clock hears. A resolution also ends a response that was still owed: late if it was late.
HEARD: dict[Happening, dict[Promise, Kind]] = {
    Happening.OPENED: dict.fromkeys(Promise, Kind.STARTED),
    Happening.ACKNOWLEDGED: {Promise.RESPONSE: Kind.SATISFIED},
    Happening.NEWS: {Promise.UPDATE: Kind.ANSWERED},
    Happening.RESOLVED: dict.fromkeys(Promise, Kind.SATISFIED),
    Happening.REOPENED: {Promise.RESOLUTION: Kind.REOPENED, Promise.UPDATE: Kind.REOPENED},
    Happening.STILL_UNANSWERED: {Promise.RESPONSE: Kind.REOPENED},
}


class Channel(StrEnum):
    """How a word or a deed reached us."""

    CONSOLE = "console"
    API = "api"
    MAIL_LINK = "mail-link"
    SYSTEM = "system"
