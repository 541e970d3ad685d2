"""Taking what is due on a ladder whose row the caller holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard
from tallylight.escalation import ladder as ladders
from tallylight.escalation import matter as matters
from tallylight.escalation import pulse
from tallylight.escalation.ladder import LAST_RESORT, Ladder, Rung
from tallylight.escalation.models import Escalation, State, StepFired
from tallylight.escalation.notices import notify_step
from tallylight.escalation.targets import everybody, reached
from tallylight.kernel.events import EscalationStepped, publish

log = structlog.get_logger(__name__)


def climb(row: Escalation, ladder: Ladder, *, now: datetime) -> int:
    """Take every step of `ladder` that is due, in order, write down what comes next, and return how many were taken.

    A step that reaches nobody brings the next one at once; where none is left, the managers are called, and without any,
    everybody.
    """
    from tallylight.escalation.jobs import enqueue

    before, staff = row.taken, accounts.staff()
    while rung := ladders.next_step(ladder, row.taken, now=now):
        told = _called(row, rung, staff, now=now)
        if not told and not rung.skipped:
            log.error("nobody to escalate to", escalation=str(row.pk), step=rung.name, rung=rung.facts())
            ladder = _at_once(ladder, row.taken, now=now)
        _take(row, rung, told, ladder, now=now)
        row.taken += 1
    row.ladder, row.next_at = ladders.to_facts(ladder), ladders.next_at(ladder, row.taken)
    if row.next_at is None:
        row.state, row.ended_at = State.EXHAUSTED, now
    else:
        enqueue(row.pk, at=row.next_at)
    row.save(update_fields=["ladder", "taken", "next_at", "state", "ended_at"])
    return row.taken - before


def _called(row: Escalation, rung: Rung, staff: Sequence[PersonCard], *, now: datetime) -> list[PersonCard]:
    if rung.skipped:
        return []
    return everybody(staff) if rung.name == LAST_RESORT else reached(rung, staff, owner=row.owner_id, at=now)


def _at_once(ladder: Ladder, step: int, *, now: datetime) -> Ladder:
    """The ladder after rung `step` reached nobody."""
    if step + 1 < len(ladder) or ladder[step].name == LAST_RESORT:
        return ladders.pulled_forward(ladder, step + 1, to=now)
    last = ladders.as_new(ladder[step], now)
    return (*ladder, replace(last, name=LAST_RESORT, role="", person=None, schedule=None, team=None))


def _take(row: Escalation, rung: Rung, told: list[PersonCard], ladder: Ladder, *, now: datetime) -> None:
    late = pulse.why_late(rung.due_at, now=now)
    StepFired.objects.create(
        escalation=row,
        step=row.taken,
        name=rung.name,
        due_at=rung.due_at,
        at=now,
        people=[{"id": str(each.id), "name": each.name} for each in told],
        skipped=rung.skipped,
        late=late.facts() if late else None,
    )
    following = next((each for each in ladder[row.taken + 1 :] if not each.skipped), None)
    for person in told:
        notify_step(row, matters.from_facts(row.matter), rung, following, person, now=now)
    publish(EscalationStepped(row.pk, row.subject, row.taken, now))
