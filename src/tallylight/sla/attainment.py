"""From counted slices to attainment: which part of the minutes that count was good. Pure and exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from tallylight.contracts.api import UnknownCounts

#: Attainment is shown with four decimals and rounded down, so that a miss never reads as kept.
SHOWN = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Counts:
    """Slices by verdict."""

    good: int = 0
    bad: int = 0
    unknown: int = 0
    excluded: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.good + other.good, self.bad + other.bad, self.unknown + other.unknown, self.excluded + other.excluded
        )

    @property
    def minutes(self) -> int:
        """All of them."""
        return self.good + self.bad + self.unknown + self.excluded


@dataclass(frozen=True, slots=True)
class Standing:
    """`good` of `counted` slices: the fraction that a target is held against."""

    good: int
    counted: int

    @property
    def attained(self) -> Fraction | None:
        """The exact share in per cent; None when nothing counts."""
        return Fraction(100 * self.good, self.counted) if self.counted else None

    @property
    def shown(self) -> Decimal | None:
        """The share in per cent with four decimals, rounded down; None when nothing counts."""
        return None if self.attained is None else shown(self.attained)

    def keeps(self, target: Decimal) -> bool | None:
        """Whether the target is reached; None when nothing counts."""
        return None if self.attained is None else self.attained >= Fraction(target)

    def and_good(self, minutes: int) -> Standing:
        """The standing if `minutes` more slices were all good."""
        return Standing(self.good + minutes, self.counted + minutes)


def standing(counts: Counts, unknown: UnknownCounts) -> Standing:
    """What counts, with unknown slices as the objective says."""
    good = counts.good + (counts.unknown if unknown is UnknownCounts.GOOD else 0)
    bad = counts.bad + (counts.unknown if unknown is UnknownCounts.BAD else 0)
    return Standing(good, good + bad)


def budget(minutes: int, target: Decimal) -> int:
    """How many of `minutes` slices may be bad before the target is missed."""
    return int(minutes * (100 - Fraction(target)) / 100)


def shown(share: Fraction) -> Decimal:
    """A share in per cent as it is shown: four decimals, rounded down."""
    return (Decimal(share.numerator) / Decimal(share.denominator)).quantize(SHOWN, rounding=ROUND_FLOOR)
