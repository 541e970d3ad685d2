"""A customer's month, and what a stretch of minutes meant. Pure: judged slices in, report out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from tallylight.contracts.api import Agreement, Objective
from tallylight.kernel.business_time import local_midnight
from tallylight.kernel.money import Money
from tallylight.sla.attainment import Counts, Standing, budget
from tallylight.sla.earned import Credit, Miss, Outcome, Part, PartOfMonth
from tallylight.sla.errors import NoSuchMonth
from tallylight.sla.settlement import Settlement
from tallylight.sla.tally import Tally

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One objective in one region over one contract version's part of the period, which has `slices` slices, past and to come.

    `attained` is the share of counted slices that were good, in per cent, rounded down; None when none counts, and then
    `kept` is None too. `remaining` slices are still to come; `at_best` is the attainment if they are all good.
    `budget_minutes` of the part may be bad before the target is missed; `lost_minutes` are, or are worth as much.
    """

    region: str
    objective: Objective
    tally: Tally
    slices: int
    missing: int = 0

    @property
    def unit(self) -> str:
        """`ms` or `%`: the unit of the objective's bound."""
        return self.objective.promise.unit

    @property
    def counts(self) -> Counts:
        """Slices by verdict."""
        return self.tally.counts

    @property
    def standing(self) -> Standing:
        """What is held against the target."""
        return self.tally.standing

    @property
    def attained(self) -> Decimal | None:
        return self.standing.shown

    @property
    def kept(self) -> bool | None:
        return self.standing.keeps(self.objective.target)

    @property
    def remaining(self) -> int:
        return max(self.slices - self.counts.slices - self.missing, 0)

    @property
    def at_best(self) -> Decimal | None:
        return self.standing.and_good(self.remaining).shown

    @property
    def budget_minutes(self) -> int:
        return budget(self.slices, self.objective.target) * (self.objective.slice // MINUTE)

    @property
    def lost_minutes(self) -> Fraction:
        return Fraction(self.standing.lost) * (self.objective.slice // MINUTE)

    @property
    def budget_used_pct(self) -> Decimal | None:
        """How much of the budget is used, in per cent; None where nothing may be bad."""
        if not self.budget_minutes:
            return None
        used = 100 * self.lost_minutes / self.budget_minutes
        return round(Decimal(used.numerator) / used.denominator, 1)


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """What happened under one contract version: from `start` to `end`, of which `part` of the month.

    `credit` is what the slices so far earn if the month ended now; `credit_at_best` what they earn if every slice to come
    is good. `misses` are the support promises that were broken in that time, whether they earn something or not.
    """

    start: datetime
    end: datetime
    number: str
    sha256: str
    fee: Money
    part: Part
    rows: tuple[Row, ...]
    misses: tuple[Miss, ...]
    credit: Credit
    credit_at_best: Credit


@dataclass(frozen=True, slots=True)
class Report:
    """A customer's month up to `until` (a whole minute). Credits hold one amount for each currency, almost always one.

    `settlements` say what becomes of `credits`: under the minimum, owed, to be claimed, lapsed.
    """

    organisation_id: UUID
    month: str
    timezone: str
    start: datetime
    end: datetime
    until: datetime
    segments: tuple[SegmentReport, ...]
    credits: tuple[Money, ...]
    credits_at_best: tuple[Money, ...]
    settlements: tuple[Settlement, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the slices of `[start, end)` mean by themselves: `credit` is what they earn in a month that is otherwise all good.

    `rows` count these slices only; their `remaining` is the rest of the month.
    """

    organisation_id: UUID
    start: datetime
    end: datetime
    rows: tuple[Row, ...]
    credit: Credit


#: What the slices of an objective in a region count as.
Take = Callable[[Objective, str], Tally]
#: How many slices of an objective start within the whole part, past and to come.
Long = Callable[[Objective], int]


def rows(agreement: Agreement, take: Take, *, long: Long) -> tuple[Row, ...]:
    """A row for each objective and each of its regions."""
    return tuple(
        Row(region, objective, take(objective, region), long(objective))
        for objective in agreement.objectives
        for region in objective.regions
    )


def so_far(agreement: Agreement, judged: Sequence[Row], part: Part, misses: Sequence[Miss] = ()) -> PartOfMonth:
    """What happened under an agreement, as its rows stand."""
    return part_of_month(agreement, [(row, row.tally) for row in judged], part, misses)


def at_best(agreement: Agreement, judged: Sequence[Row], part: Part, misses: Sequence[Miss] = ()) -> PartOfMonth:
    """The same if every slice to come is good."""
    return part_of_month(agreement, [(row, row.tally.and_good(row.remaining)) for row in judged], part, misses)


def part_of_month(
    agreement: Agreement, judged: Sequence[tuple[Row, Tally]], part: Part, misses: Sequence[Miss] = ()
) -> PartOfMonth:
    """What happened under an agreement where rows stand as is said of each."""
    outcomes = tuple(Outcome(row.objective, row.region, tally) for row, tally in judged)
    return PartOfMonth(agreement.credit, agreement.fees, part, outcomes, tuple(misses))


def month_bounds(month: str, timezone: str) -> tuple[datetime, datetime]:
    """First instant of a month (`2026-11`) and of the next, in a zone. Raises NoSuchMonth."""
    try:
        first = date.fromisoformat(f"{month}-01")
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        return local_midnight(first, timezone), local_midnight(following, timezone)
    except (ValueError, OverflowError):
        raise NoSuchMonth(month=month) from None


def months_between(start: datetime, end: datetime, timezone: str) -> Iterator[tuple[str, tuple[datetime, datetime]]]:
    """The months of a zone that `[start, end)` touches, with their bounds."""
    while start < end:
        month = f"{start.astimezone(ZoneInfo(timezone)):%Y-%m}"
        bounds = month_bounds(month, timezone)
        yield month, bounds
        start = bounds[1]
