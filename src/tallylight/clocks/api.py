"""The door of the clocks room."""

from __future__ import annotations

from tallylight.clocks.explain import explain
from tallylight.clocks.log import ClockEvent, Kind, Profile, resolution, response, update
from tallylight.clocks.reading import ClockSpan, EarlierRound, Reading, State, Why, read, share_instant
from tallylight.kernel.business_time import AROUND_THE_CLOCK, Calendar, NeverOpen
from tallylight.kernel.sentence import Sentence

__all__ = [
    "AROUND_THE_CLOCK",
    "Calendar",
    "ClockEvent",
    "ClockSpan",
    "EarlierRound",
    "Kind",
    "NeverOpen",
    "Profile",
    "Reading",
    "Sentence",
    "State",
    "Why",
    "explain",
    "read",
    "resolution",
    "response",
    "share_instant",
    "update",
]
