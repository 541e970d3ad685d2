"""What an offer of a seat can be, how notes are marked, and of which parts a report is made. Pure."""

from __future__ import annotations

from enum import StrEnum

from tallylight.kernel.errors import gettext_noop


class AnswerState(StrEnum):
    """An offer of a seat is open until it is accepted, declined, taken back, or its time is over."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Mark(StrEnum):
    """What a typed note is: `helped` and `action` find their way into the report."""

    NOTE = "note"
    DECISION = "decision"
    HELPED = "helped"
    ACTION = "action"


MARK_NAMES = {
    Mark.NOTE: gettext_noop("Note"),
    Mark.DECISION: gettext_noop("Decision"),
    Mark.HELPED: gettext_noop("This helped"),
    Mark.ACTION: gettext_noop("To be done afterwards"),
}


class Part(StrEnum):
    """The parts of a report, in reading order; the actions follow them."""

    WHAT = "what"
    IMPACT = "impact"
    TIMELINE = "timeline"
    HELPED = "helped"


PART_NAMES = {
    Part.WHAT: gettext_noop("What happened"),
    Part.IMPACT: gettext_noop("What it did, as measured"),
    Part.TIMELINE: gettext_noop("Timeline"),
    Part.HELPED: gettext_noop("What helped"),
}
