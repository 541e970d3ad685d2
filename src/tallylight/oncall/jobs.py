"""Timed work: gaps are told before they happen."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tallylight.kernel import clock
from tallylight.oncall import warning


@app.periodic(cron="15 6 * * *")
@app.task(name="oncall.warn", queueing_lock="oncall.warn")
def warn_of_gaps(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Every day."""
    warning.warn(clock.now())
