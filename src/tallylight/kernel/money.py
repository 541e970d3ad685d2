"""Money: integer minor units and an ISO 4217 currency, rounded once and explicitly, half-even unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import total_ordering

#: Currencies whose minor unit is not a hundredth (ISO 4217, list one).
EXPONENTS = (
    dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0)
    | dict.fromkeys(("PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0)
    | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)
    | dict.fromkeys(("CLF", "UYW"), 4)
)


class Rounding(StrEnum):
    """How an exact amount becomes whole minor units, once, at the end.

    The halves go to the even neighbour or away from zero; everything goes towards zero or away from it.
    """

    HALF_EVEN = "half-even"
    HALF_UP = "half-up"
    DOWN = "down"
    UP = "up"


_HALF = Fraction(1, 2)
#: Whether an amount goes to the next unit away from zero, by the whole units below it and the rest above them.
_GOES_ON: dict[Rounding, Callable[[int, Fraction], bool]] = {
    Rounding.HALF_EVEN: lambda whole, rest: rest > _HALF or (rest == _HALF and whole % 2 == 1),
    Rounding.HALF_UP: lambda _whole, rest: rest >= _HALF,
    Rounding.DOWN: lambda _whole, _rest: False,
    Rounding.UP: lambda _whole, rest: rest > 0,
}


def rounded(exact: Fraction, rounding: Rounding = Rounding.HALF_EVEN) -> int:
    """An exact number as a whole one. Symmetric: what holds for an amount holds for the same amount below zero."""
    whole, rest = divmod(abs(exact), 1)
    size = whole + 1 if _GOES_ON[rounding](whole, rest) else whole
    return size if exact >= 0 else -size


class CurrencyMismatch(ValueError):
    """Two amounts in different currencies met."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in `minor` units (cents) of `currency`."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Money:
        """`Money.of("49.90", "USD")`: rounds half-even to the currency's minor unit."""
        scaled = Decimal(amount).scaleb(EXPONENTS.get(currency, 2))
        return cls(int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-EXPONENTS.get(self.currency, 2))

    def percent(self, share: Decimal) -> Money:
        """`share` per cent of this amount, rounded once, half-even."""
        exact = Decimal(self.minor) * share / 100
        return Money(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)), self.currency)

    def part(self, share: Fraction, rounding: Rounding = Rounding.HALF_EVEN) -> Money:
        """`share` times this amount, rounded once."""
        return Money(rounded(self.minor * share, rounding), self.currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,f}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")
