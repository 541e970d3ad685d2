"""A token bucket: so many a second, some at once after a pause."""

from __future__ import annotations

from dataclasses import dataclass, field

from tallylight.kernel import clock


@dataclass(slots=True)
class Bucket:
    """Holds at most `burst` tokens and gains `rate` a second. For one thread."""

    rate: float
    burst: float
    _tokens: float = field(init=False)
    _at: float = field(default_factory=clock.monotonic)

    def __post_init__(self) -> None:
        self._tokens = self.burst

    def spend(self) -> bool:
        """Take a token; False if there is none."""
        at = clock.monotonic()
        self._tokens = min(self.burst, self._tokens + (at - self._at) * self.rate)
        self._at = at
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
