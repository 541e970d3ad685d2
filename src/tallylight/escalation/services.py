"""Use cases: start a ladder, take what is due, stop. The row holds everything, no process's memory does."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallylight.escalation import ladder as ladders
from tallylight.escalation.causes import Cause
from tallylight.escalation.climb import climb
from tallylight.escalation.ladder import Ladder
from tallylight.escalation.matter import Matter
from tallylight.escalation.models import Escalation, State


@transaction.atomic
def start(
    subject: UUID,
    organisation_id: UUID,
    matter: Matter,
    ladder: Ladder,
    *,
    contract_sha256: str,
    due_at: datetime,
    owner: UUID | None,
    now: datetime,
    cause: Cause | None = None,
) -> UUID:
    """Set the matter on its ladder and take at once whatever is due already. Harmless while a ladder of it runs.

    `cause`: the event for which a ladder that had ended goes on; None for the first.
    """
    running = Escalation.objects.filter(subject=subject, state=State.RUNNING).first()
    if running is not None:
        return running.pk
    ordered = ladders.in_order(ladder)
    row = Escalation.objects.create(
        subject=subject,
        organisation_id=organisation_id,
        matter=matter.facts(),
        ladder=ladders.to_facts(ordered),
        cause=cause.value if cause else "",
        contract_sha256=contract_sha256,
        owner_id=owner,
        started_at=now,
        due_at=due_at,
        next_at=ladders.next_at(ordered, 0),
    )
    climb(row, ordered, now=now)
    return row.pk


@transaction.atomic
def stop(subject: UUID, *, because: str, now: datetime) -> bool:
    """End the running ladder of the subject: no further step is taken. False if none ran."""
    row = Escalation.objects.select_for_update().filter(subject=subject, state=State.RUNNING).first()
    if row is None:
        return False
    row.state, row.next_at, row.ended_at, row.ended_because = State.STOPPED, None, now, because
    row.save(update_fields=["state", "next_at", "ended_at", "ended_because"])
    return True


@transaction.atomic
def advance(escalation_id: UUID, *, now: datetime) -> int:
    """Take every step of this ladder that is due, in order, and return how many. Another process at it means none for us."""
    due = Escalation.objects.filter(pk=escalation_id, state=State.RUNNING, next_at__lte=now)
    row = due.select_for_update(skip_locked=True).first()
    return climb(row, ladders.from_facts(row.ladder), now=now) if row else 0


def due_escalations(now: datetime) -> list[UUID]:
    """The ladders that have a step due, the longest waiting first."""
    due = Escalation.objects.filter(state=State.RUNNING, next_at__lte=now)
    return list(due.order_by("next_at").values_list("pk", flat=True))
