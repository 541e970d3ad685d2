"""The door of `notify`: say something to somebody once, and know what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q

from tallylight.notify.apprise_urls import is_deliverable, service_of
from tallylight.notify.compose import compose
from tallylight.notify.digest import WINDOW, digest_key, gather
from tallylight.notify.endpoints import EndpointCard, add_endpoint, endpoints_of, remove_endpoint
from tallylight.notify.errors import (
    EndpointRefused,
    EndpointUnknown,
    LimitUnknown,
    LinkExpired,
    LinkRefused,
    MessageUnknown,
    NotSuppressed,
    QuietHoursRefused,
    TooManyTrials,
    TooMuchEnclosed,
    WaysRefused,
)
from tallylight.notify.letter import MAIL, Enclosure, Outcome, Recipient, State, Text, Thread, Why
from tallylight.notify.links import Grant, is_used, read_link, use_link, write_link
from tallylight.notify.mime import bare
from tallylight.notify.models import Attempt, Bounce, DigestItem, Message
from tallylight.notify.outbox import reach, send, send_by, withdraw
from tallylight.notify.rates import LimitCard, limits, remove_limit, set_limit
from tallylight.notify.returns import came_back, own_domain, subjects_of, was_sent
from tallylight.notify.rooms import answer_in, keep_room
from tallylight.notify.suppression import SuppressionCard, lift, suppress, suppressed, suppressions
from tallylight.notify.trial import KEY as TRIAL_KEY
from tallylight.notify.trial import send_trial
from tallylight.notify.ways import Preferences, Way, preferences, set_order, set_quiet_hours

__all__ = [
    "MAIL",
    "WINDOW",
    "AttemptCard",
    "Backlog",
    "BounceCard",
    "DeliveryCard",
    "Enclosure",
    "EndpointCard",
    "EndpointRefused",
    "EndpointUnknown",
    "Grant",
    "LimitCard",
    "LimitUnknown",
    "LinkExpired",
    "LinkRefused",
    "MessageUnknown",
    "NotSuppressed",
    "Outcome",
    "Preferences",
    "QuietHoursRefused",
    "Recipient",
    "State",
    "SuppressionCard",
    "Text",
    "Thread",
    "TooManyTrials",
    "TooMuchEnclosed",
    "Way",
    "WaysRefused",
    "Why",
    "add_endpoint",
    "answer_in",
    "bare",
    "came_back",
    "compose",
    "deliveries",
    "endpoints_of",
    "gather",
    "is_deliverable",
    "is_used",
    "keep_room",
    "lift",
    "limits",
    "own_domain",
    "preferences",
    "reach",
    "read_link",
    "remove_endpoint",
    "remove_limit",
    "send",
    "send_by",
    "send_trial",
    "service_of",
    "set_limit",
    "set_order",
    "set_quiet_hours",
    "subjects_of",
    "suppress",
    "suppressed",
    "suppressions",
    "trial",
    "trials",
    "use_link",
    "waiting",
    "was_sent",
    "withdraw",
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
class BounceCard:
    """A report that it came back for good (`for_good`) or is delayed, with its status code (RFC 3463) and its words."""

    at: datetime
    for_good: bool
    status: str
    said: str


@dataclass(frozen=True, slots=True)
class DeliveryCard:
    """A message and what became of it. `accepted_at` is when the server took it; the last attempt is the proof.

    `bounces` is what mail systems reported after it was accepted.
    """

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
    bounces: tuple[BounceCard, ...] = ()


def deliveries(about: UUID) -> list[DeliveryCard]:
    """Everything that was sent about a subject, the oldest first, with the digests that name it among others."""
    digests = DigestItem.objects.filter(about=about, sent=False).values_list("digest_id", flat=True)
    said = Q(about=about) | Q(key__in=[digest_key(each) for each in digests])
    rows = Message.objects.filter(said).prefetch_related("tries", "bounces").order_by("id")
    return [_card(row) for row in rows]


def trials(person_id: UUID) -> list[DeliveryCard]:
    """The person's latest test messages, the newest first."""
    rows = Message.objects.filter(person_id=person_id, key__startswith=TRIAL_KEY).prefetch_related("tries", "bounces")
    return [_card(row) for row in rows.order_by("-id")[:10]]


def trial(person_id: UUID, message_id: UUID) -> DeliveryCard:
    """One of the person's test messages. Raises MessageUnknown."""
    row = Message.objects.filter(person_id=person_id, key__startswith=TRIAL_KEY, pk=message_id).first()
    if row is None:
        raise MessageUnknown
    return _card(row)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for one destination of a channel: how many messages, since when, and until when the first one waits."""

    channel: str
    destination: str
    messages: int
    oldest_at: datetime
    next_at: datetime


def waiting(*, most: int = 50) -> list[Backlog]:
    """Destinations for which messages wait, the most first."""
    rows = Message.objects.filter(state__in=[State.QUEUED.value, State.DEFERRED.value]).values("channel", "destination")
    counted = rows.annotate(messages=Count("id"), oldest_at=Min("created_at"), soonest=Min("next_at"))
    return [
        Backlog(
            each["channel"],
            each["destination"].partition(":")[0],
            each["messages"],
            each["oldest_at"],
            each["soonest"],
        )
        for each in counted.order_by("-messages", "destination")[:most]
    ]


def _card(row: Message) -> DeliveryCard:
    state = State(row.state)
    settled = state in (State.ACCEPTED, State.FAILED, State.WITHDRAWN)
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
        bounces=tuple(_bounce(each) for each in sorted(row.bounces.all(), key=lambda each: each.at)),
    )


def _bounce(row: Bounce) -> BounceCard:
    return BounceCard(at=row.at, for_good=row.for_good, status=row.status, said=row.said)


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
