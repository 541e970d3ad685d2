"""The send grid: every item is due once a period, at a phase of its own that never moves. Pure."""

from __future__ import annotations

from random import Random  # noqa: TID251 - the type only: generators come from kernel.chance
from typing import Final, Generic, TypeVar

#: Wake-ups a second that sending may cost: items share phases when there are more of them. A wake-up costs more than a
#: packet.
MAX_WAKES: Final = 50

T = TypeVar("T")


class Grid(Generic[T]):
    """Who is due when, on the monotonic clock, `pps` times a second from `epoch_ns` on.

    The phases are drawn at random, one in each equal part of the period, so that many nodes do not send in step; an
    item gets one of the phases least used, also at random.
    """

    def __init__(self, *, pps: int, epoch_ns: int, generator: Random) -> None:
        phases = max(1, MAX_WAKES // pps)
        self.period_ns = 1_000_000_000 // pps
        self._phases_ns = [int((part + generator.random()) * self.period_ns / phases) for part in range(phases)]
        self._epoch_ns = epoch_ns
        self._generator = generator
        self._slots: list[list[T]] = [[] for _ in range(phases)]
        self._next = 0

    def add(self, item: T) -> None:
        """Give `item` a phase."""
        least = min(len(slot) for slot in self._slots)
        self._generator.choice([slot for slot in self._slots if len(slot) == least]).append(item)

    def remove(self, item: T) -> None:
        """Take `item` off the grid; harmless when it is not on it."""
        for slot in self._slots:
            if item in slot:
                slot.remove(item)

    def due_ns(self) -> int:
        """The next instant at which anything is due; a period ahead when the grid is empty."""
        for turn in range(self._next, self._next + len(self._slots)):
            if self._slots[turn % len(self._slots)]:
                return self._instant(turn)
        return self._instant(self._next + len(self._slots))

    def take(self, now_ns: int) -> tuple[int, list[T]] | None:
        """The next due instant up to `now_ns` with what is due then, each once; None when nothing more is."""
        while (due := self._instant(self._next)) <= now_ns:
            slot = self._slots[self._next % len(self._slots)]
            self._next += 1
            if slot:
                return due, slot
        return None

    def skip_to(self, now_ns: int) -> None:
        """Leave out everything that was due before `now_ns`, as after the machine was suspended."""
        periods = (now_ns - self._epoch_ns) // self.period_ns
        self._next = max(self._next, periods * len(self._slots))
        while self._instant(self._next) < now_ns:
            self._next += 1

    def _instant(self, turn: int) -> int:
        period, part = divmod(turn, len(self._slots))
        return self._epoch_ns + period * self.period_ns + self._phases_ns[part]
