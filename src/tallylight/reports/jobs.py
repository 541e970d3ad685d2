"""Scheduled work: the reports of a month that is over, and of one that is sealed since."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tallylight.accounts.api import organisations
from tallylight.kernel import clock
from tallylight.reports.due import due_months
from tallylight.reports.making import bring_up_to_date
from tallylight.telemetry.api import HistoryAway

log = structlog.get_logger(__name__)

QUEUE = "reports"


# No retry by the job engine: what is due stays due, and the next hour finds it.
@app.periodic(cron="35 * * * *")
@app.task(name="reports.look", queue=QUEUE, queueing_lock="reports.look")
def look(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Give every customer whose report is due a job of its own."""
    now = clock.now()
    for organisation in organisations():
        for month in due_months(organisation.id, now=now):
            enqueue(organisation.id, month)


@app.task(name="reports.report", queue=QUEUE)
def report(organisation_id: str, month: str) -> None:
    """Make and send one customer's report, or make it final. Harmless when repeated."""
    make(UUID(organisation_id), month, now=clock.now())


def make(organisation_id: UUID, month: str, *, now: datetime) -> None:
    """As `bring_up_to_date`; where history is away nothing happens, and the next hour tries again."""
    try:
        bring_up_to_date(organisation_id, month, now=now, send=True)
    except HistoryAway as fault:
        log.warning("report waits for history", organisation=str(organisation_id), month=month, reason=str(fault))


def enqueue(organisation_id: UUID, month: str) -> None:
    """A job for this report; none if one is waiting already."""
    job = report.configure(queueing_lock=f"reports.report:{organisation_id}:{month}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        job.defer(organisation_id=str(organisation_id), month=month)
