"""Objectives and credit tables as tests write them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tallylight.contracts.api import Combine, CreditTable, Objective, Promise, Statistic, Tier, UnknownCounts

MINUTE = timedelta(minutes=1)


def objective(promise: Promise = Promise.LATENCY, *, target: str = "99.9", **rules: Any) -> Objective:
    """An objective with usual rules; `rules` are its other fields."""
    usual: dict[str, Any] = {
        "name": promise.value,
        "service": "live-acceleration",
        "regions": ("ap-southeast",),
        "statistic": Statistic.MEAN,
        "bound": 200.0,
        "min_samples": 60,
        "unknown": UnknownCounts.EXCLUDED,
    }
    return Objective(promise=promise, target=Decimal(target), **(usual | rules))


def table(*tiers: tuple[str, str], cap: str = "100", combine: Combine = Combine.WORST, **rules: Any) -> CreditTable:
    """A credit table of (below, credit) pairs."""
    return CreditTable(tiers_of(*tiers), Decimal(cap), combine, automatic=True, **rules)


def tiers_of(*tiers: tuple[str, str]) -> tuple[Tier, ...]:
    """Tiers of (below, credit) pairs in per cent."""
    return tuple(Tier(Decimal(below), Decimal(credit)) for below, credit in tiers)
