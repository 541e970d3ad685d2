"""A column: numbers as raw little-endian octets, so that the hub reads one with `numpy.frombuffer(column, dtype)` and
no copy.

The wire itself stays free of numpy: nodes are small.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from typing import Final

#: numpy's name of a column's type -> the array module's.
TYPECODES: Final = {"<u4": "I", "<u8": "Q", "<f8": "d"}

#: In a `<u4` column that may be empty: "not known".
UNKNOWN: Final = 0xFFFF_FFFF


def pack(dtype: str, values: Iterable[float]) -> bytes:
    """`values` as a column of `dtype` (`<u4`, `<u8` or `<f8`). Raises OverflowError for a value that does not fit."""
    column = array(TYPECODES[dtype], values)
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def unpack(dtype: str, column: bytes) -> array[float]:
    """The inverse of `pack`. Raises ValueError when the octets are not whole numbers of `dtype`."""
    values: array[float] = array(TYPECODES[dtype])
    values.frombytes(column)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def width(dtype: str) -> int:
    """Octets of one number of `dtype`."""
    return int(dtype[2:])
