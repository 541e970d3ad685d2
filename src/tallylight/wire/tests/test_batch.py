from __future__ import annotations

import os
from contextlib import suppress

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tallylight.wire import doors
from tallylight.wire.batch import Batch, HostColumns, PathColumns, ViewerColumns, decode, encode
from tallylight.wire.columns import UNKNOWN, pack, unpack
from tallylight.wire.errors import BatchTooLarge, GarbledBatch

names = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20)
counts = st.integers(0, doors.MAX_COUNT)
seconds = st.integers(0, 0xFFFF_FFFF)
shares = st.floats(0, 1)


def u4(values: list[int]) -> bytes:
    return pack("<u4", values)


@st.composite
def path_columns(draw: st.DrawFn) -> PathColumns:
    peers = draw(st.lists(names, min_size=1, max_size=4))
    rows = draw(st.integers(0, 6))

    def column(of: st.SearchStrategy[int]) -> bytes:
        return u4(draw(st.lists(of, min_size=rows, max_size=rows)))

    samples = draw(st.lists(st.integers(0, 12), min_size=rows, max_size=rows))
    rtts = draw(st.lists(st.integers(0, doors.MAX_RTT_US), min_size=sum(samples), max_size=sum(samples)))
    counted = ("sent", "received", "lost", "late", "duplicated", "reordered", "lost_forward", "lost_backward")
    return PathColumns(
        peers=peers,
        at_s=column(seconds),
        peer=column(st.integers(0, len(peers) - 1)),
        **{name: column(counts) for name in counted},
        silent_ms=column(st.integers(0, 10**6)),
        jitter_us=column(st.integers(0, doors.MAX_JITTER_US)),
        clock_error_us=column(st.integers(0, UNKNOWN)),
        samples=u4(samples),
        rtts_us=u4(rtts),
    )


@st.composite
def host_columns(draw: st.DrawFn) -> HostColumns:
    rows = draw(st.integers(0, 4))

    def values(of: st.SearchStrategy[float]) -> list[float]:
        return draw(st.lists(of, min_size=rows, max_size=rows))

    of = {"<f8": shares, "<u4": seconds, "<u8": st.integers(0, 10**12)}
    return HostColumns(**{name: pack(dtype, values(of[dtype])) for name, dtype in HostColumns.DTYPES.items()})


@st.composite
def viewer_columns(draw: st.DrawFn) -> ViewerColumns:
    rows = draw(st.integers(0, 4))

    def column(of: st.SearchStrategy[int]) -> bytes:
        return u4(draw(st.lists(of, min_size=rows, max_size=rows)))

    customers, streams = draw(st.lists(names, min_size=1)), draw(st.lists(names, min_size=1))
    return ViewerColumns(
        customers=customers,
        streams=streams,
        at_s=column(seconds),
        customer=column(st.integers(0, len(customers) - 1)),
        stream=column(st.integers(0, len(streams) - 1)),
        viewers=column(counts),
    )


batches = st.builds(
    Batch,
    node=names,
    sequence=st.integers(0, 2**63 - 1),
    sent_at_us=st.integers(0, 2**63 - 1),
    agent=names,
    dropped=counts,
    paths=path_columns(),
    host=host_columns(),
    viewers=viewer_columns(),
)


def one_row(**changed: bytes) -> PathColumns:
    columns = {name: u4([0]) for name in PathColumns.DTYPES if name != "rtts_us"}
    return PathColumns(peers=["fra-1"], **{**columns, **changed})


def batch(**parts: object) -> Batch:
    return msgspec.structs.replace(Batch(node="sin-1", sequence=1, sent_at_us=1, agent="0.1.0"), **parts)


@given(batches)
@settings(max_examples=150, deadline=None)
def test_a_batch_comes_back_as_it_was_sent(sent: Batch) -> None:
    assert decode(encode(sent)) == sent


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_garbage_is_told_from_a_batch(garbage: bytes) -> None:
    with pytest.raises(GarbledBatch):
        decode(garbage)
    with pytest.raises(GarbledBatch):
        decode(zstandard.compress(garbage))


@given(batches, st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_batch_is_a_batch_or_a_typed_error(sent: Batch, data: st.DataObject) -> None:
    octets = bytearray(zstandard.decompress(encode(sent)))
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(GarbledBatch, BatchTooLarge):  # anything else would be a crash of the hub
        assert isinstance(decode(zstandard.compress(bytes(octets))), Batch)


@pytest.mark.parametrize("rest", [b"x", b"x" * 99, encode(batch())])
def test_nothing_may_follow_a_batch(rest: bytes) -> None:
    with pytest.raises(GarbledBatch):
        decode(encode(batch()) + rest)


def test_a_torn_body_is_garbled() -> None:
    whole = encode(batch(paths=one_row()))
    for cut in range(len(whole)):
        with pytest.raises(GarbledBatch):
            decode(whole[:cut])


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("rtts_us", u4([doors.MAX_RTT_US + 1])),
        ("rtts_us", b"\x00\x00\x00"),
        ("samples", u4([2])),
        ("peer", u4([1])),
        ("lost", u4([doors.MAX_COUNT + 1])),
        ("lost", u4([1, 2])),
        ("lost", b""),
        ("jitter_us", b"\x00\x00\x00"),
    ],
)
def test_a_column_that_does_not_fit_is_named(column: str, value: bytes) -> None:
    right = one_row(samples=u4([1]), rtts_us=u4([180_000]))
    with pytest.raises(GarbledBatch) as refused:
        decode(encode(batch(paths=msgspec.structs.replace(right, **{column: value}))))
    assert refused.value.facts["column"] in {column, "samples"}


@pytest.mark.parametrize("share", [float("nan"), float("inf"), -0.01, 1.01])
def test_a_share_that_is_no_share_is_refused(share: float) -> None:
    columns = {name: pack(dtype, [0]) for name, dtype in HostColumns.DTYPES.items()}
    with pytest.raises(GarbledBatch) as refused:
        decode(encode(batch(host=HostColumns(**{**columns, "cpu": pack("<f8", [share])}))))
    assert refused.value.facts["column"] == "cpu"


@pytest.mark.parametrize(("field", "value"), [("node", ""), ("node", "x" * 129), ("node", "a\nb"), ("sequence", -1)])
def test_a_head_that_is_out_of_bounds_is_refused(field: str, value: object) -> None:
    with pytest.raises(GarbledBatch):
        decode(encode(batch(**{field: value})))


def test_a_zip_bomb_costs_no_more_than_its_bound() -> None:
    bomb = zstandard.compress(b"\x00" * (64 << 20))
    assert len(bomb) < doors.MAX_BODY
    with pytest.raises(BatchTooLarge) as refused:
        decode(bomb)
    assert refused.value.facts["bound"] == doors.MAX_UNPACKED


def test_a_body_over_the_bound_is_not_even_read() -> None:
    with pytest.raises(BatchTooLarge):
        decode(os.urandom(doors.MAX_BODY + 1))


def test_too_many_rows_are_refused() -> None:
    rows = doors.MAX_PATH_ROWS + 1
    columns = {name: bytes(4 * rows) for name in PathColumns.DTYPES if name != "rtts_us"}
    with pytest.raises(BatchTooLarge):
        decode(encode(batch(paths=PathColumns(peers=["fra-1"], **columns))))


def test_columns_are_little_endian() -> None:
    assert pack("<u4", [1, 258]) == b"\x01\x00\x00\x00\x02\x01\x00\x00"
    assert list(unpack("<u8", b"\x01" + bytes(7))) == [1]
