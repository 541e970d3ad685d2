"""How fast messages may go to one destination: a token bucket, kept as the instant at which it will be full again. Pure.

This is the virtual scheduling form of the bucket (GCRA, ITU-T I.371): one instant says the same as a count and a time, and a
message that must wait is given its own instant at once, so that nothing asks again and again whether it is its turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """So many messages a minute, and so many at once after a pause. Both at least 1."""

    per_minute: int
    burst: int

    @property
    def each(self) -> timedelta:
        """How long one message's token takes to come back."""
        return timedelta(minutes=1) / self.per_minute


#: Where nobody has said otherwise.
USUAL = {"mail": Limit(1_200, 200), "im": Limit(60, 20), "sms": Limit(30, 10), "phone": Limit(12, 5)}
FURTHER = Limit(60, 20)


def instants(
    full_at: datetime, limit: Limit, urgent: Sequence[bool], *, now: datetime
) -> tuple[list[datetime], datetime]:
    """When each of these messages may go, in their order, and when the bucket will be full after them.

    What is urgent goes at once and takes its token from those who come after. Nothing is ever dropped.
    """
    found = []
    for hurry in urgent:
        full_at = max(full_at, now) + limit.each
        found.append(now if hurry else max(now, full_at - limit.burst * limit.each))
    return found, full_at
