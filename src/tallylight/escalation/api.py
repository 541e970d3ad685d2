"""The door of `escalation`: set a matter on its ladder, stop it, and see how far it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tallylight.accounts.api import PersonCard, Viewer, staff
from tallylight.escalation import ladder as ladders
from tallylight.escalation import lateness
from tallylight.escalation import matter as matters
from tallylight.escalation.causes import Cause, Occasion
from tallylight.escalation.errors import NoLadder, NoSuchStep, NothingAfter
from tallylight.escalation.ladder import Rung
from tallylight.escalation.lateness import Late
from tallylight.escalation.matter import Matter
from tallylight.escalation.models import Escalation, State, StepFired
from tallylight.escalation.notices import ACKNOWLEDGE
from tallylight.escalation.prompts import jump, repeat, skip, start_over, step_up
from tallylight.escalation.prose import join_sentences, lasting, moment
from tallylight.escalation.services import start, stop
from tallylight.escalation.targets import reached
from tallylight.escalation.words import cause_sentence, late_sentence, late_sentence_of, step_name
from tallylight.kernel.lazy import Lazy

__all__ = [
    "ACKNOWLEDGE",
    "Cause",
    "EscalationCard",
    "Late",
    "Matter",
    "NoLadder",
    "NoSuchStep",
    "NothingAfter",
    "Occasion",
    "Rung",
    "State",
    "StepCard",
    "cause_sentence",
    "join_sentences",
    "jump",
    "lasting",
    "late_sentence",
    "late_sentence_of",
    "meant",
    "meant_by_step",
    "moment",
    "of_subject",
    "repeat",
    "running_visible_to",
    "skip",
    "start",
    "start_over",
    "step_name",
    "step_up",
    "stop",
]


@dataclass(frozen=True, slots=True)
class StepCard:
    """A rung: when it is or was due, when it was taken (None: not yet, or never) and who was told then.

    `role` is empty where the step names none; `person` is a login, `schedule` and `team` are slugs, empty likewise. `cause` says
    which event brought it before its time, in whose name and words; empty: its time came. `skipped`: it was passed over.
    `late`: None if it was in time.
    """

    step: int
    name: str
    role: str
    due_at: datetime
    taken_at: datetime | None
    people: tuple[str, ...]
    person: str = ""
    schedule: str = ""
    team: str = ""
    skipped: bool = False
    cause: str = ""
    by: str = ""
    reason: str = ""
    late: Late | None = None

    @property
    def empty(self) -> bool:
        """Whether it was taken and reached nobody."""
        return self.taken_at is not None and not self.people and not self.skipped


@dataclass(frozen=True, slots=True)
class EscalationCard:
    """A ladder and how far it went. `due_at` is until when somebody must have the matter in hand."""

    id: UUID
    subject: UUID
    organisation_id: UUID
    matter: Matter
    state: State
    started_at: datetime
    due_at: datetime
    next_at: datetime | None
    ended_at: datetime | None
    ended_because: str
    contract_sha256: str
    steps: tuple[StepCard, ...]

    @property
    def next_step(self) -> StepCard | None:
        """The step that follows while nobody acknowledges."""
        waiting = [each for each in self.steps if each.taken_at is None]
        return waiting[0] if self.state is State.RUNNING and waiting else None

    @property
    def called(self) -> tuple[str, ...]:
        """Those to whom the latest step that reached anybody brought the matter, by name; nobody once it was stopped."""
        reached = [each.people for each in self.steps if each.people]
        return reached[-1] if self.state is not State.STOPPED and reached else ()


def meant(rung: Rung, at: datetime) -> list[PersonCard]:
    """Whom a rung means at an instant, before anybody owns the matter."""
    return reached(rung, staff(), owner=None, at=at)


def meant_by_step(step: StepCard) -> list[PersonCard]:
    """Whom a step that is still to come means, as things stand for the instant at which it is due."""
    rung = Rung(step.name, step.role, (), step.due_at, step.person or None, step.schedule or None, step.team or None)
    return meant(rung, step.due_at)


def of_subject(subject: UUID) -> list[EscalationCard]:
    """Every ladder of a subject, the oldest first: more than one if it became more serious on its way."""
    rows = Escalation.objects.filter(subject=subject).prefetch_related("fired").order_by("id")
    return [_card(row) for row in rows]


def running_visible_to(viewer: Viewer) -> Lazy[EscalationCard]:
    """The ladders that run, the one whose next step is nearest first."""
    rows = Escalation.objects.visible_to(viewer).filter(state=State.RUNNING)
    return Lazy(rows.prefetch_related("fired").order_by("next_at", "id"), _card)


def _card(row: Escalation) -> EscalationCard:
    fired = {each.step: each for each in row.fired.all()}
    rungs = ladders.from_facts(row.ladder)
    return EscalationCard(
        id=row.pk,
        subject=row.subject,
        organisation_id=row.organisation_id,
        matter=matters.from_facts(row.matter),
        state=State(row.state),
        started_at=row.started_at,
        due_at=row.due_at,
        next_at=row.next_at,
        ended_at=row.ended_at,
        ended_because=row.ended_because,
        contract_sha256=row.contract_sha256,
        steps=tuple(_step(index, rung, fired.get(index)) for index, rung in enumerate(rungs)),
    )


def _step(index: int, rung: Rung, fired: StepFired | None) -> StepCard:
    return StepCard(
        step=index,
        name=rung.name,
        role=rung.role,
        due_at=fired.due_at if fired else rung.due_at,
        taken_at=fired.at if fired else None,
        people=tuple(each["name"] for each in fired.people) if fired else (),
        person=rung.person or "",
        schedule=rung.schedule or "",
        team=rung.team or "",
        skipped=rung.skipped,
        cause=rung.cause,
        by=rung.by,
        reason=rung.reason,
        late=lateness.from_facts(fired.late) if fired else None,
    )
