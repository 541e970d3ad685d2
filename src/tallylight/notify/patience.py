"""How long to go on trying. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random  # noqa: TID251 - the type only; callers bring a generator of kernel.chance

#: A message that no server takes is given up after this long.
LIFETIME = timedelta(hours=24)
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=10)

#: How long a server may take to answer the end of a message (s), and after how long an answer nobody recorded is taken to be
#: lost with the process that waited for it. The second exceeds the first, so that a living process is never overtaken.
ANSWER_S = 60.0
ANSWER_LOST = timedelta(seconds=75)


def wait_before(attempt: int, chance: Random) -> timedelta:
    """The wait before attempt number `attempt` (2 is the first retry): doubling, jittered to 50-100 %, at most ten minutes."""
    doubled: timedelta = FIRST_WAIT * (1 << min(attempt - 2, 16))
    return min(doubled, LONGEST_WAIT) * chance.uniform(0.5, 1.0)


def next_attempt(now: datetime, attempt: int, expires_at: datetime, chance: Random) -> datetime | None:
    """When to try again after `attempt - 1` attempts failed for the time being, or None to give up.

    The last attempt is made at the end of the message's lifetime, not up to ten minutes before it.
    """
    if now >= expires_at:
        return None
    return min(now + wait_before(attempt, chance), expires_at)
