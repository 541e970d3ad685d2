"""PostgreSQL from an event loop: blocking questions on a few threads of their own, each with its own connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from django.db import Error, InterfaceError, OperationalError, connection

from tallylight.telemetry.errors import RecordsAway

T = TypeVar("T")

#: How long a question is waited for (s). Its thread may still be busy with it afterwards.
PATIENCE_S: Final = 3.0
THREADS: Final = 3


class Database:
    """`ask` runs a function that uses Django's models and never blocks the loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="database")
        self.fault = ""

    async def ask(self, question: Callable[[], T], *, patience_s: float = PATIENCE_S) -> T:
        """What `question` returns or raises; RecordsAway when PostgreSQL is away or slow."""
        loop = asyncio.get_running_loop()
        try:
            answer = await asyncio.wait_for(loop.run_in_executor(self._threads, _answered, question), patience_s)
        except (OperationalError, InterfaceError, TimeoutError) as fault:
            self.fault = type(fault).__name__
            raise RecordsAway(reason=self.fault) from fault
        self.fault = ""
        return answer

    def close(self) -> None:
        """Start nothing more; what runs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _answered(question: Callable[[], T]) -> T:
    """The thread's connection is looked at first, and let go when it failed, so that the next question makes a new one."""
    try:
        connection.close_if_unusable_or_obsolete()
        return question()
    except Error:
        connection.close()
        raise
