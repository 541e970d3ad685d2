"""Queued work: carry what is due, and look for what was left lying.

A message is written with a job that wakes a courier, in one transaction. A courier carries whatever is due, not one message, so
that a thousand messages need not a thousand jobs; it clears away the wakings of everything it is about to find.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min, Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tallylight.kernel import clock
from tallylight.notify import chain, digest
from tallylight.notify.claim import WAITING, dropped, due_further, due_mails
from tallylight.notify.delivery import deliver_each
from tallylight.notify.letter import MAIL
from tallylight.notify.models import Message

QUEUE = "notify"
#: Somebody waits for a message: it goes before other work.
PRIORITY = 10
#: The sweep leaves a message's own waking this long to come first.
HEAD_START = timedelta(seconds=5)
#: For how long (s) a courier carries before it lets other work have its place, and begins no further attempt of a handful.
SHIFT_S, HANDFUL_S = 5.0, 1.0
AT_ONCE = 500


@dataclass
class Seats:
    """How many couriers of a kind this process has, so that mail never takes all the places where jobs are worked."""

    number: int
    taken: int = 0
    asked: bool = False
    _lock: Lock = field(default_factory=Lock)

    def take(self) -> bool:
        """Whether there is a seat; if not, one of those who sit will look again before leaving."""
        with self._lock:
            if self.taken == self.number:
                self.asked = True
                return False
            self.taken += 1
            return True

    def leave(self) -> bool:
        """Whether one may leave: not if somebody asked meanwhile, who found no seat."""
        with self._lock:
            if self.asked:
                self.asked = False
                return False
            self.taken -= 1
            return True

    def rise(self) -> None:
        """Leave in any case."""
        with self._lock:
            self.taken -= 1


MAIL_SEATS, FURTHER_SEATS = Seats(2), Seats(2)


# No retry by the job engine: a failed job leaves its messages due, and the sweep finds them.
@app.task(name="notify.carry_mail", queue=QUEUE, priority=PRIORITY)
def carry_mail() -> None:
    """Hand over all mail that is due."""
    _carry(carry_mail.name, MAIL_SEATS, due_mails)


@app.task(name="notify.carry_further", queue=QUEUE, priority=PRIORITY)
def carry_further() -> None:
    """Hand over everything that is due on other channels, some of which take seconds for a message."""
    _carry(carry_further.name, FURTHER_SEATS, due_further)


def _carry(task: str, seats: Seats, pick: Callable[[datetime], list[Message]]) -> None:
    if not seats.take():
        return
    try:
        over = clock.monotonic() + SHIFT_S
        while clock.monotonic() < over:
            _clear_wakings(task)
            if not deliver_each(pick, until=clock.monotonic() + HANDFUL_S) and seats.leave():
                _wake_for_the_next(task)
                return
    except BaseException:
        seats.rise()
        raise
    seats.rise()
    _wake(task)


@app.periodic(cron="* * * * * */5")
@app.task(name="notify.sweep", queue=QUEUE, queueing_lock="notify.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Take up what died in somebody's hand; close windows; go on to people's next ways; wake couriers of what was overlooked."""
    now = clock.now()
    deliver_each(dropped, until=clock.monotonic() + HANDFUL_S)
    for digest_id in digest.to_close(now):
        digest.close(digest_id, now=now)
    for chain_id in chain.overdue(now):
        chain.advance(chain_id, now=now)
    overlooked = Message.objects.filter(state__in=WAITING, next_at__lte=now - HEAD_START)
    for channel in set(overlooked.order_by().values_list("channel", flat=True).distinct()):
        wake(channel)


def due_messages(by: datetime) -> list[UUID]:
    """Messages that were due at that instant and are not settled, the longest waiting first."""
    unsettled = Message.objects.exclude(state__in=["accepted", "failed", "withdrawn"])
    return list(unsettled.filter(next_at__lte=by).order_by("next_at").values_list("pk", flat=True)[:AT_ONCE])


def wake(channel: str, *, at: datetime | None = None) -> None:
    """A job that carries what is due on this channel, now or `at` an instant, in the caller's transaction."""
    _wake(carry_mail.name if channel == MAIL else carry_further.name, at=at)


def _wake_for_the_next(task: str) -> None:
    """A courier who leaves says when somebody should look again."""
    mail = Q(channel=MAIL)
    waiting = Message.objects.filter(mail if task == carry_mail.name else ~mail, state__in=WAITING)
    soonest = waiting.aggregate(at=Min("next_at"))["at"]
    if soonest is not None:
        _wake(task, at=max(soonest, clock.now()))


def _wake(task: str, *, at: datetime | None = None) -> None:
    """A job for now, or one for the second after that instant, of which there is one at a time."""
    job = app.tasks[task]
    if at is None:
        job.defer()
        return
    second = math.ceil(at.timestamp())
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.configure(queueing_lock=f"{task}@{second}", schedule_at=datetime.fromtimestamp(second, UTC)).defer()


CLEAR = """
delete from procrastinate_jobs where id in (
    select id from procrastinate_jobs where task_name = %s and status = 'todo' and scheduled_at is null
    for update skip locked
)
"""


def _clear_wakings(task: str) -> None:
    """Remove wakings by transactions that are over: what they wrote is found now. To be called before looking."""
    with connection.cursor() as cursor:
        cursor.execute(CLEAR, [task])
