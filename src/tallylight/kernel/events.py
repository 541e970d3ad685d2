"""Names of what happened, and the one call that tells the rooms above.

An event is a frozen dataclass of plain values (ids, instants, strings, numbers). `publish` hands it to the carrier that
`config` puts in place: jobs on the same PostgreSQL, written in the caller's transaction, so an event exists exactly if its
cause does. A handler may see an event more than once and must be harmless when repeated.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, get_type_hints
from uuid import UUID

_kinds: dict[str, type[Event]] = {}
_carrier: Callable[[Event], None] | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened. Subclasses are the vocabulary; the class name is the name on the wire."""

    name: ClassVar[str] = "Event"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = cls.__name__
        _kinds[cls.__name__] = cls


@dataclass(frozen=True)
class ThresholdRaised(Event):
    """An alert began to fire."""

    alert: UUID
    at: datetime


@dataclass(frozen=True)
class ThresholdCleared(Event):
    """An alert was shown, by measurement, to be over."""

    alert: UUID
    at: datetime


@dataclass(frozen=True)
class IncidentOpened(Event):
    """Alerts of one region became one story."""

    incident: UUID
    at: datetime


@dataclass(frozen=True)
class IncidentWidened(Event):
    """A running incident reached further customers or a higher severity."""

    incident: UUID
    at: datetime


@dataclass(frozen=True)
class IncidentRecovered(Event):
    """Every alert of the incident is over, by measurement."""

    incident: UUID
    at: datetime


@dataclass(frozen=True)
class TicketOpened(Event):
    """A customer has a conversation with an owner and running clocks."""

    ticket: UUID
    at: datetime


@dataclass(frozen=True)
class TicketAcknowledged(Event):
    """A person took the ticket in hand."""

    ticket: UUID
    at: datetime


@dataclass(frozen=True)
class ClockBreached(Event):
    """A clock's promise was broken: `clock` of `subject` at `level` was due at `due` and was not answered by then.

    `case` is how people call the subject. `subject`, `clock` and `due` name the broken promise; `news` counts what was told
    of it, so that the later word stands whatever the order of arrival.
    """

    organisation: UUID
    subject: UUID
    case: str
    clock: str
    level: str
    due: datetime
    news: int
    at: datetime


@dataclass(frozen=True)
class ClockBreachWithdrawn(Event):
    """It turned out that the promise was kept, or that another one held: what happened was heard of only afterwards."""

    organisation: UUID
    subject: UUID
    clock: str
    due: datetime
    news: int
    at: datetime


@dataclass(frozen=True)
class SlicesExcluded(Event):
    """What begins within `[start, end)` was taken out of an organisation's count."""

    organisation: UUID
    exclusion: UUID
    start: datetime
    end: datetime
    at: datetime


@dataclass(frozen=True)
class CreditClaimed(Event):
    """An organisation claimed the credit of a month (`2026-11`)."""

    organisation: UUID
    month: str
    at: datetime


@dataclass(frozen=True)
class EscalationStepped(Event):
    """A step of a ladder was taken; `subject` is what it is about, named by its room."""

    escalation: UUID
    subject: UUID
    step: int
    at: datetime


@dataclass(frozen=True)
class ContractAmended(Event):
    """A contract version was put in force for an organisation."""

    organisation: UUID
    version: str
    at: datetime


@dataclass(frozen=True)
class ContractProposed(Event):
    """One side of a contract proposed a text to the other."""

    proposal: UUID
    at: datetime


@dataclass(frozen=True)
class ContractSigned(Event):
    """The first of the two sides signed a proposal."""

    proposal: UUID
    at: datetime


@dataclass(frozen=True)
class ContractAccepted(Event):
    """Both sides signed a proposal; its text is in force or waits for its day."""

    proposal: UUID
    at: datetime


@dataclass(frozen=True)
class ContractNotAccepted(Event):
    """A proposal was declined, withdrawn or superseded, or it lapsed."""

    proposal: UUID
    at: datetime


@dataclass(frozen=True)
class ItemReceived(Event):
    """Something came in from outside and is kept; nobody has read it."""

    item: UUID
    at: datetime


@dataclass(frozen=True)
class MessageReceived(Event):
    """What came in was read: it is somebody's message, and not a report, our own, or one that came before."""

    item: UUID
    at: datetime


def publish(event: Event) -> None:
    """Tell the rooms above, within the caller's transaction. Raises RuntimeError before `set_carrier`."""
    if _carrier is None:
        raise RuntimeError("no event carrier: tallylight.config puts one in place at start-up")
    _carrier(event)


def set_carrier(carrier: Callable[[Event], None]) -> None:
    """Called once by `config` at start-up."""
    global _carrier
    _carrier = carrier


def encode(event: Event) -> dict[str, Any]:
    """`event` as JSON values, with its name under `event`."""
    fields = {f.name: _plain(getattr(event, f.name)) for f in dataclasses.fields(event)}
    return {"event": event.name, **fields}


def decode(data: dict[str, Any]) -> Event:
    """The inverse of `encode`. Raises KeyError for a name that no class carries."""
    kind = _kinds[data["event"]]
    hints = get_type_hints(kind)
    return kind(**{f.name: _typed(hints[f.name], data[f.name]) for f in dataclasses.fields(kind)})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _typed(hint: Any, value: Any) -> Any:
    if hint is datetime:
        return datetime.fromisoformat(value)
    return UUID(value) if hint is UUID else value
