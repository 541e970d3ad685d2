"""The door of `notify`: say something to somebody once, and know what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tallylight.notify.compose import compose
from tallylight.notify.errors import EndpointRefused, EndpointUnknown, LinkExpired, LinkRefused, TooMuchEnclosed
from tallylight.notify.letter import Enclosure, Outcome, Recipient, State, Text
from tallylight.notify.links import Grant, read_link, write_link
from tallylight.notify.models import Attempt, Message
from tallylight.notify.outbox import send, send_by

__all__ = [
    "AttemptCard",
    "DeliveryCard",
    "Enclosure",
    "EndpointRefused",
    "EndpointUnknown",
    "Grant",
    "LinkExpired",
    "LinkRefused",
    "Outcome",
    "Recipient",
    "State",
    "Text",
    "TooMuchEnclosed",
    "compose",
    "deliveries",
    "read_link",
    "send",
    "send_by",
    "write_link",
]


@dataclass(frozen=True, slots=True)
class AttemptCard:
    """One try: how it ended (empty while it runs) and what the other side said, word for word."""

    number: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    server: str
    code: int | None
    reply: str
    queue_id: str


@dataclass(frozen=True, slots=True)
class DeliveryCard:
    """A message and what became of it. `accepted_at` is when the server took it; the last attempt is the proof."""

    id: UUID
    key: str
    about: UUID | None
    channel: str
    address: str
    person_id: UUID | None
    locale: str
    subject: str
    state: State
    created_at: datetime
    next_at: datetime | None
    accepted_at: datetime | None
    failed_at: datetime | None
    attempts: tuple[AttemptCard, ...]


def deliveries(about: UUID) -> list[DeliveryCard]:
    """Everything that was sent about a subject, the oldest first."""
    rows = Message.objects.filter(about=about).prefetch_related("tries").order_by("id")
    return [_card(row) for row in rows]


def _card(row: Message) -> DeliveryCard:
    state = State(row.state)
    settled = state in (State.ACCEPTED, State.FAILED)
    return DeliveryCard(
        id=row.id,
        key=row.key,
        about=row.about,
        channel=row.channel,
        address=row.address,
        person_id=row.person_id,
        locale=row.locale,
        subject=row.subject,
        state=state,
        created_at=row.created_at,
        next_at=None if settled else row.next_at,
        accepted_at=row.settled_at if state is State.ACCEPTED else None,
        failed_at=row.settled_at if state is State.FAILED else None,
        attempts=tuple(_attempt(each) for each in sorted(row.tries.all(), key=lambda each: each.number)),
    )


def _attempt(row: Attempt) -> AttemptCard:
    return AttemptCard(
        number=row.number,
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
        server=row.server,
        code=row.code,
        reply=row.reply,
        queue_id=row.queue_id,
    )
