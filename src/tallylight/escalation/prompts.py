"""Use cases of what takes a step before its time: events, and the staff by hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallylight.escalation import ladder as ladders
from tallylight.escalation import matter as matters
from tallylight.escalation.causes import Occasion
from tallylight.escalation.climb import climb
from tallylight.escalation.errors import NoLadder, NoSuchStep, NothingAfter
from tallylight.escalation.ladder import Ladder
from tallylight.escalation.models import Escalation, Prompt, State
from tallylight.escalation.services import start


@transaction.atomic
def step_up(subject: UUID, occasion: Occasion, *, due_at: datetime, owner: UUID | None, now: datetime) -> bool:
    """Bring the subject to the next rung now, whatever share of its clock is used: False if it never was on a ladder.

    A running ladder jumps to its next step. One that had ended goes on from where it stood, as a ladder of its own for the
    event, until somebody has the matter in hand, at the latest by `due_at`. Once for each event. The caller holds the subject.
    """
    last = _last(subject)
    if last is None:
        return False
    if not _first_time(subject, occasion, now=now):
        return True
    ladder = ladders.from_facts(last.ladder)
    if last.state == State.RUNNING:
        climb(last, ladders.jumped(ladder, last.taken, last.taken, occasion, at=now), now=now)
    elif last.taken < len(ladder) or occasion.cause.repeats_the_top:
        _go_on(last, ladders.resumed(ladder, last.taken, at=now), occasion, due_at=due_at, owner=owner, now=now)
    return True


@transaction.atomic
def start_over(subject: UUID, occasion: Occasion, *, due_at: datetime, owner: UUID | None, now: datetime) -> bool:
    """Climb the subject's last whole ladder from its first rung again, with the same distances, unless one runs.

    False if it never was on one. Once for each event. The caller holds the subject.
    """
    last = Escalation.objects.filter(subject=subject, cause="").order_by("-started_at", "-id").first()
    if last is None:
        return False
    if _first_time(subject, occasion, now=now):
        ladder = ladders.whole(ladders.from_facts(last.ladder))
        _go_on(last, ladders.resumed(ladder, 0, at=now), occasion, due_at=due_at, owner=owner, now=now)
    return True


@transaction.atomic
def jump(subject: UUID, step: int, occasion: Occasion, *, due_at: datetime, owner: UUID | None, now: datetime) -> None:
    """Take that step now; those between are passed over. Raises NoLadder, NoSuchStep (taken already, or none)."""
    last = _known(subject)
    ladder = ladders.from_facts(last.ladder)
    if not last.taken <= step < len(ladder):
        raise NoSuchStep(step=step)
    if not _first_time(subject, occasion, now=now):
        return
    if last.state == State.RUNNING:
        climb(last, ladders.jumped(ladder, last.taken, step, occasion, at=now), now=now)
        return
    left = ladders.resumed(ladder, last.taken, at=now)
    ladder = ladders.jumped(left, 0, step - last.taken, occasion, at=now)
    _go_on(last, ladder, occasion, due_at=due_at, owner=owner, now=now)


@transaction.atomic
def skip(subject: UUID, occasion: Occasion, *, now: datetime) -> None:
    """Pass over the step that is next; the others keep their instants.

    Raises NoLadder if none runs, NothingAfter if nobody would be left to go to.
    """
    last = _known(subject)
    if last.state != State.RUNNING:
        raise NoLadder
    ladder = ladders.from_facts(last.ladder)
    if last.taken + 1 >= len(ladder):
        raise NothingAfter
    if _first_time(subject, occasion, now=now):
        climb(last, ladders.skipped(ladder, last.taken, occasion, at=now), now=now)


@transaction.atomic
def repeat(
    subject: UUID, step: int, occasion: Occasion, *, due_at: datetime, owner: UUID | None, now: datetime
) -> None:
    """Take a step again that was taken. A running ladder then goes on as it was; one that had ended begins again there.

    Raises NoLadder, NoSuchStep.
    """
    last = _known(subject)
    ladder = ladders.from_facts(last.ladder)
    if not 0 <= step < last.taken:
        raise NoSuchStep(step=step)
    if not _first_time(subject, occasion, now=now):
        return
    if last.state == State.RUNNING:
        climb(last, ladders.repeated(ladder, last.taken, step, occasion, at=now), now=now)
    else:
        _go_on(last, ladders.resumed(ladder, step, at=now), occasion, due_at=due_at, owner=owner, now=now)


def _known(subject: UUID) -> Escalation:
    last = _last(subject)
    if last is None:
        raise NoLadder
    return last


def _go_on(
    last: Escalation, ladder: Ladder, occasion: Occasion, *, due_at: datetime, owner: UUID | None, now: datetime
) -> None:
    """A ladder of its own for what follows after the last one had ended."""
    named = ladder if ladder[0].cause else ladders.because(ladder, 0, occasion)
    start(
        last.subject,
        last.organisation_id,
        matters.from_facts(last.matter),
        named,
        contract_sha256=last.contract_sha256,
        due_at=due_at,
        owner=owner,
        now=now,
        cause=occasion.cause,
    )


def _last(subject: UUID) -> Escalation | None:
    """The subject's ladder that runs, or else the latest one; its row is held."""
    known = Escalation.objects.select_for_update().filter(subject=subject)
    return known.filter(state=State.RUNNING).first() or known.order_by("-started_at", "-id").first()


def _first_time(subject: UUID, occasion: Occasion, *, now: datetime) -> bool:
    row = Prompt(
        subject=subject, key=occasion.key, cause=occasion.cause, by=occasion.by, reason=occasion.reason, at=now
    )
    Prompt.objects.bulk_create([row], ignore_conflicts=True)
    return Prompt.objects.filter(pk=row.pk).exists()
