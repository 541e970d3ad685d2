"""What a threshold watches on a node."""

from __future__ import annotations

from enum import StrEnum


class Metric(StrEnum):
    """`latency`: mean round trip, ms. `loss`: lost packets, %. `dead`: time without an answer on most of its pairs, ms."""

    LATENCY = "latency"
    LOSS = "loss"
    DEAD = "dead"

    @property
    def unit(self) -> str:
        """The unit of a threshold's levels and of an alert's values."""
        return "%" if self is Metric.LOSS else "ms"
