"""When an incident has grown so much that further people should know. Pure."""

from __future__ import annotations

#: Fewer viewers than these may double without anybody being called.
FROM = 100


def doublings(before: int, now: int) -> int:
    """How many times the viewers affected have doubled since the ladder began, counted from a hundred at least."""
    return max(0, (now // max(before, FROM)).bit_length() - 1)
