"""Why a ticket was closed: a short list, so that causes can be counted, with room for words. Pure."""

from __future__ import annotations

from enum import StrEnum

from tallylight.kernel.errors import gettext_noop


class Cause(StrEnum):
    """What it was in the end. OTHER needs words."""

    OUR_NETWORK = "our-network"
    OUR_SOFTWARE = "our-software"
    SETTING = "setting"
    CAPACITY = "capacity"
    CARRIER = "carrier"
    CUSTOMER_SIDE = "customer-side"
    PLANNED_WORK = "planned-work"
    QUESTION = "question"
    NOT_SEEN_AGAIN = "not-seen-again"
    NO_ANSWER = "no-answer"
    OTHER = "other"


#: What people call them.
CAUSE_NAMES = {
    Cause.OUR_NETWORK: gettext_noop("A fault in our network or servers"),
    Cause.OUR_SOFTWARE: gettext_noop("A fault in our software"),
    Cause.SETTING: gettext_noop("A setting"),
    Cause.CAPACITY: gettext_noop("More load than was booked"),
    Cause.CARRIER: gettext_noop("A carrier or supplier"),
    Cause.CUSTOMER_SIDE: gettext_noop("On the customer's side"),
    Cause.PLANNED_WORK: gettext_noop("Planned work"),
    Cause.QUESTION: gettext_noop("A question, answered"),
    Cause.NOT_SEEN_AGAIN: gettext_noop("Not seen again, cause unknown"),
    Cause.NO_ANSWER: gettext_noop("The customer did not answer"),
    Cause.OTHER: gettext_noop("Something else"),
}


def needs_words(cause: Cause) -> bool:
    """Whether the cause says too little by itself."""
    return cause is Cause.OTHER
