"""The hub's live picture for a page load: one question a second to the hub, however many pages are loaded."""

from __future__ import annotations

import threading

from tallylight.kernel import clock
from tallylight.telemetry.api import HubAway, LiveSnapshot, live_snapshot

FRESH_S = 1.0

_lock = threading.Lock()
_asked_at = float("-inf")
_last: LiveSnapshot | None = None


def picture_now() -> LiveSnapshot | None:
    """At most a second older than what the hub says now; None while the hub is away."""
    global _asked_at, _last
    with _lock:
        if clock.monotonic() - _asked_at > FRESH_S:
            try:
                _last = live_snapshot()
            except HubAway:
                _last = None
            _asked_at = clock.monotonic()
        return _last
