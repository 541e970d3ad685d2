"""Quantities as contracts write them: a number and its unit, never a bare number.

Durations `1500ms`, `30s`, `15m`, `2h`, `1d` (a day is 24 hours); percentages `2%`, `99.95%`; multiples `5x`; money `2400.00 USD`,
prices for a unit `0.0275 USD`. A space before the unit is allowed. The schema has checked the form before anything is read here.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tallylight.kernel.money import Money

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def duration(text: str) -> timedelta:
    """`"15m"` as a timedelta."""
    digits = text.rstrip("msdh ")
    return int(digits) * _UNITS[text[len(digits) :].strip()]


def seconds(text: str) -> int:
    """`"10s"` as 10; the schema admits no parts of a second here."""
    return duration(text) // timedelta(seconds=1)


def millis(text: str) -> float:
    """`"200ms"` as 200.0."""
    return duration(text) / timedelta(milliseconds=1)


def percent(text: str) -> Decimal:
    """`"99.95%"` as Decimal("99.95")."""
    return Decimal(text.rstrip("% "))


def share(text: str) -> Decimal:
    """`"50%"` as Decimal("0.5")."""
    return percent(text) / 100


def money(text: str) -> Money:
    """`"2400.00 USD"` as an amount in minor units."""
    amount, currency = text.split()
    return Money.of(amount, currency)


def unit_price(text: str) -> Decimal:
    """`"0.0275 USD"` in major units, exact; the contract has one currency."""
    return Decimal(text.split()[0])


def multiple(text: str) -> Decimal:
    """`"1.5x"` as Decimal("1.5")."""
    return Decimal(text.rstrip("x "))


def figure(text: str, unit: str) -> float:
    """A bound in `unit`: `ms` or `%`."""
    return float(percent(text)) if unit == "%" else millis(text)
