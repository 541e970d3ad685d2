"""Threads that don't die unheard."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger("tallylight.edge")


def guarded_thread(name: str, body: Callable[[], None], on_failure: Callable[[], None]) -> threading.Thread:
    """A daemon thread, not started, that runs `body`, and logs and calls `on_failure` should it raise."""

    def guarded() -> None:
        try:
            body()
        except Exception:
            log.exception("a part of the agent failed", part=name)
            on_failure()

    return threading.Thread(target=guarded, name=name, daemon=True)
