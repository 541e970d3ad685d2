"""Replays as work in the background: asked for, taken a step at a time, read, and thrown away after some days.

A step is one transaction, so a worker that is killed loses the step it was at and no other. All steps see the past as it stood
when the replay was asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import DatabaseError, transaction

from tallylight.accounts.api import OrganisationCard, Viewer, organisation, organisation_by_slug
from tallylight.contracts import api as contracts
from tallylight.kernel.errors import NotFound, TallyError
from tallylight.replay import kept
from tallylight.replay.models import ReplayRun, ReplayStep
from tallylight.replay.parts import put_together
from tallylight.replay.period import Period
from tallylight.replay.replaying import Question, asked, judge_month, judge_tickets
from tallylight.replay.values import Replay

#: For how long a replay can be read after it was asked for.
KEPT_FOR = timedelta(days=7)
#: As many of a customer's as are listed.
LATEST = 10


class RunState(StrEnum):
    """How far a replay is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a replay failed: an error's stable code, its sentences as they stand in the catalogues, and what fills them."""

    code: str
    title: str
    advice: str
    facts: dict[str, str]

    @classmethod
    def of(cls, error: TallyError) -> Fault:
        return cls(error.code, error.title, error.advice, {name: str(fact) for name, fact in error.facts.items()})


@dataclass(frozen=True, slots=True)
class RunCard:
    """A replay that was asked for. `months_done` of `months` are judged; `draft` is the number that `source` bears."""

    id: UUID
    customer: OrganisationCard
    asked_by: UUID
    asked_at: datetime
    source: str
    sha256: str
    draft: str
    over: str
    months: tuple[str, ...]
    state: RunState
    months_done: int
    finished_at: datetime | None
    expires_at: datetime
    fault: Fault | None = None

    @property
    def finished(self) -> bool:
        return self.finished_at is not None

    @property
    def month(self) -> str:
        """The month that is being judged; empty before the first and once it is finished."""
        return self.months[self.months_done] if self.state is RunState.RUNNING else ""


def ask(
    viewer: Viewer, source: str, over: str, *, now: datetime, customer: str, then: Callable[[UUID], None]
) -> RunCard:
    """Write the question down and have it answered by `then`; who asks again meanwhile gets the same run.

    Raises ContractInvalid, OrganisationUnknown, NoSuchPeriod, PeriodNotPast, PeriodTooLong, sla's NothingPromised.
    """
    draft = contracts.read(source)
    question = asked(organisation_by_slug(customer or draft.customer.slug), draft, over, now=now)
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    mine = ReplayRun.objects.filter(organisation_id=question.customer.id, asked_by=viewer.person_id, finished_at=None)
    with transaction.atomic():
        run = mine.filter(sha256=sha256, over=over, expires_at__gt=now).first() or ReplayRun.objects.create(
            organisation_id=question.customer.id,
            asked_by=viewer.person_id,
            asked_at=now,
            source=source,
            sha256=sha256,
            draft=draft.number,
            over=over,
            zone=question.span.zone,
            months=question.span.months,
            expires_at=now + KEPT_FOR,
        )
        then(run.pk)
    return _card(run)


def run(viewer: Viewer, run_id: UUID, *, now: datetime) -> RunCard:
    """One replay. Raises NotFound, also once its days are over."""
    return _card(_row(viewer, run_id, now))


def result(viewer: Viewer, run_id: UUID, *, now: datetime) -> Replay:
    """What a finished replay says. Raises NotFound where there is none."""
    row = _row(viewer, run_id, now)
    if row.finished_at is None or row.fault:
        raise NotFound
    parts = list(row.steps.values_list("part", flat=True))
    tickets, months = kept.tickets_read(parts[0]), [kept.month_read(part) for part in parts[1:]]
    return put_together(organisation(row.organisation_id).slug, row.draft, row.zone, tickets, months)


def runs_of(viewer: Viewer, organisation_id: UUID, *, now: datetime) -> list[RunCard]:
    """A customer's latest replays that can be read still, the last first."""
    rows = ReplayRun.objects.visible_to(viewer).filter(organisation_id=organisation_id, expires_at__gt=now)
    return [_card(row) for row in rows[:LATEST]]


def advance(run_id: UUID, *, now: datetime, then: Callable[[UUID], None]) -> None:
    """Take the next step of a replay, and have the one after it taken by `then`. A finished or vanished one stays as it is.

    A fault that we have words for ends it, as does a fault of ours, which is raised; a database that went away ends nothing.
    """
    row = ReplayRun.objects.filter(pk=run_id, finished_at=None, expires_at__gt=now).first()
    if row is None:
        return
    try:
        _step(row, now=now, then=then)
    except TallyError as error:
        _fail(row, error, now=now)
    except DatabaseError:
        raise
    except Exception:
        _fail(row, TallyError(), now=now)
        raise


def unfinished(now: datetime) -> list[UUID]:
    """Replays with steps to take, in the order in which they were asked for."""
    rows = ReplayRun.objects.filter(finished_at=None, expires_at__gt=now)
    return list(rows.order_by("asked_at", "id").values_list("pk", flat=True))


def throw_away(now: datetime) -> None:
    """Delete what was kept long enough."""
    ReplayRun.objects.filter(expires_at__lte=now).delete()


def _step(row: ReplayRun, *, now: datetime, then: Callable[[UUID], None]) -> None:
    place = row.steps.count()  # steps are taken in order
    part = _part(row, place)
    with transaction.atomic():
        if not ReplayRun.objects.select_for_update().filter(pk=row.pk, finished_at=None).exists():
            return
        ReplayStep.objects.bulk_create(
            [ReplayStep(run=row, place=place, taken_at=now, part=part)], ignore_conflicts=True
        )
        if place == len(row.months):
            ReplayRun.objects.filter(pk=row.pk).update(finished_at=now)
        else:
            then(row.pk)


def _part(row: ReplayRun, place: int) -> object:
    """What comes of a step, as it is kept."""
    customer, draft = organisation(row.organisation_id), contracts.read(row.source)
    question = Question(customer, draft, Period(tuple(row.months), row.zone), row.asked_at)
    if place == 0:
        return kept.tickets_kept(judge_tickets(question))
    tickets = kept.tickets_read(row.steps.get(place=0).part)
    return kept.month_kept(judge_month(question, row.months[place - 1], tickets))


def _fail(row: ReplayRun, error: TallyError, *, now: datetime) -> None:
    ReplayRun.objects.filter(pk=row.pk, finished_at=None).update(finished_at=now, fault=asdict(Fault.of(error)))


def _row(viewer: Viewer, run_id: UUID, now: datetime) -> ReplayRun:
    return ReplayRun.objects.get_visible(viewer, run_id, expires_at__gt=now)


def _card(row: ReplayRun) -> RunCard:
    # The last step may be taken since the row was read: as long as it is not finished here, a month is left.
    taken = row.steps.count() if row.finished_at else min(row.steps.count(), len(row.months))
    return RunCard(
        id=row.pk,
        customer=organisation(row.organisation_id),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        source=row.source,
        sha256=row.sha256,
        draft=row.draft,
        over=row.over,
        months=tuple(row.months),
        state=_state(row, taken),
        months_done=max(taken - 1, 0),
        finished_at=row.finished_at,
        expires_at=row.expires_at,
        fault=Fault(**row.fault) if row.fault else None,
    )


def _state(row: ReplayRun, taken: int) -> RunState:
    if row.finished_at is None:
        return RunState.RUNNING if taken else RunState.QUEUED
    return RunState.FAILED if row.fault else RunState.DONE
