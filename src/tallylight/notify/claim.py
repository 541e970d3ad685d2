"""Which messages are due, and taking them in hand: rows are locked, attempts are opened, for a handful at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from tallylight.notify import chain
from tallylight.notify.letter import MAIL, Enclosure, Letter, Outcome, State, Text
from tallylight.notify.models import Attempt, Message, MessageEnclosure
from tallylight.notify.patience import ANSWER_LOST
from tallylight.notify.rates import pace
from tallylight.notify.suppression import suppressed

#: How many mails are taken in hand at once, and how many messages to services, each of which may take seconds.
MAILS, FURTHER = 50, 4
#: How many messages in somebody's hand are looked at to find those whose sender died.
IN_HAND = 1_000
WAITING = (State.QUEUED.value, State.DEFERRED.value)


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt in hand: the letter, its number, and for anything but mail the further address (None: removed since)."""

    letter: Letter
    number: int
    channel: str
    url_secret: str | None


def due_mails(now: datetime) -> list[Message]:
    """Mails that wait and are due and that nobody else looks at: what is urgent first, then the longest waiting."""
    return _due(now, Q(channel=MAIL), MAILS)


def due_further(now: datetime) -> list[Message]:
    """The same for every other channel."""
    return _due(now, ~Q(channel=MAIL), FURTHER)


def due_by_id(message_id: UUID, now: datetime) -> list[Message]:
    """That one message, waited for if another process looks at it."""
    del now
    return list(_rows().select_for_update(of=("self",)).filter(pk=message_id))


def dropped(now: datetime) -> list[Message]:
    """Messages whose sender died with them in hand."""
    gone = Q(state=State.SENDING.value) | Q(state=State.COMMITTING.value, committing_at__lte=now - ANSWER_LOST)
    ids = Message.objects.filter(gone).order_by("next_at").values_list("pk", flat=True)[:IN_HAND]
    held = _held()
    loose = [each for each in ids if each.bytes[8:] not in held][:MAILS]
    return list(_rows().select_for_update(skip_locked=True, of=("self",)).filter(pk__in=loose)) if loose else []


def _due(now: datetime, channels: Q, most: int) -> list[Message]:
    waiting = _rows().filter(channels, state__in=WAITING, next_at__lte=now).order_by("-urgent", "next_at")
    return list(waiting.select_for_update(skip_locked=True, of=("self",))[:most])


def _rows() -> QuerySet[Message]:
    return Message.objects.select_related("endpoint")


def _held() -> set[bytes]:
    """The keys of all session locks, as octets. A living process has one for each message in its hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select classid::bigint, objid::bigint from pg_locks where locktype = 'advisory' and objsubid = 1"
        )
        return {(high << 32 | low).to_bytes(8) for high, low in cursor.fetchall()}


def is_due(row: Message, *, now: datetime) -> bool:
    """A message whose sender died is due at once, unless the answer to it may still be on its way."""
    if row.state in WAITING:
        return row.next_at <= now
    if row.state == State.COMMITTING and row.committing_at is not None:
        return row.committing_at + ANSWER_LOST <= now
    return row.state == State.SENDING


def begin(rows: list[Message], *, now: datetime) -> list[Turn]:
    """Open the next attempt for those of these rows that may go now; the caller's transaction has locked them.

    What goes to a suppressed address is given up; what goes faster than its destination takes it gets its own instant.
    """
    rows = pace(_allowed(rows, now=now), now=now)
    if not rows:
        return []
    for row in rows:
        if row.state not in WAITING:
            _close_abandoned(row, now=now)
        row.attempts += 1
    found = Message.objects.filter(pk__in=[row.pk for row in rows])
    found.update(attempts=F("attempts") + 1, state=State.SENDING, committing_at=None, paced=False)
    Attempt.objects.bulk_create(Attempt(message=row, number=row.attempts, started_at=now) for row in rows)
    enclosed = _enclosures(rows)
    return [
        Turn(
            _letter(row, enclosed[row.pk]), row.attempts, row.channel, row.endpoint.url_secret if row.endpoint else None
        )
        for row in rows
    ]


def _allowed(rows: list[Message], *, now: datetime) -> list[Message]:
    why = suppressed(row.address for row in rows if row.channel == MAIL)
    allowed = []
    for row in rows:
        row.paced |= row.state not in WAITING  # it had its turn when its sender died
        if row.channel == MAIL and row.address in why:
            _give_up(row, why[row.address], now=now)
        else:
            allowed.append(row)
    return allowed


def _give_up(row: Message, reason: str, *, now: datetime) -> None:
    """End a message to which nobody may put a hand. Its person is told another way if there is one."""
    _close_abandoned(row, now=now)
    row.attempts += 1
    row.state, row.settled_at, row.committing_at = State.FAILED, now, None
    row.save(update_fields=["attempts", "state", "settled_at", "committing_at"])
    Attempt.objects.create(
        message=row, number=row.attempts, started_at=now, ended_at=now, outcome=Outcome.SUPPRESSED, reply=reason
    )
    chain.failed(row, now=now)


def _close_abandoned(row: Message, *, now: datetime) -> None:
    outcome = Outcome.UNKNOWN if row.state == State.COMMITTING else Outcome.ABANDONED
    row.tries.filter(outcome="").update(outcome=outcome, ended_at=now)


@transaction.atomic
def put_back(turns: Iterable[Turn]) -> None:
    """Let go of messages for which nothing was tried, as if they had never been in hand."""
    for turn in turns:
        state = State.QUEUED if turn.number == 1 else State.DEFERRED
        mine = Message.objects.filter(pk=turn.letter.id, attempts=turn.number, state=State.SENDING)
        if mine.update(state=state, attempts=F("attempts") - 1):
            Attempt.objects.filter(message=turn.letter.id, number=turn.number).delete()


def _letter(row: Message, enclosed: list[Enclosure]) -> Letter:
    return Letter(
        id=row.id,
        sender=settings.MAIL_FROM,
        address=row.address,
        locale=row.locale,
        content=Text(row.subject, row.text, row.html, tuple(enclosed)),
        thread=row.about,
        written_at=row.created_at,
        reply_to=row.reply_to,
        answers=row.answers,
    )


def _enclosures(rows: list[Message]) -> dict[UUID, list[Enclosure]]:
    found: dict[UUID, list[Enclosure]] = defaultdict(list)
    kept = MessageEnclosure.objects.filter(message__in=rows).order_by("place").select_related("file")
    for each in kept:
        found[each.message_id].append(Enclosure(each.name, each.media_type, bytes(each.file.data)))
    return found
