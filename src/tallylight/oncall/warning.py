"""Managers hear of gaps before they happen: once when one comes into sight, and once more in the day before it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from tallylight.accounts.api import Role, staff_with_role
from tallylight.kernel.business_time import Span
from tallylight.kernel.clock import rfc3339
from tallylight.oncall.cards import gaps_in
from tallylight.oncall.loading import rotas
from tallylight.oncall.models import GapWarning, Schedule
from tallylight.oncall.notices import tell_gaps

NEAR = timedelta(days=1)
#: How far back the beginning of a gap that runs already is looked for, so that it keeps its name from day to day.
BACK = timedelta(days=31)


@transaction.atomic
def warn(now: datetime) -> int:
    """Mail the managers what they were not told yet, and return how many gaps that was. Harmless when repeated."""
    rows = list(Schedule.objects.select_for_update().order_by("name"))
    fresh = [(row, gap) for row, gap in _ahead(rows, now) if _first_word(row, gap, now)]
    for manager in staff_with_role(Role.MANAGER) if fresh else ():
        tell_gaps(manager, fresh, key=f"oncall:gaps:{rfc3339(now)}:{manager.id}", now=now)
    return len(fresh)


def _ahead(rows: list[Schedule], now: datetime) -> Iterator[tuple[Schedule, Span]]:
    longest = max((timedelta(days=each.warn_days) for each in rows), default=NEAR)
    found = rotas(rows, now - BACK, now + longest)
    for row in rows:
        since = max(now - BACK, min(row.created_at, now))
        for gap in gaps_in(found[row.id], since, now + timedelta(days=row.warn_days)):
            if gap.end > now:
                yield row, gap


def _first_word(row: Schedule, gap: Span, now: datetime) -> bool:
    """Whether nobody was told of this gap at this stage; from now on somebody was."""
    stage = "near" if gap.start - now <= NEAR else "ahead"
    _, fresh = GapWarning.objects.get_or_create(
        schedule=row, starts_at=gap.start, stage=stage, defaults={"told_at": now}
    )
    return fresh
