"""Keeping when workers last looked for what is due, so that a late step can say why."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from tallylight.escalation import lateness
from tallylight.escalation.lateness import Late
from tallylight.escalation.models import Pulse

#: There is one row.
ONLY = 1


@transaction.atomic
def beat(*, now: datetime) -> None:
    """A worker looks now."""
    Pulse.objects.get_or_create(pk=ONLY)
    row = Pulse.objects.select_for_update().get(pk=ONLY)
    found = _value(row).beaten(now)
    row.at, row.gap_from, row.gap_until = found.at, found.gap_from, found.gap_until
    row.save()


def why_late(due_at: datetime, *, now: datetime) -> Late | None:
    """By how much a step that is taken now is late, and why; None if it is in time."""
    if now - due_at <= lateness.IN_TIME:
        return None
    row = Pulse.objects.filter(pk=ONLY).first()
    return lateness.lateness(due_at, now, _value(row), database_since=_database_since())


def _value(row: Pulse | None) -> lateness.Pulse:
    return lateness.Pulse(row.at, row.gap_from, row.gap_until) if row else lateness.Pulse()


def _database_since() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("select pg_postmaster_start_time()")
        (found,) = cursor.fetchone()
    started: datetime = found
    return started
