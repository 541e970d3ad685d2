"""Queued work: replays, a step at a time; a look for those whose job was lost, and for those whose days are over."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tallylight.kernel import clock
from tallylight.replay import runs

QUEUE = "replay"
#: Somebody waits, but nobody was promised anything: all other work goes first.
PRIORITY = -10
#: One step of one replay at a time, whoever asked, so that a worker always has hands left for what is urgent.
LOCK = "replay"


# No retry by the job engine: what is unfinished stays so, and the sweep finds it.
@app.task(name="replay.advance", queue=QUEUE, priority=PRIORITY)
def advance(run_id: str) -> None:
    """Take the next step of a replay. Harmless when repeated."""
    runs.advance(UUID(run_id), now=clock.now(), then=enqueue)


@app.periodic(cron="* * * * *")
@app.task(name="replay.sweep", queue=QUEUE, priority=PRIORITY, queueing_lock="replay.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Go on with replays in case a job was lost; throw away those that were kept long enough."""
    now = clock.now()
    runs.throw_away(now)
    for run_id in runs.unfinished(now):
        enqueue(run_id)


def enqueue(run_id: UUID) -> None:
    """A job for the next step, in the caller's transaction; none if one waits already."""
    job = advance.configure(lock=LOCK, queueing_lock=f"replay:{run_id}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer(run_id=str(run_id))
