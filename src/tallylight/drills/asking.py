"""Asking the rooms below from a thread, and again while a part is away: a drill may be about just that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections

from tallylight.kernel import clock
from tallylight.kernel.errors import Unavailable

#: How long PostgreSQL or the history may be away before the drill gives up, and how soon it is asked again (s).
AWAY_S = 60.0
AGAIN_S = 0.2
#: What a part that is away makes of a question.
Away = (OperationalError, InterfaceError, Unavailable)

T = TypeVar("T")


async def aside(ask: Callable[[], T], *, patience_s: float = AWAY_S) -> T:
    """The answer of `ask`, from a thread. Raises what it raised last once the part has been away for `patience_s`."""
    deadline = clock.monotonic() + patience_s

    def asked() -> T:
        close_old_connections()
        return ask()

    while True:
        try:
            return await asyncio.to_thread(asked)
        except Away:
            if clock.monotonic() > deadline:
                raise
            await asyncio.sleep(AGAIN_S)
