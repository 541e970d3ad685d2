"""What brings a matter up its ladder before its time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """An event that takes a step, or one of the staff who decided so."""

    BREACH = "breach"
    REOPENED = "reopened"
    HANDED_BACK = "handed-back"
    SECOND_HAND_OVER = "second-hand-over"
    ASKED = "asked"
    GREW = "grew"
    SILENCE = "silence"
    BY_HAND = "by-hand"

    @property
    def repeats_the_top(self) -> bool:
        """Whether the last step comes again where none is left. A broken promise alone is no news to those who were called."""
        return self is not Cause.BREACH


@dataclass(frozen=True, slots=True)
class Occasion:
    """One such event. `key` names it among those of its subject; `by` is a person's name, `reason` their words."""

    cause: Cause
    key: str
    by: str = ""
    reason: str = ""
