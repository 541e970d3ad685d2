"""`tally worker`: takes jobs as PostgreSQL announces them, and takes over what a killed worker left behind."""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from procrastinate import App
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.django_connector import DjangoConnector

log = structlog.get_logger(__name__)

#: A worker that has not been heard of for this long (s) is dead, and its jobs are given to the living.
DEAD_AFTER = 6
HEARTBEAT = 2
POLL = 1
CONCURRENCY = 4


def main() -> int:
    """Run until told to stop. Jobs in hand are finished first, for at most ten seconds."""
    from django.db import connections

    connector = django_app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError("jobs are written through Django's connection")
    worker_app = django_app.with_connector(connector.get_worker_connector())
    try:
        asyncio.run(_work(worker_app))
    finally:
        connections.close_all()
    return 0


async def _work(app: App) -> None:
    async with app.open_async():
        takeover = asyncio.create_task(_take_over(app))
        try:
            await app.run_worker_async(
                concurrency=CONCURRENCY,
                fetch_job_polling_interval=POLL,
                abort_job_polling_interval=5,
                shutdown_graceful_timeout=10,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=DEAD_AFTER,
                delete_jobs="successful",
                listen_notify=True,
            )
        finally:
            takeover.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await takeover


async def _take_over(app: App) -> None:
    """Every heartbeat, put the jobs of dead workers back in the queue."""
    while True:
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
                await app.job_manager.retry_job(job)
                log.warning("job taken over", job=job.id, task=job.task_name)
        except Exception:
            log.exception("could not look for jobs of dead workers; trying again")
        await asyncio.sleep(HEARTBEAT)
