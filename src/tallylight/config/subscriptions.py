"""Who listens to what. A listener is a function `(event) -> None` in a room's `handlers.py`, harmless when repeated."""

from __future__ import annotations

from tallylight.kernel.events import Event

SUBSCRIPTIONS: dict[type[Event], tuple[str, ...]] = {}
