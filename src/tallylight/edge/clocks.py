"""The two clocks a measurement needs, read as one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Two reads of the monotonic clock further apart than this had something else running in between.
_INTERRUPTED_NS: Final = 200_000


@dataclass(slots=True)
class Clocks:
    """Unix and monotonic nanoseconds; tests and drills set the former."""

    wall_ns: Callable[[], int] = time.time_ns
    mono_ns: Callable[[], int] = time.monotonic_ns

    def read(self) -> tuple[int, int]:
        """(wall, mono) of one instant: read again if the process was kept from running between the two."""
        for _ in range(4):
            before = self.mono_ns()
            wall = self.wall_ns()
            mono = self.mono_ns()
            if mono - before < _INTERRUPTED_NS:
                break
        return wall, mono
