"""How long to wait before the next attempt: exponential with full jitter, so that a fleet does not return in step.
Pure.
"""

from __future__ import annotations

from random import Random  # noqa: TID251 - the type only: generators come from kernel.chance
from typing import Final

FIRST_S: Final = 0.25
#: Short, because a batch that waits is a node that nobody sees.
LONGEST_S: Final = 3.0


class Backoff:
    """Waits that grow with every failure until `reset`."""

    def __init__(self, generator: Random) -> None:
        self._generator = generator
        self._failures = 0

    def next_s(self, asked_s: float | None = None) -> float:
        """Seconds to wait after one more failure; never less than the other side `asked` for."""
        bound = min(LONGEST_S, FIRST_S * 2.0**self._failures)
        self._failures = min(self._failures + 1, 16)
        jittered = self._generator.uniform(bound / 2, bound)
        return jittered if asked_s is None else asked_s + jittered

    def reset(self) -> None:
        """The other side is back."""
        self._failures = 0
