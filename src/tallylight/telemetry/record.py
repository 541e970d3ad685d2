"""What the log keeps of a batch: its octets as they came, and what only the hub knows of them."""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, array_like=True):
    """A batch as it was taken. `received_us`: the hub's clock, unix microseconds. `offset_us`: the hub's clock less the node's.

    `shift_s` whole seconds are added to the node's instants to place them in the hub's time; 0 while the clocks agree.
    """

    node: str
    region: str
    sequence: int
    received_us: int
    offset_us: int
    shift_s: int
    body: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)


def encode(record: Record) -> bytes:
    """`record` as octets."""
    return _encoder.encode(record)


def decode(octets: bytes) -> Record:
    """The inverse of `encode`. Raises msgspec.MsgspecError."""
    return _decoder.decode(octets)
