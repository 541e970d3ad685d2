"""Queued work: take a step at its instant; look for steps whose job was lost."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tallylight.escalation import pulse, services
from tallylight.kernel import clock

QUEUE = "escalation"
#: A promise is at stake: it goes before other work.
PRIORITY = 20


# No retry by the job engine: a failed job leaves its ladder due, and the sweep finds it.
@app.task(name="escalation.advance", queue=QUEUE, priority=PRIORITY)
def advance_ladder(escalation_id: str) -> None:
    """Take what is due on one ladder."""
    services.advance(UUID(escalation_id), now=clock.now())


# Every second: a step is promised within two seconds of its instant, also if the worker that had its job was killed.
@app.periodic(cron="* * * * * *")
@app.task(name="escalation.sweep", queue=QUEUE, priority=PRIORITY, queueing_lock="escalation.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Take what is due on every ladder, in case a job was lost."""
    now = clock.now()
    pulse.beat(now=now)
    for escalation_id in services.due_escalations(now):
        services.advance(escalation_id, now=now)


def enqueue(escalation_id: UUID, *, at: datetime) -> None:
    """A job at the instant of the next step, in the caller's transaction; none if one waits for that instant already."""
    lock = f"escalation:{escalation_id}:{at.isoformat()}"
    job = advance_ladder.configure(queueing_lock=lock, schedule_at=at)
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer(escalation_id=str(escalation_id))
