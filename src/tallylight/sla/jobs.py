"""Scheduled work: seal the days whose correction window has passed."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from tallylight.accounts.api import organisations
from tallylight.kernel import clock
from tallylight.sla.sealing import seal_due
from tallylight.telemetry.api import HistoryAway

log = structlog.get_logger(__name__)

QUEUE = "sla"


# No retry by the job engine: what is due stays due, and the next hour finds it.
@app.periodic(cron="20 * * * *")
@app.task(name="sla.seal", queue=QUEUE, queueing_lock="sla.seal")
def seal(timestamp: int) -> None:  # noqa: ARG001 - the period's own instant
    """Seal every customer's due days. A region's day is measured once for all of them."""
    now = clock.now()
    try:
        made = seal_due([each.id for each in organisations()], now=now)
    except HistoryAway as fault:
        log.warning("sealing waits for history", reason=fault.facts["reason"])
        return
    log.info("days sealed", links=made)
