"""ClickHouse's Native format, written from numpy without a loop over rows.

A block is: number of columns, number of rows, then every column as name, type and its values one after another.
https://clickhouse.com/docs/interfaces/formats/Native
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]

#: LowCardinality: shared dictionaries with additional keys; 32-bit indices, keys follow, dictionary is this block's own.
_KEYS_VERSION = 1
_INDEX_U32 = 2 | 1 << 9 | 1 << 10


class Block:
    """One block of `rows` rows. Add every column, then take `octets`."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.names: list[str] = []
        self._parts: list[bytes] = []

    def numbers(self, name: str, kind: str, values: Numbers) -> None:
        """A column of fixed-width numbers; `values` already have the width of `kind`."""
        self._column(name, kind, np.ascontiguousarray(values).tobytes())

    def names_of(self, name: str, words: Sequence[str], index: Numbers) -> None:
        """A LowCardinality(String) column: `words[index[i]]` in row i."""
        keys = b"".join(_string(word) for word in words)
        head = np.array([_KEYS_VERSION, _INDEX_U32, len(words)], "<u8").tobytes()
        rows = np.array([self.rows], "<u8").tobytes()
        self._column(name, "LowCardinality(String)", head + keys + rows + index.astype("<u4").tobytes())

    def arrays(self, name: str, kind: str, lengths: Numbers, flat: Numbers) -> None:
        """An Array(kind) column: row i holds the next `lengths[i]` values of `flat`."""
        ends = np.cumsum(lengths, dtype="<u8").tobytes()
        self._column(name, f"Array({kind})", ends + np.ascontiguousarray(flat).tobytes())

    def octets(self) -> bytes:
        """The block."""
        return _varint(len(self.names)) + _varint(self.rows) + b"".join(self._parts)

    def _column(self, name: str, kind: str, octets: bytes) -> None:
        self.names.append(name)
        self._parts += (_string(name), _string(kind), octets)


def _string(text: str) -> bytes:
    octets = text.encode()
    return _varint(len(octets)) + octets


def _varint(number: int) -> bytes:
    """Unsigned LEB128."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
