"""Scheduled work: bring updates to tickets, let offers of seats lapse, remind of news."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from procrastinate.contrib.django import app

from tallylight.bridges import copies, handing, updates
from tallylight.kernel import clock

QUEUE = "bridges"


@app.task(name="bridges.send-update", queue=QUEUE, retry=5)
def send_update(update_id: str) -> None:
    """One update goes to all tickets."""
    updates.send(UUID(update_id), now=clock.now())


def send_soon(update_id: UUID) -> None:
    """A job in the caller's transaction."""
    send_update.defer(update_id=str(update_id))


@app.task(name="bridges.hand-out", queue=QUEUE, retry=5)
def hand_out(review_id: str) -> None:
    """Every customer gets its copy of a published report."""
    copies.hand_out(UUID(review_id), now=clock.now())


def hand_out_soon(review_id: UUID) -> None:
    """A job in the caller's transaction."""
    hand_out.defer(review_id=str(review_id))


@app.task(name="bridges.lapse-offer", queue=QUEUE)
def lapse_offer(offer_id: str) -> None:
    """An offer that nobody answered is over."""
    handing.lapse(UUID(offer_id), now=clock.now())


def lapse_later(offer_id: UUID, *, at: datetime) -> None:
    """A job for the instant at which an offer lapses, in the caller's transaction."""
    lapse_offer.configure(schedule_at=at).defer(offer_id=str(offer_id))


# No retry by the job engine: what was missed is still due in the next quarter of a minute.
@app.periodic(cron="* * * * * */15")
@app.task(name="bridges.sweep", queue=QUEUE, queueing_lock="bridges.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Remind of news; finish what a lost job left undone."""
    now = clock.now()
    updates.remind(now=now)
    for offer_id in handing.due_offers(now):
        handing.lapse(offer_id, now=now)
    for update_id in updates.under_way():
        updates.send(update_id, now=now)
