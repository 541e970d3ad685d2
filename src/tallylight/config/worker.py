"""`tally worker`: takes jobs as PostgreSQL announces them, takes over what a killed worker left, and outlives PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Literal

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import OperationalError, connections
from django.utils import translation
from django.utils.module_loading import import_string
from procrastinate import App
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.psycopg_connector import PsycopgConnector

from tallylight.config.subscriptions import SUBSCRIPTIONS
from tallylight.contracts import api as contracts
from tallylight.kernel import clock

log = structlog.get_logger(__name__)

#: A worker that has not been heard of for this long (s) is dead, and its jobs are given to the living.
DEAD_AFTER = 6
HEARTBEAT = 2
POLL = 1
CONCURRENCY = 6
#: How long a job-keeping query waits for a connection (s): while PostgreSQL is away, no longer than it takes to notice.
CONNECT_S = 2.0
#: The pause before beginning anew after PostgreSQL went away (s).
AGAIN_AFTER = 0.5
#: How long jobs in hand may take to finish when the worker is told to stop (s).
FINISH_S = 10


def main() -> int:
    """Run until told to stop. Jobs in hand are finished first, for at most ten seconds."""
    warm_up()
    try:
        asyncio.run(_work())
    finally:
        connections.close_all()
    return 0


def warm_up() -> None:
    """Load what the first incident will need, so that it waits for nothing: listeners, contracts, languages."""
    for listener in {name for names in SUBSCRIPTIONS.values() for name in names}:
        import_string(listener)
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("")
    try:
        contracts.all_in_force(clock.now())
    except OperationalError as error:
        log.warning("contracts are not loaded yet", error=type(error).__name__)
    finally:
        connections.close_all()


async def _work() -> None:
    """Live until SIGTERM or SIGINT; a life that PostgreSQL ended is followed by another."""
    told_to_stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, told_to_stop.set)
    while not told_to_stop.is_set():
        await _until_first(_life(), told_to_stop)
        if not told_to_stop.is_set():
            log.warning("worker begins anew", because="the database went away")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(told_to_stop.wait(), AGAIN_AFTER)


async def _until_first(life: asyncio.Task[None], told_to_stop: asyncio.Event) -> None:
    """Wait for the end of this life; end it, with its jobs finished, once told to stop."""
    stopping = asyncio.create_task(told_to_stop.wait())
    ends: list[asyncio.Task[None] | asyncio.Task[Literal[True]]] = [life, stopping]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    life.cancel()
    try:
        await life
    except asyncio.CancelledError:
        return
    except Exception as error:
        log.warning("worker lost the database", error=type(error).__name__)


def _life() -> asyncio.Task[None]:
    connector = PsycopgConnector(kwargs=connector_params(), timeout=CONNECT_S, min_size=1, max_size=CONCURRENCY + 2)
    return asyncio.create_task(_live(django_app.with_connector(connector)))


async def _live(app: App) -> None:
    # Periodic jobs are written through Django's connection, which may be one that the last life lost.
    await sync_to_async(connections.close_all)()
    async with app.open_async():
        takeover = asyncio.create_task(_take_over(app))
        try:
            await app.run_worker_async(
                concurrency=CONCURRENCY,
                fetch_job_polling_interval=POLL,
                abort_job_polling_interval=5,
                shutdown_graceful_timeout=FINISH_S,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=DEAD_AFTER,
                delete_jobs="successful",
                listen_notify=True,
                install_signal_handlers=False,
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
                await _give_back(app, job)
        except Exception as error:
            log.warning("could not look for jobs of dead workers; trying again", error=type(error).__name__)
        await asyncio.sleep(HEARTBEAT)


async def _give_back(app: App, job: Job) -> None:
    """Put one job of a dead worker back in the queue, or drop it if the same work waits there already."""
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:  # another job with its queueing lock
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
    log.warning("job taken over", job=job.id, task=job.task_name)
