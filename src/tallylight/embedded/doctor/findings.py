"""What a check finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Weight(Enum):
    """How much it matters."""

    OK = "ok"
    NOTE = "note"  # works, but something that some people need is missing
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what it is, how it is, and, unless it is well, how to mend it."""

    about: str
    weight: Weight
    found: str
    mend: str = ""


Check = Callable[[], list[Finding]]


def fine(about: str, found: str) -> list[Finding]:
    """Nothing to do."""
    return [Finding(about, Weight.OK, found)]


def note(about: str, found: str, mend: str) -> list[Finding]:
    """Worth knowing."""
    return [Finding(about, Weight.NOTE, found, mend)]


def wrong(about: str, found: str, mend: str) -> list[Finding]:
    """In the way."""
    return [Finding(about, Weight.WRONG, found, mend)]
