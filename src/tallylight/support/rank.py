"""In which order tickets are served: by which promise breaks first, earlier the more hangs on it. Pure.

A ticket ranks by one instant: when what it owes next is due, less a lead that grows with its level, with the credit that the
contract gives for breaking that promise, and with the measured viewers it hurts. The instant depends on nothing that time alone
changes, so it is kept on the row and a queue is one scan of an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import log2

from tallylight.contracts.api import Level

#: How much earlier a level is served.
FOR_LEVEL = {Level.BASIC: timedelta(0), Level.FAULT: timedelta(minutes=10), Level.MAJOR: timedelta(minutes=30)}
#: For each per cent of the credit's base that breaking the promise earns, and at most.
FOR_A_PER_CENT = timedelta(minutes=2)
MOST_FOR_CREDIT = timedelta(minutes=20)
#: Each time the viewers double.
FOR_A_DOUBLING = timedelta(minutes=4)


@dataclass(frozen=True, slots=True)
class Rank:
    """Why a ticket stands where it stands in a queue: `due_at`, and how much earlier it is served for what."""

    due_at: datetime
    for_level: timedelta
    for_credit: timedelta
    for_viewers: timedelta

    @property
    def lead(self) -> timedelta:
        """How much earlier than it is due it is served."""
        return self.for_level + self.for_credit + self.for_viewers

    @property
    def at(self) -> datetime:
        """The key by which queues go; the smallest is served first."""
        return self.due_at - self.lead


def rank(due_at: datetime, level: Level, *, credit: Decimal, viewers: int) -> Rank:
    """Where a ticket stands. `credit` is in per cent of the base, `viewers` are measured; neither is below zero."""
    return Rank(
        due_at,
        for_level=FOR_LEVEL[level],
        for_credit=min(_minutes(float(credit) * FOR_A_PER_CENT), MOST_FOR_CREDIT),
        for_viewers=_minutes(log2(1 + viewers) * FOR_A_DOUBLING),
    )


def _minutes(length: timedelta) -> timedelta:
    """Whole minutes: a rank is said in words, and nobody is served first for a second."""
    return timedelta(minutes=round(length / timedelta(minutes=1)))
