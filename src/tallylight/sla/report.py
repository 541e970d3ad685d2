"""A customer's month, and what a stretch of minutes meant. Pure: judged slices in, report out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from tallylight.contracts.api import Agreement, Objective
from tallylight.kernel.business_time import local_midnight
from tallylight.kernel.money import Money
from tallylight.sla.attainment import Counts, Standing, budget, standing
from tallylight.sla.credit import Credit, Outcome, Part, credit
from tallylight.sla.errors import NoSuchMonth


@dataclass(frozen=True, slots=True)
class Row:
    """One objective in one region over one contract version's part of the period.

    `attained` is the share of counted minutes that were good, in per cent, rounded down; None when none counts, and then
    `kept` is None too. `remaining` minutes are still to come; `at_best` is the attainment if they are all good.
    `budget_minutes` of the part's minutes may be bad before the target is missed.
    """

    region: str
    objective: Objective
    counts: Counts
    standing: Standing
    remaining: int
    budget_minutes: int

    @property
    def unit(self) -> str:
        """`ms` or `%`: the unit of the objective's bound."""
        return "ms" if self.objective.promise == "latency" else "%"

    @property
    def attained(self) -> Decimal | None:
        return self.standing.shown

    @property
    def kept(self) -> bool | None:
        return self.standing.keeps(self.objective.target)

    @property
    def at_best(self) -> Decimal | None:
        return self.standing.and_good(self.remaining).shown

    @property
    def budget_used_pct(self) -> Decimal | None:
        """How much of the budget bad minutes have used, in per cent; None where nothing may be bad."""
        bad = self.standing.counted - self.standing.good
        return round(Decimal(100 * bad) / self.budget_minutes, 1) if self.budget_minutes else None


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """What happened under one contract version: from `start` to `end`, of which `part` of the month.

    `credit` is what the minutes so far earn if the month ended now; `credit_at_best` what they earn if every minute to come
    is good.
    """

    start: datetime
    end: datetime
    number: str
    sha256: str
    fee: Money
    part: Part
    rows: tuple[Row, ...]
    credit: Credit
    credit_at_best: Credit


@dataclass(frozen=True, slots=True)
class Report:
    """A customer's month up to `until` (a whole minute). Credits hold one amount for each currency, almost always one."""

    organisation_id: UUID
    month: str
    timezone: str
    start: datetime
    end: datetime
    until: datetime
    segments: tuple[SegmentReport, ...]
    credits: tuple[Money, ...]
    credits_at_best: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the minutes of `[start, end)` mean by themselves: `credit` is what they earn in a month that is otherwise all good.

    `rows` count these minutes only; their `remaining` is the rest of the month.
    """

    organisation_id: UUID
    start: datetime
    end: datetime
    rows: tuple[Row, ...]
    credit: Credit


#: Counts the slices of an objective in a region.
Count = Callable[[Objective, str], Counts]


def rows(agreement: Agreement, count: Count, *, minutes: int) -> tuple[Row, ...]:
    """A row for each objective and each of its regions; `minutes` is the length of the whole part, past and to come."""
    return tuple(
        _row(objective, region, count(objective, region), minutes)
        for objective in agreement.objectives
        for region in objective.regions
    )


def _row(objective: Objective, region: str, counts: Counts, minutes: int) -> Row:
    return Row(
        region=region,
        objective=objective,
        counts=counts,
        standing=standing(counts, objective.unknown),
        remaining=max(minutes - counts.minutes, 0),
        budget_minutes=budget(minutes, objective.target),
    )


def credit_so_far(agreement: Agreement, judged: Sequence[Row], part: Part) -> Credit:
    """What the rows earn as they stand."""
    return credit_of(agreement, [(row, row.standing) for row in judged], part)


def credit_at_best(agreement: Agreement, judged: Sequence[Row], part: Part) -> Credit:
    """What the rows earn if every minute to come is good."""
    return credit_of(agreement, [(row, row.standing.and_good(row.remaining)) for row in judged], part)


def credit_of(agreement: Agreement, judged: Sequence[tuple[Row, Standing]], part: Part) -> Credit:
    """What rows earn that stand as is said of each."""
    outcomes = [Outcome(row.objective.name, row.region, row.objective.target, stands) for row, stands in judged]
    return credit(agreement.credit, agreement.monthly_fee, outcomes, part)


def month_bounds(month: str, timezone: str) -> tuple[datetime, datetime]:
    """First instant of a month (`2026-11`) and of the next, in a zone. Raises NoSuchMonth."""
    try:
        first = date.fromisoformat(f"{month}-01")
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        return local_midnight(first, timezone), local_midnight(following, timezone)
    except (ValueError, OverflowError):
        raise NoSuchMonth(month=month) from None
