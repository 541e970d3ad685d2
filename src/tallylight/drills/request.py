"""What a drill is asked to do: `latency +250 ms on sin-1 for 40 s`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tallylight.drills.errors import DrillMisspelt, DrillOutOfBounds


class Kind(StrEnum):
    """How the way to the node is hurt."""

    LATENCY = "latency"
    LOSS = "loss"
    DEAD = "dead"

    @property
    def unit(self) -> str | None:
        """The unit of the amount: added round-trip ms, lost per cent of round trips; a dead path has no amount."""
        return {Kind.LATENCY: "ms", Kind.LOSS: "%", Kind.DEAD: None}[self]


#: Least and most of each amount, in its unit, and of the length in seconds.
AMOUNTS = {Kind.LATENCY: (1.0, 10_000.0), Kind.LOSS: (0.1, 100.0)}
DEFAULT_AMOUNTS = {Kind.LATENCY: 250.0, Kind.LOSS: 5.0}
LENGTH_S = (1.0, 3_600.0)
DEFAULT_LENGTH_S = 30.0

_AMOUNT = re.compile(r"\+?(\d+(?:\.\d+)?)\s*(ms|s|%)?")
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|min|h)?")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3_600}


@dataclass(frozen=True, slots=True)
class DrillRequest:
    """One drill. `amount` is in `kind.unit` and None for a dead path."""

    kind: Kind
    node: str
    amount: float | None
    length_s: float


def read_request(kind: str, node: str, amount: str | None, length: str | None) -> DrillRequest:
    """The request as a person writes it. Raises DrillMisspelt, DrillOutOfBounds."""
    what = Kind(kind)
    return DrillRequest(
        kind=what,
        node=node,
        amount=_amount(what, amount),
        length_s=_length(length) if length else DEFAULT_LENGTH_S,
    )


def _amount(kind: Kind, text: str | None) -> float | None:
    if kind is Kind.DEAD:
        return None
    if text is None:
        return DEFAULT_AMOUNTS[kind]
    match = _AMOUNT.fullmatch(text.strip())
    example = f"{DEFAULT_AMOUNTS[kind]:g}{kind.unit}"
    if not match or ((match[2] == "%") != (kind is Kind.LOSS) and match[2]):
        raise DrillMisspelt(given=text, what="amount", example=example)
    value = float(match[1]) * (1_000 if match[2] == "s" else 1)
    return _bounded("amount", value, AMOUNTS[kind])


def _length(text: str) -> float:
    match = _LENGTH.fullmatch(text.strip())
    if not match:
        raise DrillMisspelt(given=text, what="length", example="40s")
    return _bounded("length", float(match[1]) * _SECONDS[match[2] or "s"], LENGTH_S)


def _bounded(what: str, value: float, bounds: tuple[float, float]) -> float:
    least, most = bounds
    if not least <= value <= most:
        raise DrillOutOfBounds(what=what, given=f"{value:g}", least=f"{least:g}", most=f"{most:g}")
    return value
