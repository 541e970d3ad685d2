"""The door of the clocks room."""

from __future__ import annotations

from tallylight.clocks.explain import explain
from tallylight.clocks.log import (
    ClockEvent,
    DayRules,
    Kind,
    Profile,
    Target,
    Term,
    Unit,
    business_days,
    days,
    months,
)
from tallylight.clocks.profiles import mitigation, resolution, response, update
from tallylight.clocks.reading import (
    EarlierRound,
    EarlierTarget,
    Extension,
    Reading,
    State,
    read,
    share_instant,
)
from tallylight.clocks.spans import ClockSpan, Why
from tallylight.clocks.words import told
from tallylight.kernel.business_time import AROUND_THE_CLOCK, Calendar, NeverOpen
from tallylight.kernel.sentence import Sentence

__all__ = [
    "AROUND_THE_CLOCK",
    "Calendar",
    "ClockEvent",
    "ClockSpan",
    "DayRules",
    "EarlierRound",
    "EarlierTarget",
    "Extension",
    "Kind",
    "NeverOpen",
    "Profile",
    "Reading",
    "Sentence",
    "State",
    "Target",
    "Term",
    "Unit",
    "Why",
    "business_days",
    "days",
    "explain",
    "mitigation",
    "months",
    "read",
    "resolution",
    "response",
    "share_instant",
    "told",
    "update",
]
