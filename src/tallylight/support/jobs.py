"""Scheduled work: follow a contract that applies later, see which promises time alone has broken, let offers lapse, remind."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tallylight.kernel import clock
from tallylight.support import following, hand_overs, profiles, silence, tasks

QUEUE = "support"


# What a ticket's clocks say never waits for this: it is read from the contract. Queues and ladders keep due instants.
@app.task(name="support.follow-contract", queue=QUEUE, retry=5)
def follow_contract(organisation_id: str) -> None:
    """Take over the due instants of the contract that applies now."""
    following.follow_contract(UUID(organisation_id), now=clock.now())


def follow_later(organisation_id: UUID, *, at: datetime) -> None:
    """A job for the instant from which a contract applies, in the caller's transaction; one is enough."""
    lock = f"support:follow-contract:{organisation_id}:{at.isoformat()}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        follow_contract.configure(queueing_lock=lock, schedule_at=at).defer(organisation_id=str(organisation_id))


# No retry by the job engine: a ticket that was not looked at stays due, and the next minute finds it.
@app.periodic(cron="* * * * *")
@app.task(name="support.look-at-due", queue=QUEUE, queueing_lock="support.look-at-due")
def look_at_due(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Write down the promises that were due and not kept; bring up what stands still."""
    _look(now=clock.now())


@app.task(name="support.look", queue=QUEUE)
def look() -> None:
    """The same at an instant at which something is due."""
    _look(now=clock.now())


def _look(*, now: datetime) -> None:
    following.look_at_due(now=now)
    silence.look(now=now)


def look_later(*, at: datetime) -> None:
    """A job right after that instant, in the caller's transaction; one is enough for all that is due in one second."""
    second = datetime.fromtimestamp(math.floor(at.timestamp()) + 1, UTC)
    with suppress(AlreadyEnqueued), transaction.atomic():
        look.configure(queueing_lock=f"support:look@{second.isoformat()}", schedule_at=second).defer()


@app.task(name="support.lapse-offer", queue=QUEUE)
def lapse_offer(offer_id: str) -> None:
    """An offer that nobody answered comes back to the owner."""
    hand_overs.lapse(UUID(offer_id), now=clock.now())


def lapse_later(offer_id: UUID, *, at: datetime) -> None:
    """A job for the instant at which an offer lapses, in the caller's transaction."""
    lapse_offer.configure(schedule_at=at).defer(offer_id=str(offer_id))


@app.periodic(cron="* * * * * */15")
@app.task(name="support.sweep-offers", queue=QUEUE, queueing_lock="support.sweep-offers")
def sweep_offers(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Every offer whose time is over, in case a job was lost."""
    now = clock.now()
    for offer_id in hand_overs.due_offers(now):
        hand_overs.lapse(offer_id, now=now)


@app.periodic(cron="* * * * * */15")
@app.task(name="support.remind", queue=QUEUE, queueing_lock="support.remind")
def remind(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Remind owners of the news that their customers are promised, and whoever has a task that it is due."""
    following.remind(now=clock.now())
    tasks.remind(now=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="support.fold-loads", queue=QUEUE, queueing_lock="support.fold-loads")
def fold_loads(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Keep short what says how many tickets everybody has."""
    profiles.fold()
