"""Who looks at which ticket now, as this process heard it from all of them (PostgreSQL's LISTEN)."""

from __future__ import annotations

import asyncio
from uuid import UUID

import psycopg
import structlog
from django.db import connection
from psycopg.conninfo import make_conninfo

from tallylight.kernel import clock
from tallylight.support.api import PRESENCE_CHANNEL, Mark, heard

log = structlog.get_logger(__name__)

#: A mark is told again every ten seconds while somebody looks, and every three while they type (s).
LOOKS_S, TYPES_S = 25.0, 6.0
#: Nobody asked for so long: the connection is given back (s).
IDLE_S = 10.0
AGAIN_S = 1.0


class Marks:
    """Marks that hold now. Listens while somebody asks; belongs to one event loop."""

    def __init__(self) -> None:
        self._marks: dict[tuple[UUID, UUID], tuple[Mark, float]] = {}
        self._task: asyncio.Task[None] | None = None
        self._asked_at = 0.0

    def now(self) -> tuple[Mark, ...]:
        """Every mark that holds. Begins to listen if nobody did."""
        self._asked_at = clock.monotonic()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        return self.held(self._asked_at)

    def held(self, at: float) -> tuple[Mark, ...]:
        """Those that hold at a monotonic instant; what is older is forgotten."""
        self._marks = {key: found for key, found in self._marks.items() if at - found[1] < LOOKS_S}
        return tuple(
            mark if at - since < TYPES_S or not mark.typing else _quiet(mark) for mark, since in self._marks.values()
        )

    def hear(self, payload: str, at: float) -> None:
        """Take in what a process told. What can't be read is left out."""
        try:
            mark = heard(payload)
        except (ValueError, TypeError, AttributeError):
            log.warning("a mark can't be read")
            return
        self._marks[mark.ticket_id, mark.person_id] = (mark, at)

    async def _listen(self) -> None:
        while clock.monotonic() - self._asked_at < IDLE_S:
            try:
                async with await psycopg.AsyncConnection.connect(_where(), autocommit=True) as listening:
                    await listening.execute(f"listen {PRESENCE_CHANNEL}")
                    while clock.monotonic() - self._asked_at < IDLE_S:
                        async for said in listening.notifies(timeout=IDLE_S / 2):
                            self.hear(said.payload, clock.monotonic())
            except psycopg.Error as fault:
                log.warning("marks are not heard", fault=type(fault).__name__)
                await asyncio.sleep(AGAIN_S)


def _quiet(mark: Mark) -> Mark:
    return Mark(mark.ticket_id, mark.organisation_id, mark.person_id, mark.name, mark.staff, typing=False)


def _where() -> str:
    found = connection.settings_dict
    return make_conninfo(
        host=found["HOST"],
        port=found["PORT"],
        dbname=found["NAME"],
        user=found["USER"],
        password=found["PASSWORD"],
        connect_timeout=5,
    )
