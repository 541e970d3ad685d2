"""One attempt to deliver one message, safe against being killed between any two lines and against being run twice.

Three things hold it together. A session lock of PostgreSQL says that a living process is at it; it ends with the process.
The attempt's number fences: whoever was overtaken finds its number gone and stops before the point of no return. And the
row says `committing` from just before the final dot until the answer is written down; only a death in that one round trip
leaves it unknown whether the message went out, and then it is sent again under the same Message-ID.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from tallylight.kernel import chance, clock
from tallylight.notify import apprise_urls, smtp
from tallylight.notify.letter import MAIL, Enclosure, Letter, Outcome, Receipt, State, Text
from tallylight.notify.models import Attempt, Message
from tallylight.notify.patience import ANSWER_LOST, ANSWER_S, next_attempt

log = structlog.get_logger(__name__)

#: How often a result is tried to be written down while the database is away (s).
WRITE_AGAIN_S = 0.5


class Overtaken(Exception):
    """Another process has this message now."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt in hand: the letter, its number, and for anything but mail the further address (None: removed since)."""

    letter: Letter
    number: int
    channel: str
    url_secret: str | None


def deliver(message_id: UUID) -> None:
    """Make the next attempt for this message if one is due and nobody else is at it."""
    with _alone(message_id) as alone:
        turn = _begin(message_id, now=clock.now()) if alone else None
        if turn is None:
            return
        commit = partial(_commit, message_id, turn.number)
        try:
            receipt = _hand_over(turn, commit)
        except Overtaken:
            log.warning("overtaken", message=str(message_id), attempt=turn.number)
            return
        except Exception as error:
            # Both ways out turn what happens after the point of no return into a receipt: nothing was handed over.
            log.exception("attempt failed", message=str(message_id), attempt=turn.number)
            receipt = Receipt(Outcome.TEMPORARY, reply=type(error).__name__)
        _until_written(partial(_conclude, message_id, turn.number, receipt))


def _hand_over(turn: Turn, commit: Callable[[], None]) -> Receipt:
    if turn.channel != MAIL:
        if turn.url_secret is None:
            return Receipt(Outcome.PERMANENT, reply="the address was removed")
        return apprise_urls.hand_over(turn.url_secret, turn.letter.content, commit=commit)
    return smtp.hand_over(smtp.relay_at(settings.SMTP_URL), turn.letter, commit=commit)


@contextmanager
def _alone(message_id: UUID) -> Iterator[bool]:
    """Whether this process alone is at the message. The lock belongs to the database session and dies with it."""
    key = int.from_bytes(message_id.bytes[8:], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [key])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            _unlock(key)


def _unlock(key: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s)", [key])
    except (OperationalError, InterfaceError):
        connection.close()  # the session is gone, and the lock with it


@transaction.atomic
def _begin(message_id: UUID, *, now: datetime) -> Turn | None:
    """Open the next attempt, or None if none is due."""
    row = Message.objects.select_for_update(of=("self",)).select_related("endpoint").filter(pk=message_id).first()
    if row is None or not _is_due(row, now=now):
        return None
    _close_abandoned(row, now=now)
    row.attempts += 1
    row.state, row.committing_at = State.SENDING, None
    row.save(update_fields=["attempts", "state", "committing_at"])
    Attempt.objects.create(message=row, number=row.attempts, started_at=now)
    return Turn(_letter(row), row.attempts, row.channel, row.endpoint.url_secret if row.endpoint else None)


def _is_due(row: Message, *, now: datetime) -> bool:
    """A message whose sender died is due at once, unless the answer to it may still be on its way."""
    if row.state in (State.QUEUED, State.DEFERRED):
        return row.next_at <= now
    if row.state == State.COMMITTING and row.committing_at is not None:
        return row.committing_at + ANSWER_LOST <= now
    return row.state == State.SENDING


def _close_abandoned(row: Message, *, now: datetime) -> None:
    outcome = Outcome.UNKNOWN if row.state == State.COMMITTING else Outcome.ABANDONED
    row.tries.filter(outcome="").update(outcome=outcome, ended_at=now)


def _letter(row: Message) -> Letter:
    return Letter(
        id=row.id,
        sender=settings.MAIL_FROM,
        address=row.address,
        locale=row.locale,
        content=Text(row.subject, row.text, row.html, _enclosures(row)),
        thread=row.about,
        written_at=row.created_at,
    )


def _enclosures(row: Message) -> tuple[Enclosure, ...]:
    rows = row.enclosures.order_by("place").select_related("file")
    return tuple(Enclosure(each.name, each.media_type, bytes(each.file.data)) for each in rows)


def _commit(message_id: UUID, number: int) -> None:
    """Mark the point of no return. Raises Overtaken if the attempt is not ours any more."""
    mine = Message.objects.filter(pk=message_id, attempts=number, state=State.SENDING)
    if mine.update(state=State.COMMITTING, committing_at=clock.now()) != 1:
        raise Overtaken


@transaction.atomic
def _conclude(message_id: UUID, number: int, receipt: Receipt) -> None:
    """Write down how the attempt ended, and when the next one is due."""
    from tallylight.notify.jobs import enqueue

    now = clock.now()
    row = Message.objects.select_for_update().get(pk=message_id)
    Attempt.objects.filter(message=row, number=number).update(
        ended_at=now,
        outcome=receipt.outcome,
        server=receipt.server[:300],
        code=receipt.code,
        reply=receipt.reply,
        queue_id=receipt.queue_id[:200],
    )
    if row.attempts != number and receipt.outcome is not Outcome.ACCEPTED:
        return
    _settle(row, receipt, now=now)
    row.save(update_fields=["state", "next_at", "settled_at", "committing_at"])
    if row.state == State.DEFERRED:
        enqueue(row.pk, at=row.next_at)


def _settle(row: Message, receipt: Receipt, *, now: datetime) -> None:
    again = next_attempt(now, row.attempts + 1, row.expires_at, chance.generator())
    if receipt.outcome is Outcome.ACCEPTED:
        row.state, row.settled_at = State.ACCEPTED, now
    elif receipt.outcome is Outcome.PERMANENT or again is None:
        row.state, row.settled_at = State.FAILED, now
        log.error("message given up", message=str(row.id), about=str(row.about), reply=receipt.reply)
    else:
        row.state, row.next_at = State.DEFERRED, again
    row.committing_at = None


def _until_written(write: Callable[[], None]) -> None:
    """A result that only we know is not let go because the database restarts: try until it must be taken for lost."""
    give_up = clock.monotonic() + ANSWER_S
    while True:
        try:
            write()
        except (OperationalError, InterfaceError):
            if clock.monotonic() > give_up or connection.in_atomic_block:
                raise
            connection.close()
            threading.Event().wait(WRITE_AGAIN_S)
        else:
            return
