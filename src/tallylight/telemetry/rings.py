"""The last fifteen minutes of many series in numpy: one row a second, one column a series.

A second's row is wiped before it is used again and carries the second it holds, so that a gap is a gap and never an old value. A
window is a sum of neighbouring rows: contiguous memory, whatever the number of series.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

SLOTS: Final = 900

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
K = TypeVar("K", bound=Hashable)


class Names(Generic[K]):
    """Keys to column numbers. A released number is used again, so the columns are never more than the keys alive at once."""

    def __init__(self) -> None:
        self._numbers: dict[K, int] = {}
        self._free: list[int] = []
        self.revision = 0

    def __len__(self) -> int:
        """Columns in use or free: every number is below this."""
        return len(self._numbers) + len(self._free)

    @property
    def alive(self) -> int:
        """Keys that have a column."""
        return len(self._numbers)

    def number(self, key: K) -> int | None:
        """The column of `key`, if it has one."""
        return self._numbers.get(key)

    def take(self, key: K) -> int:
        """The column of `key`, a new one if need be."""
        number = self._numbers.get(key)
        if number is None:
            number = self._free.pop() if self._free else len(self._numbers)
            self._numbers[key] = number
            self.revision += 1
        return number

    def release(self, key: K) -> int:
        """Give the column of `key` back. Raises KeyError."""
        number = self._numbers.pop(key)
        self._free.append(number)
        self.revision += 1
        return number

    def items(self) -> list[tuple[K, int]]:
        """Every key with its column."""
        return list(self._numbers.items())


class Ring:
    """`fields` (name -> dtype) of every series for the last `slots` seconds."""

    def __init__(self, fields: Mapping[str, str], *, slots: int = SLOTS, capacity: int = 64) -> None:
        self.slots = slots
        self._fields = {name: np.zeros((slots, capacity), dtype) for name, dtype in fields.items()}
        self._fields["rows"] = np.zeros((slots, capacity), np.uint8)
        self._seconds = np.full(slots, -1, np.int64)
        self.latest = np.full(capacity, -1, np.int64)  # the newest second of each series
        self.newest = -1

    @property
    def capacity(self) -> int:
        """Columns there is room for."""
        return int(self.latest.size)

    @property
    def octets(self) -> int:
        """Memory of all fields."""
        return sum(field.nbytes for field in self._fields.values())

    def make_room(self, columns: int) -> None:
        """Room for at least `columns` columns; grows by half, so that growing is rare."""
        if columns <= self.capacity:
            return
        capacity = max(columns, self.capacity * 3 // 2)
        for name, old in self._fields.items():
            field = np.zeros((self.slots, capacity), old.dtype)
            field[:, : self.capacity] = old
            self._fields[name] = field
        latest = np.full(capacity, -1, np.int64)
        latest[: self.capacity] = self.latest
        self.latest = latest

    def wipe(self, column: int) -> None:
        """Forget a series, before its column is used for another."""
        for field in self._fields.values():
            field[:, column] = 0
        self.latest[column] = -1

    def write(self, at_s: Ints, columns: Ints, values: Mapping[str, NDArray[Any]]) -> None:
        """Set rows. Writing the same row again changes nothing; rows older than the ring are left out."""
        if not at_s.size:
            return
        self._reach(int(at_s.max()))
        young = at_s > self.newest - self.slots
        if not young.all():
            at_s, columns = at_s[young], columns[young]
            values = {name: value[young] for name, value in values.items()}
        slots = at_s % self.slots
        for name, value in values.items():
            self._fields[name][slots, columns] = value
        self._fields["rows"][slots, columns] = 1
        np.maximum.at(self.latest, columns, at_s)

    def _reach(self, second: int) -> None:
        """Make every second up to `second` present and empty."""
        if second <= self.newest:
            return
        fresh = np.arange(max(self.newest + 1, second - self.slots + 1), second + 1)
        slots = fresh % self.slots
        for field in self._fields.values():
            field[slots] = 0
        self._seconds[slots] = fresh
        self.newest = second

    def sums(self, name: str, *, end_s: int, width_s: int) -> Floats:
        """The sum of `name` over the seconds (end_s - width_s, end_s], for every column."""
        total = np.zeros(self.capacity, np.float64)
        field = self._fields[name]
        for second in range(end_s - width_s + 1, end_s + 1):
            slot = second % self.slots
            if self._seconds[slot] == second:
                total += field[slot]
        return total

    def at(self, name: str, second: int) -> NDArray[Any]:
        """`name` of every column in one second; zeros where nothing is known."""
        slot = second % self.slots
        field = self._fields[name]
        return field[slot] if self._seconds[slot] == second else np.zeros(self.capacity, field.dtype)

    def ending(self, end_s: int, names: tuple[str, ...], *, width_s: int, patience_s: int) -> dict[str, Floats]:
        """Sums over windows of `width_s` that end at each series' newest second, if that is at most `patience_s` before `end_s`.

        `at_s` of the answer is that second, -1 for series that are behind; their sums are 0.
        """
        behind = end_s - np.minimum(self.latest, end_s)
        late = self.latest > end_s
        fresh = (behind <= patience_s) & (self.latest >= 0)
        answer = {name: np.zeros(self.capacity) for name in names}
        for lag in np.unique(behind[fresh]).tolist():
            mine = fresh & (behind == lag)
            for name in names:
                np.copyto(answer[name], self.sums(name, end_s=end_s - lag, width_s=width_s), where=mine)
        answer["at_s"] = np.where(fresh, np.where(late, end_s, self.latest), -1).astype(np.float64)
        return answer

    def last(self, name: str, end_s: int, *, patience_s: int) -> Floats:
        """`name` in each series' newest second up to `end_s`; NaN for series more than `patience_s` behind."""
        newest = np.minimum(self.latest, end_s)
        fresh = (newest >= 0) & (end_s - newest <= patience_s)
        columns = np.flatnonzero(fresh)
        values = np.full(self.capacity, np.nan)
        slots = newest[columns] % self.slots
        known = self._fields["rows"][slots, columns] > 0
        values[columns[known]] = self._fields[name][slots[known], columns[known]]
        return values
