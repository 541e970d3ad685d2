"""A ticket's ladder as its page shows it. Pure but for the reader's language and who is on call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tallylight.console.climbing import step_target
from tallylight.console.public import listed
from tallylight.console.shapes import Tone
from tallylight.console.words import join_sentences
from tallylight.escalation import api as escalation
from tallylight.escalation.api import EscalationCard, StepCard
from tallylight.escalation.api import State as LadderState


@dataclass(frozen=True, slots=True)
class Rung:
    """A step: `said` is what became of it, `at` when that was, `due_at` when it comes while it is still to come."""

    step: int
    name: str
    who: str
    said: str
    why: str
    tone: Tone
    at: datetime | None
    due_at: datetime | None
    jump: bool
    repeat: bool


@dataclass(frozen=True, slots=True)
class LadderView:
    """`rungs` of all ladders, one after the other. `skip`: there is a next step that can be passed over."""

    rungs: list[Rung]
    runs: bool
    skip: bool
    by_hand: bool


def ladder_view(ladders: Sequence[EscalationCard], *, pending: bool) -> LadderView | None:
    """None where nothing ever climbed. By hand only while somebody still has to do something."""
    if not ladders:
        return None
    latest = ladders[-1]
    earlier = [_rung(step, None, pending=False) for each in ladders[:-1] for step in each.steps if step.taken_at]
    rungs = [_rung(step, latest, pending=pending) for step in latest.steps]
    runs = latest.state is LadderState.RUNNING
    left = [each for each in latest.steps if each.taken_at is None]
    return LadderView([*earlier, *rungs], runs, skip=pending and runs and len(left) > 1, by_hand=pending)


def _rung(step: StepCard, latest: EscalationCard | None, *, pending: bool) -> Rung:
    """`latest` is the ladder it belongs to, None for one that another one followed."""
    taken = step.taken_at is not None
    runs = latest is not None and latest.state is LadderState.RUNNING
    why = escalation.cause_sentence(step.cause, by=step.by, reason=step.reason)
    return Rung(
        step=step.step,
        name=escalation.step_name(step.name),
        who=listed(list(step.people)) if taken else step_target(step),
        said=_said(step, runs=runs),
        why=join_sentences((why, escalation.late_sentence(step.late))),
        tone=_tone(step),
        at=step.taken_at,
        due_at=step.due_at if runs and not taken else None,
        jump=pending and latest is not None and not taken,
        repeat=pending and latest is not None and taken and not step.skipped,
    )


def _said(step: StepCard, *, runs: bool) -> str:
    if step.taken_at is None:
        return "" if runs else _("Not needed.")
    if step.skipped:
        return _("Skipped.")
    return _("Nobody was there.") if step.empty else _("Told.")


def _tone(step: StepCard) -> Tone:
    if step.taken_at is None or step.skipped:
        return Tone.UNKNOWN
    return Tone.BAD if step.empty or step.late else Tone.WARN
