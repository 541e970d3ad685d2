"""Use cases: start a ladder, take what is due, jump a step, stop. The row holds everything, no process's memory does."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard
from tallylight.escalation import ladder as ladders
from tallylight.escalation import matter as matters
from tallylight.escalation.ladder import Ladder, Rung
from tallylight.escalation.matter import Matter
from tallylight.escalation.models import Escalation, State, StepFired
from tallylight.escalation.notices import notify_step
from tallylight.escalation.targets import reached
from tallylight.kernel.events import EscalationStepped, publish

log = structlog.get_logger(__name__)


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
    cause: str = "",
) -> UUID:
    """Set the matter on its ladder and take at once whatever is due already. Harmless while a ladder of it runs."""
    running = Escalation.objects.filter(subject=subject, state=State.RUNNING).first()
    if running is not None:
        return running.pk
    row = Escalation.objects.create(
        subject=subject,
        organisation_id=organisation_id,
        matter=matter.facts(),
        ladder=ladders.to_facts(ladders.in_order(ladder)),
        cause=cause,
        contract_sha256=contract_sha256,
        owner_id=owner,
        started_at=now,
        due_at=due_at,
        next_at=ladders.next_at(ladders.in_order(ladder), 0),
    )
    _climb(row, now=now)
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
def step_up(subject: UUID, *, cause: str, due_at: datetime, owner: UUID | None, now: datetime) -> bool:
    """Bring the subject to the next rung now, whatever share of its clock is used: False if it never was on a ladder.

    A running ladder jumps to its next step. One that had ended goes on from where it stood, as a ladder of its own for `cause`,
    until somebody has the matter in hand, at the latest by `due_at`. The caller holds the subject.
    """
    known = Escalation.objects.select_for_update().filter(subject=subject)
    running = known.filter(state=State.RUNNING).first()
    if running is not None:
        ladder = ladders.pulled_forward(ladders.from_facts(running.ladder), running.taken, to=now)
        running.ladder = ladders.to_facts(ladder)
        running.save(update_fields=["ladder"])
        _climb(running, now=now)
        return True
    last = known.order_by("-started_at", "-id").first()
    if last is None:
        return False
    start(
        subject,
        last.organisation_id,
        matters.from_facts(last.matter),
        ladders.resumed(ladders.from_facts(last.ladder), last.taken, at=now),
        contract_sha256=last.contract_sha256,
        due_at=due_at,
        owner=owner,
        now=now,
        cause=cause,
    )
    return True


@transaction.atomic
def advance(escalation_id: UUID, *, now: datetime) -> int:
    """Take every step of this ladder that is due, in order, and return how many. Another process at it means none for us."""
    due = Escalation.objects.filter(pk=escalation_id, state=State.RUNNING, next_at__lte=now)
    row = due.select_for_update(skip_locked=True).first()
    return _climb(row, now=now) if row else 0


def due_escalations(now: datetime) -> list[UUID]:
    """The ladders that have a step due, the longest waiting first."""
    due = Escalation.objects.filter(state=State.RUNNING, next_at__lte=now)
    return list(due.order_by("next_at").values_list("pk", flat=True))


def _climb(row: Escalation, *, now: datetime) -> int:
    """Take what is due and write down what comes next. The caller holds the row."""
    from tallylight.escalation.jobs import enqueue

    ladder, before = ladders.from_facts(row.ladder), row.taken
    staff = accounts.staff()
    while rung := ladders.next_step(ladder, row.taken, now=now):
        told = reached(rung, staff, owner=row.owner_id, at=now)
        _take(row, rung, told, ladder, now=now)
        row.taken += 1
        if not told:
            log.error("nobody to escalate to", escalation=str(row.pk), step=rung.name, rung=rung.facts())
            ladder = ladders.pulled_forward(ladder, row.taken, to=now)
    row.next_at = ladders.next_at(ladder, row.taken)
    if row.next_at is None:
        row.state, row.ended_at = State.EXHAUSTED, now
    else:
        enqueue(row.pk, at=row.next_at)
    row.save(update_fields=["taken", "next_at", "state", "ended_at"])
    return row.taken - before


def _take(row: Escalation, rung: Rung, told: list[PersonCard], ladder: Ladder, *, now: datetime) -> None:
    StepFired.objects.create(
        escalation=row,
        step=row.taken,
        name=rung.name,
        due_at=rung.due_at,
        at=now,
        people=[{"id": str(each.id), "name": each.name} for each in told],
    )
    following = ladder[row.taken + 1] if row.taken + 1 < len(ladder) else None
    for person in told:
        notify_step(row, matters.from_facts(row.matter), rung, following, person, now=now)
    publish(EscalationStepped(row.pk, row.subject, row.taken, now))
