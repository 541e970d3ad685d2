"""From counted slices to attainment: which part of the slices that count was good. Pure and exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from tallylight.contracts.api import UnknownCounts

#: Attainment is shown with four decimals and rounded down, so that a miss never reads as kept.
SHOWN = Decimal("0.0001")
#: Other numbers that don't end are shown with so many decimals; they are reckoned with whole.
PLACES = Decimal("0.000001")


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
    def slices(self) -> int:
        """All of them."""
        return self.good + self.bad + self.unknown + self.excluded


@dataclass(frozen=True, slots=True)
class Standing:
    """`good` of `counted` slices: the fraction that a target is held against.

    `good` is whole where a slice is good or bad as a whole, and exact where parts of slices count.
    """

    good: int | Fraction
    counted: int

    @property
    def lost(self) -> int | Fraction:
        """Slices, or slices' worth, that count and were not good."""
        return self.counted - self.good

    @property
    def good_shown(self) -> Decimal:
        """`good` as people write it: with as many decimals as it takes, at most six."""
        return decimal(Fraction(self.good))

    @property
    def attained(self) -> Fraction | None:
        """The exact share in per cent; None when nothing counts."""
        return Fraction(100 * self.good) / self.counted if self.counted else None

    @property
    def shown(self) -> Decimal | None:
        """The share in per cent with four decimals, rounded down; None when nothing counts."""
        return None if self.attained is None else shown(self.attained)

    def keeps(self, target: Decimal) -> bool | None:
        """Whether the target is reached; None when nothing counts."""
        return None if self.attained is None else self.attained >= Fraction(target)

    def and_good(self, slices: int) -> Standing:
        """The standing if `slices` more were all good."""
        return Standing(self.good + slices, self.counted + slices)


def standing(counts: Counts, unknown: UnknownCounts) -> Standing:
    """What counts when every slice counts as a whole, with unknown slices as the objective says."""
    good = counts.good + (counts.unknown if unknown is UnknownCounts.GOOD else 0)
    bad = counts.bad + (counts.unknown if unknown is UnknownCounts.BAD else 0)
    return Standing(good, good + bad)


def budget(slices: int, target: Decimal) -> int:
    """How many of `slices` may be bad before the target is missed."""
    return int(slices * (100 - Fraction(target)) / 100)


def shown(share: Fraction) -> Decimal:
    """A share in per cent as it is shown: four decimals, rounded down."""
    return (Decimal(share.numerator) / Decimal(share.denominator)).quantize(SHOWN, rounding=ROUND_FLOOR)


def decimal(number: Fraction) -> Decimal:
    """As people write it: whole where it ends within six decimals, else rounded to six."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return plain(exact.quantize(PLACES, rounding=ROUND_HALF_EVEN))


def plain(number: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent: 99.90 as 99.9, 100 as 100."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
