"""How a batch lies in a spool segment: a header (length, CRC-32, sequence) and its octets."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO, Final, NamedTuple

_HEADER = struct.Struct("<IIQ")
_LONGEST: Final = 16 << 20


class Record(NamedTuple):
    """A batch as it waits: its sequence and its octets, ready to send."""

    sequence: int
    body: bytes


def write_record(record: Record) -> bytes:
    """The octets of `record` in a segment."""
    return _HEADER.pack(len(record.body), zlib.crc32(record.body), record.sequence) + record.body


def read_record(file: BinaryIO) -> Record | None:
    """The record at the file's position; None at the end and where it is torn."""
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    length, checksum, sequence = _HEADER.unpack(header)
    body = file.read(length) if length <= _LONGEST else b""
    if len(body) != length or zlib.crc32(body) != checksum:
        return None
    return Record(sequence, body)
