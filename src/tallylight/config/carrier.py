"""Carries events from the room that speaks to the rooms that listen: one job per listener, in the speaker's transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.module_loading import import_string
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from tallylight.config.subscriptions import SUBSCRIPTIONS
from tallylight.kernel.events import Event, decode, encode

#: A listener that fails is tried again for about half a day; it must be harmless when repeated.
RETRY = RetryStrategy(max_attempts=40, wait=1, exponential_wait=0, linear_wait=5)


def carry(event: Event) -> None:
    """Write one job for each listener of `event`. Runs inside the caller's transaction and commits with it."""
    for listener in SUBSCRIPTIONS.get(type(event), ()):
        hear.configure(queue="events").defer(listener=listener, event=encode(event))


@app.task(name="config.hear", retry=RETRY)
def hear(listener: str, event: dict[str, Any]) -> None:
    """Tell one listener of one event."""
    if listener not in {name for names in SUBSCRIPTIONS.values() for name in names}:
        raise LookupError(f"{listener} listens to nothing")
    handle: Callable[[Event], None] = import_string(listener)
    handle(decode(event))
