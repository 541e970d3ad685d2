"""Who listens to what. A listener is a function `(event) -> None` in a room's `handlers.py`, harmless when repeated."""

from __future__ import annotations

from tallylight.kernel.events import Event, ThresholdCleared, ThresholdRaised

SUBSCRIPTIONS: dict[type[Event], tuple[str, ...]] = {
    ThresholdRaised: ("tallylight.incidents.handlers.on_threshold_raised",),
    ThresholdCleared: ("tallylight.incidents.handlers.on_threshold_cleared",),
}
