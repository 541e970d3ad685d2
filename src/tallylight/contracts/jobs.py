"""Timed work: proposals whose time has run out lapse."""

from __future__ import annotations

from procrastinate.contrib.django import app

from tallylight.contracts import settling
from tallylight.kernel import clock


@app.periodic(cron="7 * * * *")
@app.task(name="contracts.lapse", queueing_lock="contracts.lapse")
def lapse_proposals(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Every hour. Nobody can sign a proposal that is over meanwhile: signing looks at the hour itself."""
    now = clock.now()
    for proposal_id in settling.overdue(now):
        settling.lapse(proposal_id, now=now)
