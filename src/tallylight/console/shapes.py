"""What pages hand to their templates: sentences with a tone, clocks, entries of a story. Frozen values, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Tone(StrEnum):
    """How something stands. It is always shown as a shape and a word as well as a colour."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Lead:
    """The answer to the page's one question, and a second sentence if one is needed."""

    tone: Tone
    text: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in one or two words."""

    tone: Tone
    text: str


@dataclass(frozen=True, slots=True)
class ClockView:
    """A promise's clock: `used` is the share of it that is gone (0..1).

    While it runs, `due_at` is set; once it stopped, `result` says how it ended. `next` says what happens next and to whom,
    with `{at}` where `next_at` belongs. `told` explains it, a sentence for every span.
    """

    name: str
    tone: Tone
    used: float
    due_at: datetime | None
    result: str
    next: str
    next_at: datetime | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, as one sentence, with a second one where it helps."""

    at: datetime
    tone: Tone
    text: str
    more: str = ""
