"""A replay as its page shows it. Pure but for the reader's language and zone, which are the active ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tallylight.accounts.api import person
from tallylight.console import formatting
from tallylight.console.promised import said
from tallylight.console.regions import region_names
from tallylight.console.shapes import Badge, Lead, Tone
from tallylight.console.words import join_sentences, severity_word
from tallylight.kernel.money import Money
from tallylight.replay.api import (
    ClockCase,
    ClockLine,
    ClockSide,
    Cost,
    Fault,
    MonthCost,
    ObjectiveLine,
    ObjectiveSide,
    Outcome,
    Replay,
    RunCard,
    RunState,
    Tally,
    clock_word,
    fault_told,
    lead,
    outcome_word,
    promise_word,
)

#: As many cases of a line as stand on the page; the API has them all.
FIRST = 10

TONES = {Outcome.KEPT: Tone.GOOD, Outcome.BROKEN: Tone.BAD, Outcome.OPEN: Tone.INFO, Outcome.UNKNOWN: Tone.UNKNOWN}


@dataclass(frozen=True, slots=True)
class CostRow:
    """A month's credits then and under the draft; the bars are shares of the dearest month on the page."""

    month: str
    then: str
    draft: str
    then_bar: float
    draft_bar: float
    at_least: bool
    over: bool
    then_steps: tuple[str, ...]
    draft_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SideView:
    """What became of a promise on one side, and the figure it follows from."""

    badge: Badge
    figure: str = ""


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """An objective of a month in a region."""

    month: str
    region: str
    promise: str
    then: tuple[SideView, ...]
    draft: SideView
    differs: bool


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One clock of one ticket."""

    ticket: UUID
    number: str
    headline: str
    then: SideView
    draft: SideView


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A support clock at a level, with the first cases that the draft changes or breaks."""

    level: str
    clock: str
    then: str
    draft: str
    then_tone: Tone
    draft_tone: Tone
    cases: tuple[CaseRow, ...]
    more: int


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A ticket that would have been another level."""

    ticket: UUID
    number: str
    headline: str
    then: str
    draft: str


@dataclass(frozen=True, slots=True)
class ReplayView:
    """The page. `kept` are the objectives that were kept and would have been; `objectives` all others."""

    lead: Lead
    replay: Replay
    costs: tuple[CostRow, ...]
    objectives: tuple[ObjectiveRow, ...]
    kept: tuple[ObjectiveRow, ...]
    clocks: tuple[ClockRow, ...]
    levels: tuple[LevelRow, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunView:
    """How far a replay is. `told` says it in words; `done` of `all` months are judged."""

    card: RunCard
    badge: Badge
    asked_by: str
    told: str
    fault: str
    done: int
    all: int


def run_view(card: RunCard) -> RunView:
    """A replay that was asked for, in the reader's words."""
    asker = person(card.asked_by)
    return RunView(
        card=card,
        badge=_run_badge(card.state),
        asked_by=asker.name if asker else formatting.UNKNOWN,
        told=_how_far(card),
        fault=_fault(card.fault) if card.fault else "",
        done=card.months_done,
        all=len(card.months),
    )


def _run_badge(state: RunState) -> Badge:
    return {
        RunState.QUEUED: Badge(Tone.UNKNOWN, _("Waiting")),
        RunState.RUNNING: Badge(Tone.INFO, _("Running")),
        RunState.DONE: Badge(Tone.GOOD, _("Done")),
        RunState.FAILED: Badge(Tone.BAD, _("Failed")),
    }[state]


def _how_far(card: RunCard) -> str:
    if card.state is RunState.QUEUED:
        return _("It waits for its turn; then tickets and incidents are read first.")
    facts = {"place": card.months_done + 1, "all": len(card.months), "month": card.month}
    return _("Month %(place)s of %(all)s: %(month)s is judged again.") % facts if card.month else ""


def _fault(fault: Fault) -> str:
    told = fault_told(fault)
    return join_sentences((told["title"], told["advice"]))


def replay_view(replay: Replay) -> ReplayView:
    """A replay in the reader's words."""
    dearest = max((_minor(cost) for month in replay.costs for cost in (month.then, (month.draft,))), default=0)
    return ReplayView(
        lead=replay_lead(replay),
        replay=replay,
        costs=tuple(_cost_row(each, replay, dearest) for each in replay.costs),
        objectives=tuple(_objective_row(each) for each in replay.objectives if not _kept(each)),
        kept=tuple(_objective_row(each) for each in replay.objectives if _kept(each)),
        clocks=tuple(map(_clock_row, replay.clocks)),
        levels=tuple(
            LevelRow(
                each.ticket.id,
                each.ticket.number,
                each.ticket.headline,
                severity_word(each.then),
                severity_word(each.draft) if each.draft else outcome_word(None),
            )
            for each in replay.levels
        ),
        gaps=tuple(said(each, _names(replay), get_current_timezone(), now=replay.until) for each in replay.gaps),
    )


