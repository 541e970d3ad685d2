"""How long an offer of a ticket stands before it lapses. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

#: Of the time in which the contract promises somebody who can act.
SHARE_OF_RESPONSE = 1 / 4
LEAST = timedelta(minutes=5)
MOST = timedelta(minutes=30)
#: Where nothing is promised.
WITHOUT_CONTRACT = timedelta(minutes=15)


def lapses_at(response: timedelta | None, due_at: datetime | None, *, now: datetime) -> datetime:
    """When an offer made `now` comes back: a quarter of the promised response, from five minutes to half an hour.

    If a promise is due before twice that has passed, half of what is left of it, so that the owner can still keep it; but never
    less than five minutes, in which nobody could answer.
    """
    patience = WITHOUT_CONTRACT if response is None else min(max(response * SHARE_OF_RESPONSE, LEAST), MOST)
    if due_at is not None:
        patience = max(LEAST, min(patience, (due_at - now) / 2))
    return now + patience
