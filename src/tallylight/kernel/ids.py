"""Ids: UUIDv7 (RFC 9562 section 5.7), so that ids sort by when they were made."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import datetime, timedelta
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A UUIDv7, strictly increasing within this process (method 3 of RFC 9562 section 6.2: 12 sub-millisecond bits)."""
    global _last
    with _lock:
        nanos = time.time_ns()
        stamp = (nanos // 1_000_000) << 12 | (nanos % 1_000_000) * 4096 // 1_000_000
        _last = stamp = max(stamp, _last + 1)
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def earliest_id(at: datetime) -> UUID:
    """The lowest UUIDv7 of that millisecond: `id__gte=earliest_id(at)` finds what was made from then on."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def earlier_id(id: UUID, by: timedelta) -> UUID:  # noqa: A002
    """The lowest UUIDv7 of the millisecond that lies `by` before the one in which `id` was made."""
    return UUID(int=max(0, (id.int >> 80) - by // timedelta(milliseconds=1)) << 80)
