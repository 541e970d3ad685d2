"""Support promises that were broken, as support tells of them: kept once each, read month by month."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallylight.contracts.api import Level, Promised
from tallylight.kernel.events import ClockBreached, ClockBreachWithdrawn
from tallylight.sla.earned import Miss
from tallylight.sla.models import BrokenPromise


def keep(event: ClockBreached) -> None:
    """Note a broken promise. Harmless when repeated, and when it was withdrawn since."""
    _note(event, {"case": event.case, "level": event.level}, withdrawn_at=None)


def withdraw(event: ClockBreachWithdrawn) -> None:
    """Note that it was kept after all. Harmless when repeated, and when it comes before what it withdraws."""
    _note(event, {}, withdrawn_at=event.at)


@transaction.atomic
def _note(event: ClockBreached | ClockBreachWithdrawn, named: dict[str, str], *, withdrawn_at: datetime | None) -> None:
    """The latest word stands; an earlier one still says how things are called."""
    said = {"news": event.news, "withdrawn_at": withdrawn_at}
    row, new = BrokenPromise.objects.select_for_update().get_or_create(
        subject=event.subject,
        clock=event.clock,
        due_at=event.due,
        defaults={"organisation_id": event.organisation, **named, **said},
    )
    changes = {**named, **(said if event.news > row.news else {})}
    if not new and changes:
        BrokenPromise.objects.filter(pk=row.pk).update(**changes)


def misses_between(organisation_id: UUID, start: datetime, end: datetime) -> tuple[Miss, ...]:
    """The organisation's promises that were due within `[start, end)` and broken, in the order in which they were due."""
    rows = BrokenPromise.objects.filter(
        organisation_id=organisation_id, due_at__gte=start, due_at__lt=end, withdrawn_at=None
    )
    return tuple(
        Miss(Level(row.level), Promised(row.clock), row.due_at, row.case) for row in rows.order_by("due_at", "case")
    )
