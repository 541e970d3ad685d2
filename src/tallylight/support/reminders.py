"""When an owner is reminded that the customer waits for news. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

#: Of the promised time between news.
SHARE = 1 / 4
LEAST = timedelta(minutes=2)
MOST = timedelta(minutes=15)


def remind_at(due_at: datetime, promised: timedelta) -> datetime:
    """A quarter of the promised time before news are due, from 2 to 15 minutes: time to write them, not to forget again."""
    return due_at - min(max(promised * SHARE, LEAST), MOST)
