"""Lists whose items are made only where somebody looks: for answers that are shown a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")
S = TypeVar("S")


class Lazy(Sequence[T], Generic[T]):
    """`rows` (anything with slices, `count()` and iteration, such as a query) seen through `make`."""

    def __init__(self, rows: Any, make: Callable[[Any], T]) -> None:
        self._rows, self._make = rows, make

    def __len__(self) -> int:
        return int(self._rows.count())

    def __iter__(self) -> Iterator[T]:
        return (self._make(row) for row in self._rows)

    def map(self, make: Callable[[T], S]) -> Lazy[S]:
        """The same list, one step further."""
        return Lazy(self._rows, lambda row: make(self._make(row)))

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return [self._make(row) for row in self._rows[index]]
        return self._make(self._rows[index])
