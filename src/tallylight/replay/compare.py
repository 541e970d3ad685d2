"""What really applied beside what the draft would have made of it, promise by promise. Pure: judged months and cases in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tallylight.contracts.api import Level, Objective, Promised
from tallylight.replay.values import (
    ClockCase,
    ClockLine,
    Cost,
    MonthCost,
    ObjectiveLine,
    ObjectiveSide,
    Outcome,
    Tally,
)
from tallylight.sla.api import Credit, MonthAgain, Report, Row, RowAgain


@dataclass(frozen=True, slots=True)
class Month:
    """A month as it was reported, and as the draft judges it."""

    report: Report
    again: MonthAgain


def objective_lines(month: Month) -> tuple[ObjectiveLine, ...]:
    """Every objective in every region of the month, then and under the draft, in the draft's order; dropped ones last."""
    return tuple(_lines(month))


def _lines(month: Month) -> Iterator[ObjectiveLine]:
    then = [row for segment in month.report.segments for row in segment.rows]
    paired: list[Row] = []
    for again in month.again.rows:
        same = [row for row in then if _same(row, again.row, then, month.again.rows)]
        paired += same
        yield _line(month.report.month, again.row, [_side(row) for row in same], _again_side(again))
    dropped = [row for row in then if not any(row is each for each in paired)]
    for key in dict.fromkeys((row.region, row.objective.name) for row in dropped):
        same = [row for row in dropped if (row.region, row.objective.name) == key]
        yield _line(month.report.month, same[0], [_side(row) for row in same], None)


def _same(then: Row, again: Row, thens: Sequence[Row], agains: Sequence[RowAgain]) -> bool:
    """The same promise: by its name or, where one side does not know the name, by what is promised."""
    if then.region != again.region:
        return False
    named_then = any(_key(each) == _key(again) for each in thens)
    named_again = any(_key(each.row) == _key(then) for each in agains)
    if named_then or named_again:
        return _key(then) == _key(again)
    return _figure(then.objective) == _figure(again.objective)


def _key(row: Row) -> tuple[str, str]:
    return row.region, row.objective.name


def _figure(objective: Objective) -> tuple[object, ...]:
    return objective.promise, objective.statistic, objective.source


def _line(month: str, row: Row, then: Sequence[ObjectiveSide], draft: ObjectiveSide | None) -> ObjectiveLine:
    return ObjectiveLine(month, row.region, row.objective.promise, row.objective.promise.unit, tuple(then), draft)


def _side(row: Row, kept: bool | None = None, missing: int = 0) -> ObjectiveSide:  # noqa: FBT001 - a third state
    return ObjectiveSide(
        outcome=_OUTCOMES[row.kept if not missing else kept],
        name=row.objective.name,
        bound=row.objective.bound,
        target=row.objective.target,
        attained=row.attained,
        good=row.standing.good_shown,
        counted=row.standing.counted,
        bad=row.counts.bad,
        unknown=row.counts.unknown,
        missing=missing,
    )


def _again_side(again: RowAgain) -> ObjectiveSide:
    return _side(again.row, again.kept, again.missing)


_OUTCOMES = {True: Outcome.KEPT, False: Outcome.BROKEN, None: Outcome.UNKNOWN}


def clock_lines(cases: Sequence[ClockCase]) -> tuple[ClockLine, ...]:
    """Support clocks by level, the gravest first."""
    lines = (_clock_line(level, clock, cases) for level in reversed(Level) for clock in Promised)
    return tuple(line for line in lines if line.then.all or line.draft.all)


def _clock_line(level: Level, clock: Promised, cases: Sequence[ClockCase]) -> ClockLine:
    mine = [case for case in cases if case.clock is clock]
    then = Tally.of(case.then.outcome for case in mine if case.then and case.then.level is level)
    draft = Tally.of(case.draft.outcome for case in mine if case.draft and case.draft.level is level)
    here = [case for case in mine if _level(case) is level]
    return ClockLine(level, clock, then, draft, tuple(sorted(here, key=_interest)))


def _level(case: ClockCase) -> Level | None:
    """Under which level a case is told: the draft's, where the draft has one for it."""
    side = case.draft or case.then
    return side.level if side else None


def _interest(case: ClockCase) -> tuple[bool, bool, str]:
    """What the draft changes first, then what it breaks; in the order of opening."""
    broken = case.draft is not None and case.draft.outcome is Outcome.BROKEN
    return not case.differs, not broken, case.ticket.number


def month_cost(month: Month) -> MonthCost:
    """What the month cost, and would have cost."""
    return MonthCost(
        month=month.report.month,
        over=month.again.until >= month.again.end,
        then=tuple(_cost(segment.credit) for segment in month.report.segments),
        draft=_cost(month.again.credit),
        at_least=any(row.kept is None and row.missing for row in month.again.rows),
    )


def _cost(credit: Credit) -> Cost:
    return Cost(credit.amount, credit.steps)
