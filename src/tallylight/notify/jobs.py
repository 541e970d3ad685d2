"""Queued work: deliver one message; look for messages whose job was lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tallylight.kernel import clock
from tallylight.notify.delivery import deliver
from tallylight.notify.letter import State
from tallylight.notify.models import Message

QUEUE = "notify"
#: Somebody waits for a message: it goes before other work.
PRIORITY = 10
#: The sweep leaves a message's own job this long to come first, and takes at most so many at a time.
HEAD_START = timedelta(seconds=5)
AT_ONCE = 500


# No retry by the job engine: a failed job leaves its message due, and the sweep finds it.
@app.task(name="notify.deliver", queue=QUEUE, priority=PRIORITY)
def deliver_message(message_id: str) -> None:
    """Make the next attempt for one message."""
    deliver(UUID(message_id))


@app.periodic(cron="* * * * * */5")
@app.task(name="notify.sweep", queue=QUEUE, queueing_lock="notify.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Give every due message a job again, in case its own was lost."""
    for message_id in due_messages(clock.now() - HEAD_START):
        enqueue(message_id)


def due_messages(by: datetime) -> list[UUID]:
    """Messages that were due at that instant and are not settled, the longest waiting first."""
    unsettled = Message.objects.exclude(state__in=[State.ACCEPTED.value, State.FAILED.value])
    return list(unsettled.filter(next_at__lte=by).order_by("next_at").values_list("pk", flat=True)[:AT_ONCE])


def enqueue(message_id: UUID, *, at: datetime | None = None) -> None:
    """A job for this message, in the caller's transaction; none if one is waiting already."""
    job = deliver_message.configure(queueing_lock=f"notify.deliver:{message_id}", schedule_at=at)
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer(message_id=str(message_id))
