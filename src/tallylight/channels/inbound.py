"""What came in, as one typed value whatever the channel. Plain values, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

MAIL, PHONE = "mail", "phone"


class Automatic(StrEnum):
    """Whether a person wrote it. Empty: as far as one can tell.

    `reply`: a program's answer to something, such as a vacation notice (RFC 3834 "auto-replied"). `generated`: a program's own
    message, or one that went to many; it may be about something, but nothing automatic answers it. `report`: a report of a mail
    system on the fate of a message (RFC 3464).
    """

    NO = ""
    REPLY = "reply"
    GENERATED = "generated"
    REPORT = "report"


class State(StrEnum):
    """new ─> routed, ignored, or waiting for people: `unknown` (whose is it?) or `set-aside` (what is it?).

    People have it tried again (new) or drop it (ignored).
    """

    NEW = "new"
    ROUTED = "routed"
    UNKNOWN = "unknown"
    SET_ASIDE = "set-aside"
    IGNORED = "ignored"


#: States in which somebody of the staff has to decide.
WAITING = (State.UNKNOWN, State.SET_ASIDE)


class Why(StrEnum):
    """Why an item is ignored, or waits."""

    BOUNCE = "bounce"
    AUTO_REPLY = "auto-reply"
    OWN = "own"
    DUPLICATE = "duplicate"
    DROPPED = "dropped"
    UNREADABLE = "unreadable"
    CRASHED = "crashed"
    FAILED = "failed"
    UNKNOWN_SENDER = "unknown-sender"
    LINKED = "linked"
    CALL = "call"
    STAFF = "staff"


class Refusal(StrEnum):
    """Why a file was not kept."""

    TOO_LARGE = "too-large"
    TYPE = "type"
    TOO_MANY = "too-many"


@dataclass(frozen=True, slots=True)
class Contact:
    """An address on a channel, in small letters, and the name that was shown with it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that came along. `data` is empty where it was refused (`refusal`); `octets` is how long it was."""

    name: str
    media_type: str
    octets: int
    sha256: str
    data: bytes
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Bounce:
    """That a message of ours did not arrive (RFC 3464).

    `message_id` is the Message-ID of ours that came back, `status` the enhanced status code (RFC 3463), `action` as the report
    has it (failed, delayed, …), `recipient` whom the report names, `diagnostic` the server's words.
    """

    message_id: str
    action: str
    status: str
    recipient: str
    diagnostic: str


class CallEnd(StrEnum):
    """How a telephone call ended. Nobody spoke with whoever rang in vain: they are called back."""

    ANSWERED = "answered"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Call:
    """A telephone call to us, or by us (`ours`). `recording` is where it can be heard (empty: nowhere), `note` a person's."""

    end: CallEnd
    ours: bool
    number: str
    seconds: int = 0
    recording: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message. `text` is what was written anew: without quotes of earlier messages and without signature.

    `html` is sanitised and may be empty. `references` are the ids of messages that it names, the one it answers last;
    `recipients` every address of ours or others' that it was sent to, `copied` those of the To and Cc lines.
    """

    channel: str
    message_id: str
    sender: Contact
    recipients: tuple[str, ...]
    copied: tuple[Contact, ...]
    subject: str
    text: str
    html: str
    files: tuple[File, ...]
    references: tuple[str, ...]
    automatic: Automatic
    bounce: Bounce | None = None
    conversation: UUID | None = None
    call: Call | None = None
