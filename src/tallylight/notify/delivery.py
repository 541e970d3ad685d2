"""Attempts to deliver messages, safe against being killed between any two lines and against being run twice.

Three things hold an attempt together. A session lock of PostgreSQL says that a living process is at the message; it ends with
the process. The attempt's number fences: whoever was overtaken finds its number gone and stops before the point of no return.
And the row says `committing` from just before the final dot until the answer is written down; only a death in that one round
trip leaves it unknown whether the message went out, and then it is sent again under the same Message-ID.

Messages are taken in hand by the handful, which saves most of the database's work; the point of no return and the answer are
still written for each by itself. What is in hand and was not handed over goes back, and is sent at once by whoever comes next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from tallylight.kernel import chance, clock
from tallylight.notify import apprise_urls, chain, smtp
from tallylight.notify.claim import Turn, begin, due_by_id, is_due, put_back
from tallylight.notify.letter import MAIL, Outcome, Receipt, State, Why
from tallylight.notify.models import Attempt, Message
from tallylight.notify.patience import ANSWER_S, next_attempt
from tallylight.notify.suppression import is_gone, suppress

log = structlog.get_logger(__name__)

#: How often a result is tried to be written down while the database is away (s).
WRITE_AGAIN_S = 0.5


class Overtaken(Exception):
    """Another process has this message now."""


def deliver(message_id: UUID) -> None:
    """Make the next attempt for this message if one is due and nobody else is at it."""
    deliver_each(partial(due_by_id, message_id))


def deliver_each(pick: Callable[[datetime], list[Message]], *, until: float = float("inf")) -> int:
    """Take in hand what `pick` finds due (with its rows locked) and make one attempt for each. Returns how many were picked.

    After `until` (monotonic seconds) no further attempt is begun, and what was not tried is put back.
    """
    with _in_hand(pick) as (picked, turns):
        for place, turn in enumerate(turns):
            if place and clock.monotonic() >= until:
                put_back(turns[place:])
                break
            _attempt(turn)
        return picked


@contextmanager
def _in_hand(pick: Callable[[datetime], list[Message]]) -> Iterator[tuple[int, list[Turn]]]:
    """How many messages this process alone looked at, and the attempts to make.

    The locks belong to the database session and die with it.
    """
    locked: list[int] = []
    try:
        with transaction.atomic():
            now = clock.now()
            rows = [row for row in pick(now) if is_due(row, now=now)]
            mine = _lock([row.pk for row in rows])
            locked = list(mine.values())
            turns = begin([row for row in rows if row.pk in mine], now=now)
        yield len(mine), turns
    finally:
        _unlock(locked)


def _lock(ids: list[UUID]) -> dict[UUID, int]:
    """Those of the messages at which no other living process is, each with the key of its lock."""
    keys = {lock_key(each): each for each in ids}
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("select key from unnest(%s::bigint[]) as key where pg_try_advisory_lock(key)", [list(keys)])
        return {keys[key]: key for (key,) in cursor.fetchall()}


def lock_key(message_id: UUID) -> int:
    """The message's number among PostgreSQL's advisory locks."""
    return int.from_bytes(message_id.bytes[8:], signed=True)


def _unlock(keys: list[int]) -> None:
    if not keys:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(key) from unnest(%s::bigint[]) as key", [keys])
    except (OperationalError, InterfaceError):
        connection.close()  # the session is gone, and the locks with it


def _attempt(turn: Turn) -> None:
    commit = partial(_commit, turn.letter.id, turn.number)
    try:
        receipt = _hand_over(turn, commit)
    except Overtaken:
        log.warning("overtaken", message=str(turn.letter.id), attempt=turn.number)
        return
    except Exception as error:
        # Both ways out turn what happens after the point of no return into a receipt: nothing was handed over.
        log.exception("attempt failed", message=str(turn.letter.id), attempt=turn.number)
        receipt = Receipt(Outcome.TEMPORARY, reply=type(error).__name__)
    _until_written(partial(_conclude, turn.letter.id, turn.number, receipt))


def _hand_over(turn: Turn, commit: Callable[[], None]) -> Receipt:
    if turn.channel != MAIL:
        if turn.url_secret is None:
            return Receipt(Outcome.PERMANENT, reply="the address was removed")
        return apprise_urls.hand_over(turn.url_secret, turn.letter.content, commit=commit)
    return smtp.hand_over(smtp.relay_at(settings.SMTP_URL), turn.letter, commit=commit)


COMMIT = """
update notify_message set state = 'committing', committing_at = %s where id = %s and attempts = %s and state = 'sending'
"""


def _commit(message_id: UUID, number: int) -> None:
    """Mark the point of no return. Raises Overtaken if the attempt is not ours any more."""
    with connection.cursor() as cursor:
        cursor.execute(COMMIT, [clock.now(), message_id, number])
        if cursor.rowcount != 1:
            raise Overtaken


def _conclude(message_id: UUID, number: int, receipt: Receipt) -> None:
    """Write down how the attempt ended, and when the next one is due."""
    if receipt.outcome is Outcome.ACCEPTED:
        _accepted(message_id, number, receipt)
    else:
        _not_accepted(message_id, number, receipt)


ACCEPTED = """
with settled as (
    update notify_message set state = 'accepted', settled_at = %(now)s, committing_at = null where id = %(message)s
)
update notify_attempt set ended_at = %(now)s, outcome = 'accepted', server = %(server)s, code = %(code)s, reply = %(reply)s,
    queue_id = %(queue_id)s
where message_id = %(message)s and number = %(number)s
"""


def _accepted(message_id: UUID, number: int, receipt: Receipt) -> None:
    """In one statement, which is one transaction: most messages end so, and every one waits for it."""
    values: dict[str, Any] = _kept(receipt) | {"now": clock.now(), "message": message_id, "number": number}
    with connection.cursor() as cursor:
        cursor.execute(ACCEPTED, values)


@transaction.atomic
def _not_accepted(message_id: UUID, number: int, receipt: Receipt) -> None:
    now = clock.now()
    row = Message.objects.select_for_update().get(pk=message_id)
    Attempt.objects.filter(message=row, number=number).update(ended_at=now, outcome=receipt.outcome, **_kept(receipt))
    if row.attempts != number or row.state == State.ACCEPTED:
        return
    _settle(row, receipt, now=now)
    row.save(update_fields=["state", "next_at", "settled_at", "committing_at"])
    if row.state == State.FAILED:
        chain.failed(row, now=now)
        if row.channel == MAIL and is_gone(receipt):
            suppress(row.address, Why.HARD_BOUNCE, f"{receipt.code} {receipt.reply}", now=now)


def _kept(receipt: Receipt) -> dict[str, Any]:
    """The proof, as long as its columns are."""
    return {
        "server": receipt.server[:300],
        "code": receipt.code,
        "reply": receipt.reply.replace("\0", ""),
        "queue_id": receipt.queue_id[:200],
    }


def _settle(row: Message, receipt: Receipt, *, now: datetime) -> None:
    again = next_attempt(now, row.attempts + 1, row.expires_at, chance.generator())
    if receipt.outcome is Outcome.PERMANENT or again is None:
        row.state, row.settled_at = State.FAILED, now
        log.error("message given up", message=str(row.id), about=str(row.about), reply=receipt.reply)
    else:
        asked = now + timedelta(seconds=receipt.wait_s or 0)
        row.state, row.next_at = State.DEFERRED, max(again, asked)
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