def replay_lead(replay: Replay) -> Lead:
    """The answer to the question."""
    first, *rest = lead(replay, (_amounts(replay.cost_draft), _amounts(replay.cost_then)))
    worse = replay.would.broken > replay.then.broken
    better = replay.would.broken < replay.then.broken
    tone = Tone.BAD if worse else Tone.UNKNOWN if replay.at_least else Tone.GOOD if better else Tone.INFO
    return Lead(tone, first, join_sentences(rest))


def _cost_row(month: MonthCost, replay: Replay, dearest: int) -> CostRow:
    def steps(costs: Sequence[Cost]) -> tuple[str, ...]:
        zone, names = get_current_timezone(), _names(replay)
        return tuple(said(step, names, zone, now=replay.until) for cost in costs for step in cost.steps)

    return CostRow(
        month=month.month,
        then=_amounts([each.amount for each in month.then]),
        draft=_amounts([month.draft.amount]),
        then_bar=_minor(month.then) / dearest if dearest else 0.0,
        draft_bar=_minor((month.draft,)) / dearest if dearest else 0.0,
        at_least=month.at_least,
        over=month.over,
        then_steps=steps(month.then),
        draft_steps=steps((month.draft,)),
    )


def _names(replay: Replay) -> dict[str, str]:
    """Words for the codes of regions, and for objectives that are named after what they promise."""
    promises = {line.promise.value: promise_word(line.promise) for line in replay.objectives}
    return {**promises, **region_names()}


def _kept(line: ObjectiveLine) -> bool:
    """Whether there is nothing to say of it."""
    outcomes = {each.outcome for each in line.then} | {line.draft.outcome if line.draft else None}
    return bool(line.then) and outcomes == {Outcome.KEPT}


def _minor(costs: Sequence[Cost]) -> int:
    return sum(each.amount.minor for each in costs)


def _objective_row(line: ObjectiveLine) -> ObjectiveRow:
    outcomes = {each.outcome for each in line.then}
    return ObjectiveRow(
        month=line.month,
        region=region_names().get(line.region, line.region),
        promise=promise_word(line.promise),
        then=tuple(map(_objective_side, line.then)) or (_badge_only(None),),
        draft=_objective_side(line.draft) if line.draft else _badge_only(None),
        differs=outcomes != {line.draft.outcome if line.draft else None},
    )


def _objective_side(side: ObjectiveSide) -> SideView:
    if side.attained is None or side.outcome is Outcome.UNKNOWN:
        return _badge_only(side.outcome)
    language = _language()
    facts = {
        "attained": formatting.attainment(side.attained, language),
        "target": formatting.attainment(side.target, language),
    }
    return SideView(_badge(side.outcome), _("%(attained)s of %(target)s") % facts)


def _clock_row(line: ClockLine) -> ClockRow:
    shown = [case for case in line.cases if case.differs or (case.draft and case.draft.outcome is Outcome.BROKEN)]
    return ClockRow(
        level=severity_word(line.level),
        clock=clock_word(line.clock),
        then=_tally(line.then),
        draft=_tally(line.draft),
        then_tone=_tone(line.then),
        draft_tone=_tone(line.draft),
        cases=tuple(map(_case_row, shown[:FIRST])),
        more=max(len(shown) - FIRST, 0),
    )


def _tally(tally: Tally) -> str:
    return _("%(broken)s of %(all)s broken") % {"broken": tally.broken, "all": tally.all}


def _tone(tally: Tally) -> Tone:
    if tally.broken:
        return Tone.BAD
    return Tone.UNKNOWN if tally.unknown or not tally.all else Tone.GOOD


def _case_row(case: ClockCase) -> CaseRow:
    ref = case.ticket
    return CaseRow(ref.id, ref.number, ref.headline, _clock_side(case.then), _clock_side(case.draft))


def _clock_side(side: ClockSide | None) -> SideView:
    if side is None:
        return _badge_only(None)
    facts = {"counted": _length(side.counted), "target": _length(side.target)}
    return SideView(_badge(side.outcome), _("%(counted)s of %(target)s") % facts)


def _badge(outcome: Outcome | None) -> Badge:
    word = outcome_word(outcome)
    return Badge(TONES[outcome] if outcome else Tone.INFO, word[:1].upper() + word[1:])


def _badge_only(outcome: Outcome | None) -> SideView:
    return SideView(_badge(outcome))


def _amounts(found: Sequence[Money]) -> str:
    return " + ".join(formatting.money(each, _language()) for each in found) or formatting.UNKNOWN


def _length(span: timedelta) -> str:
    return formatting.duration(span.total_seconds(), _language())


def _language() -> str:
    return get_language() or "en"
