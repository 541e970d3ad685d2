"""What credits are reckoned from and what they come to: values without rules. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from tallylight.contracts.api import CreditTable, Fees, Level, Objective, OutageCredit, Promised, Tier
from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Sentence
from tallylight.sla.tally import Tally


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one objective stands in one region."""

    objective: Objective
    region: str
    tally: Tally

    @property
    def missed(self) -> bool:
        """Whether something counts and the target was not reached."""
        return self.tally.standing.keeps(self.objective.target) is False


@dataclass(frozen=True, slots=True)
class Miss:
    """A support promise that was broken: which clock of a case (its number) at which level, and when it was due."""

    level: Level
    clock: Promised
    at: datetime
    case: str


@dataclass(frozen=True, slots=True)
class Part:
    """The share of a month that a contract version applies to, in minutes."""

    minutes: int
    of: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.minutes, self.of)


@dataclass(frozen=True, slots=True)
class PartOfMonth:
    """What happened under one contract version."""

    table: CreditTable
    fees: Fees
    part: Part
    outcomes: Sequence[Outcome]
    misses: Sequence[Miss] = ()


@dataclass(frozen=True, slots=True)
class Credit:
    """What is owed, and the steps that lead there. `percent` is what objectives earn of the month's fees (or of their part)."""

    amount: Money
    percent: Decimal
    steps: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Earned:
    """What an outcome earns: `percent` of its fees, by a tier, or by what was lost; `by` None: nothing."""

    outcome: Outcome
    percent: Fraction
    by: Tier | OutageCredit | None


@dataclass(frozen=True, slots=True)
class Term:
    """`percent` of `fee`, which is that of a service or, where `service` is empty, of the month."""

    service: str
    fee: Money
    earned: tuple[Earned, ...]
    combined: Fraction
    percent: Fraction

    def exact(self, share: Fraction) -> Fraction:
        """In minor units, of `share` of the fee."""
        return self.fee.minor * self.percent / 100 * share


@dataclass(frozen=True, slots=True)
class Paid:
    """A broken promise and the percentage it earns, after what the contract allows for its clock in a month."""

    miss: Miss
    percent: Fraction
    of: Fraction
