"""What is sent, to whom, and what became of it: plain values, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

MAIL = "mail"


class State(StrEnum):
    """Where a message is on its way.

    queued ─> sending ─> committing ─> accepted
                 └───────────┴──────> deferred (tried again) or failed (given up)

    withdrawn: not needed any more before it left.
    """

    QUEUED = "queued"
    SENDING = "sending"
    COMMITTING = "committing"
    DEFERRED = "deferred"
    ACCEPTED = "accepted"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """How one attempt ended. `unknown`: handed over, but the answer was never heard. `suppressed`: nothing is sent to this
    address. `passed-on`: the person is told another way instead.
    """

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"
    ABANDONED = "abandoned"
    SUPPRESSED = "suppressed"
    PASSED_ON = "passed-on"


class Why(StrEnum):
    """Why nothing is sent to an address."""

    HARD_BOUNCE = "hard-bounce"
    COMPLAINT = "complaint"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to reach. `address` is a mail address; `channel` names what else of the person's may be used."""

    address: str
    locale: str = "en"
    timezone: str = "UTC"
    name: str = ""
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a mail stands in a conversation: `reply_to`, the address that answers go to; `answers`, the Message-ID it answers."""

    reply_to: str = ""
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along with a mail. `media_type` is as RFC 6838 names it: `application/pdf`."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Text:
    """What a message says, in one language. `html` may be empty. Channels that carry no files leave `enclosures` out."""

    subject: str
    text: str
    html: str = ""
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to be handed over. `thread` groups messages about one subject in the reader's mail program."""

    id: UUID
    sender: str
    address: str
    locale: str
    content: Text
    thread: UUID | None
    written_at: datetime
    reply_to: str = ""
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side said. `server` is who said it, `queue_id` what it calls the message (both may be empty); `wait_s` is
    how long it asks us to wait before the next attempt, if it says so.
    """

    outcome: Outcome
    server: str = ""
    code: int | None = None
    reply: str = ""
    queue_id: str = ""
    wait_s: float | None = None
