"""A customer's month, kept for as long as its last minute stands."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.cache import cache

from tallylight.sla.api import Report, month_report

KEPT_S = 60


def report_of(organisation_id: UUID, month: str, *, now: datetime) -> Report:
    """As `sla.api.month_report`, counted once a minute at most. Raises what it raises."""
    key = _key(organisation_id, month, now)
    found: Report | None = cache.get(key)
    if found is None:
        found = month_report(organisation_id, month, now)
        cache.set(key, found, KEPT_S)
    return found


def forget(organisation_id: UUID, month: str, *, now: datetime) -> None:
    """Count the month anew when it is asked for next."""
    cache.delete(_key(organisation_id, month, now))


def _key(organisation_id: UUID, month: str, now: datetime) -> str:
    return f"month:{organisation_id}:{month}:{now:%Y%m%d%H%M}"


def month_at(at: datetime, zone: str) -> str:
    """The month that runs at an instant, in a zone: `2026-11`."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m}"


def neighbour(month: str, by: int) -> str:
    """The month before (-1) or after (1)."""
    first = date.fromisoformat(f"{month}-01")
    count = first.year * 12 + first.month - 1 + by
    return f"{count // 12:04d}-{count % 12 + 1:02d}"
