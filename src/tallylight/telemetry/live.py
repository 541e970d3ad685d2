"""Asks the hub what it sees now."""

from __future__ import annotations

import threading
from typing import Final

import httpx
import msgspec
from django.conf import settings

from tallylight.telemetry.cards import LiveSnapshot
from tallylight.telemetry.errors import HubAway

TIMEOUT_S: Final = 2.0
LIVE_PATH: Final = "/live"

_decoder = msgspec.json.Decoder(LiveSnapshot)
_lock = threading.Lock()
_client: httpx.Client | None = None


def live_snapshot() -> LiveSnapshot:
    """What the hub sees, at most a second old. Waits at most two seconds; raises HubAway."""
    try:
        answer = _connected().get(LIVE_PATH, headers={"Authorization": f"Bearer {settings.HUB_TOKEN}"})
        answer.raise_for_status()
        return _decoder.decode(answer.content)
    except (httpx.HTTPError, msgspec.MsgspecError) as fault:
        raise HubAway(reason=type(fault).__name__) from fault


def encode(snapshot: LiveSnapshot) -> bytes:
    """`snapshot` as the JSON that `live_snapshot` reads."""
    return msgspec.json.encode(snapshot)


def _connected() -> httpx.Client:
    global _client
    with _lock:
        if _client is None:
            _client = httpx.Client(base_url=settings.HUB_URL, timeout=TIMEOUT_S)
        return _client
