"""What a ticket can be, and which of its clocks hears what. Pure."""

from __future__ import annotations

from enum import StrEnum

from tallylight.clocks.api import Kind
from tallylight.kernel.errors import gettext_noop


class State(StrEnum):
    """open ─> acknowledged ─> resolved ─> closed; a customer's word on a resolved ticket opens it again."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    CLOSED = "closed"


#: States in which somebody still has to do something.
PENDING = (State.OPEN, State.ACKNOWLEDGED)


class Related(StrEnum):
    """What a ticket has to do with another one, or with an incident."""

    RELATED = "related"
    CAUSED_BY = "caused-by"


class OfferState(StrEnum):
    """An offer of a ticket is open until it is accepted, declined, taken back, or its time is over."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Promise(StrEnum):
    """The promises of a support level, each with a clock of its own."""

    RESPONSE = "response"
    UPDATE = "update"
    MITIGATION = "mitigation"
    RESOLUTION = "resolution"


#: What people call them.
PROMISE_NAMES = {
    Promise.RESPONSE: gettext_noop("Response"),
    Promise.UPDATE: gettext_noop("News"),
    Promise.MITIGATION: gettext_noop("Mitigation"),
    Promise.RESOLUTION: gettext_noop("Resolution"),
}


class Happening(StrEnum):
    """What happens on a ticket that clocks hear of."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    NEWS = "news"
    ASKED = "asked"
    HEARD = "heard"
    MITIGATED = "mitigated"
    RAISED = "raised"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    STILL_UNANSWERED = "still-unanswered"


#: What each clock hears. Waiting for the customer never stops the response, which somebody has given by asking. A
#: resolution also ends a response and a mitigation that were still owed: late if it was late.
HEARD: dict[Happening, dict[Promise, Kind]] = {
    Happening.OPENED: dict.fromkeys(Promise, Kind.STARTED),
    Happening.ACKNOWLEDGED: {Promise.RESPONSE: Kind.SATISFIED},
    Happening.NEWS: {Promise.UPDATE: Kind.ANSWERED},
    Happening.ASKED: dict.fromkeys((Promise.UPDATE, Promise.MITIGATION, Promise.RESOLUTION), Kind.PAUSED),
    Happening.HEARD: dict.fromkeys((Promise.UPDATE, Promise.MITIGATION, Promise.RESOLUTION), Kind.RESUMED),
    Happening.MITIGATED: {Promise.MITIGATION: Kind.SATISFIED},
    Happening.RAISED: dict.fromkeys(Promise, Kind.RETARGETED),
    Happening.RESOLVED: dict.fromkeys(Promise, Kind.SATISFIED),
    Happening.REOPENED: dict.fromkeys((Promise.UPDATE, Promise.MITIGATION, Promise.RESOLUTION), Kind.REOPENED),
    Happening.STILL_UNANSWERED: {Promise.RESPONSE: Kind.REOPENED},
}


class Channel(StrEnum):
    """How a word or a deed reached us."""

    CONSOLE = "console"
    API = "api"
    MAIL = "mail"
    CHAT = "chat"
    MAIL_LINK = "mail-link"
    IM = "im"
    PHONE = "phone"
    SYSTEM = "system"
