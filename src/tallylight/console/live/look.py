"""The look itself: the hub's live picture, and what was written about incidents and tickets since the look before."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError, connection

from tallylight.console.live.audience import Touch
from tallylight.console.live.broadcast import Look
from tallylight.console.live.marks import Marks
from tallylight.console.touches import touches_since
from tallylight.kernel import clock
from tallylight.telemetry.api import HubAway, LiveSnapshot, live_snapshot

log = structlog.get_logger(__name__)

#: A transaction may commit this long after it took its ids; what was seen before is left out by id.
OVERLAP = timedelta(seconds=20)


class Looker:
    """Remembers which touches it has told of."""

    def __init__(self) -> None:
        self._told: set[UUID] | None = None
        self._marks = Marks()

    async def __call__(self) -> Look:
        """Both looks at the same time; each may fail alone."""
        snapshot, touches = await asyncio.gather(asyncio.to_thread(_hub), asyncio.to_thread(_records))
        return Look(snapshot, self._untold(touches), self._marks.now())

    def _untold(self, touches: list[Touch] | None) -> tuple[Touch, ...]:
        if touches is None:
            return ()
        told, self._told = self._told, {touch.id for touch in touches}
        return () if told is None else tuple(touch for touch in touches if touch.id not in told)


def _hub() -> LiveSnapshot | None:
    try:
        return live_snapshot()
    except HubAway:
        return None


def _records() -> list[Touch] | None:
    """None while PostgreSQL is away."""
    try:
        return touches_since(clock.now() - OVERLAP)
    except DatabaseError as fault:
        log.warning("records are away", fault=type(fault).__name__)
        return None
    finally:
        connection.close()
