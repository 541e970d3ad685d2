"""Which incident an alert belongs to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Candidate:
    """An incident that an alert might join."""

    id: UUID
    region: str
    opened_at: datetime
    recovered_at: datetime | None


def incident_for(region: str, candidates: Iterable[Candidate]) -> UUID | None:
    """The running incident of the region, the oldest if there are several; None if a new one begins.

    An incident that recovered is never joined: its recovery was announced, and what comes after is a new story.
    """
    running = [each for each in candidates if each.region == region and each.recovered_at is None]
    return min(running, key=lambda each: (each.opened_at, each.id)).id if running else None


def is_over(cleared: Iterable[datetime | None]) -> datetime | None:
    """When the last of an incident's alerts was shown to be over, or None while one is not (or there are none)."""
    instants = list(cleared)
    known = [each for each in instants if each is not None]
    return max(known) if known and len(known) == len(instants) else None
