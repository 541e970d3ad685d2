"""A batch: what one node measured in one second (or a few), by columns. zstd-compressed MessagePack.

Every column is the raw little-endian octets of its numbers (`wire.columns`); `DTYPES` of each struct names each
column's numpy type. Repeated names travel once in a list and as `<u4` indices into it.
"""

from __future__ import annotations

import math
from typing import ClassVar, Final, TypeVar

import msgspec
import zstandard

from tallylight.wire import columns, doors
from tallylight.wire.errors import BatchTooLarge, GarbledBatch


class PathColumns(msgspec.Struct, frozen=True, kw_only=True):
    """One row per path (this node -> peer) and second; every column is `<u4`.

    `at_s`          unix second at which the row closed: it covers [at_s - 1, at_s)
    `peer`          index into `peers`
    `sent`          packets sent
    `received`      replies within the timeout, duplicates not counted
    `lost`          packets whose timeout (1.5 s unless the plan says otherwise) passed in this second without a reply;
                    never taken back
    `late`          replies after the timeout: each was counted `lost` before, here or in an earlier row, so that over
                    a long span `lost - late` packets never came back
    `duplicated`    further replies to a packet already answered
    `reordered`     replies to a packet sent before one already answered (RFC 4737)
    `lost_forward`, `lost_backward`
                    lost packets, as far as the reflector's own sequence tells on which way; counted once a later reply
                    shows it, so the two may trail `lost` by seconds and are 0 while a path is dead
    `silent_ms`     time since the last reply (since the first unanswered packet, if later), 0 when nothing is
                    unanswered
    `jitter_us`     mean of the absolute differences of successive round trips of this second (RFC 3393), 0 below two
                    samples
    `clock_error_us` stated error of both ends' clocks together, or `UNKNOWN` when one end is not synchronised
    `samples`       how many of `rtts_us` belong to this row
    `rtts_us`       flat, rows after each other: round trips less reflector residence; late replies included, so that a
                    slow path is seen as slow; not duplicates
    """

    DTYPES: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("at_s", "peer", "sent", "received", "lost", "late", "duplicated", "reordered", "lost_forward"),
            *("lost_backward", "silent_ms", "jitter_us", "clock_error_us", "samples", "rtts_us"),
        ),
        "<u4",
    )

    peers: list[str] = []
    at_s: bytes = b""
    peer: bytes = b""
    sent: bytes = b""
    received: bytes = b""
    lost: bytes = b""
    late: bytes = b""
    duplicated: bytes = b""
    reordered: bytes = b""
    lost_forward: bytes = b""
    lost_backward: bytes = b""
    silent_ms: bytes = b""
    jitter_us: bytes = b""
    clock_error_us: bytes = b""
    samples: bytes = b""
    rtts_us: bytes = b""


class HostColumns(msgspec.Struct, frozen=True, kw_only=True):
    """One row per second about the machine of the node.

    `at_s` `<u4`; `cpu`, `memory`, `disk` `<f8`, shares 0..1 in use; `egress_bps`, `ingress_bps` `<u8`, bits a second
    over all interfaces but loopback; `sockets`, `descriptors` `<u4`, in use on the machine; `stall_ms` `<u4`, the
    longest that the agent itself was behind its send grid in this second: a second with a long stall says more about
    the node than about its paths.
    """

    DTYPES: ClassVar[dict[str, str]] = {
        "at_s": "<u4",
        "cpu": "<f8",
        "memory": "<f8",
        "disk": "<f8",
        "egress_bps": "<u8",
        "ingress_bps": "<u8",
        "sockets": "<u4",
        "descriptors": "<u4",
        "stall_ms": "<u4",
    }

    at_s: bytes = b""
    cpu: bytes = b""
    memory: bytes = b""
    disk: bytes = b""
    egress_bps: bytes = b""
    ingress_bps: bytes = b""
    sockets: bytes = b""
    descriptors: bytes = b""
    stall_ms: bytes = b""


class ViewerColumns(msgspec.Struct, frozen=True, kw_only=True):
    """One row per second and (customer, stream) with viewers; every column is `<u4`.

    `customer` is an index into `customers` (slugs), `stream` into `streams`; `viewers` are sessions heard in the last
    30 s.
    """

    DTYPES: ClassVar[dict[str, str]] = dict.fromkeys(("at_s", "customer", "stream", "viewers"), "<u4")

    customers: list[str] = []
    streams: list[str] = []
    at_s: bytes = b""
    customer: bytes = b""
    stream: bytes = b""
    viewers: bytes = b""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What `node` measured. `sequence` only grows, also over restarts and a lost spool; (node, sequence) names a batch
    for ever.

    `sent_at_us` is the node's clock when the batch was made, unix microseconds; `agent` its version; `dropped` how
    many batches this node has thrown away for lack of room since it started.
    """

    node: str
    sequence: int
    sent_at_us: int
    agent: str
    dropped: int = 0
    paths: PathColumns = PathColumns()
    host: HostColumns = HostColumns()
    viewers: ViewerColumns = ViewerColumns()


_MAX_SEQUENCE: Final = (1 << 63) - 1
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Batch)
Columns = TypeVar("Columns", PathColumns, HostColumns, ViewerColumns)


def encode(batch: Batch) -> bytes:
    """`batch` as the octets of a request body. A compressor is made per call: they must not be shared between
    threads.
    """
    return zstandard.ZstdCompressor(level=3).compress(_encoder.encode(batch))


def decode(body: bytes, *, max_body: int = doors.MAX_BODY, max_unpacked: int = doors.MAX_UNPACKED) -> Batch:
    """The batch in `body`, whole and plausible, or an error.

    Raises `BatchTooLarge` over `max_body` octets, over `max_unpacked` octets once decompressed (memory is never spent
    beyond the bound, whatever the frame claims), or over the row bounds of `wire.doors`; `GarbledBatch` for everything
    that is not a batch, columns of unequal length, indices that point nowhere, and numbers that are negative, not
    finite or beyond belief.
    """
    if len(body) > max_body:
        raise BatchTooLarge(what="octets", size=len(body), bound=max_body)
    batch = decode_again(body, max_unpacked=max_unpacked)
    _check_head(batch)
    _check_paths(batch.paths)
    _check_host(batch.host)
    _check_viewers(batch.viewers)
    return batch


def decode_again(body: bytes, *, max_unpacked: int = doors.MAX_UNPACKED) -> Batch:
    """A batch that `decode` has taken before and that was kept since: its columns are not checked a second time.

    Raises `BatchTooLarge` or `GarbledBatch` when the octets are no batch any more.
    """
    try:
        return _decoder.decode(_decompress(body, max_unpacked))
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise GarbledBatch(reason=str(wrong)) from wrong


def _decompress(body: bytes, bound: int) -> bytes:
    """The content of `body`, all of it zstd and at most `bound` octets; read in pieces so that a bomb costs no more than
    the bound.
    """
    try:
        if zstandard.get_frame_parameters(body).window_size > max(bound, 1 << 20):
            raise BatchTooLarge(
                what="octets unpacked", size=zstandard.get_frame_parameters(body).window_size, bound=bound
            )
        # Across frames: what follows the batch is then either no frame, or more than a message, and refused as such.
        engine = zstandard.ZstdDecompressor(max_window_size=max(bound, 1 << 20))
        reader = engine.stream_reader(body, read_across_frames=True)
        unpacked = reader.read(bound + 1)
    except zstandard.ZstdError as wrong:
        raise GarbledBatch(reason="it is not a zstd frame") from wrong
    if len(unpacked) > bound:
        raise BatchTooLarge(what="octets unpacked", size=len(unpacked), bound=bound)
    return unpacked


def _check_head(batch: Batch) -> None:
    _check_names("node", [batch.node])
    _check_names("agent", [batch.agent])
    for name in ("sequence", "sent_at_us", "dropped"):
        if not 0 <= getattr(batch, name) <= _MAX_SEQUENCE:
            raise GarbledBatch(reason=f"{name} is out of range", column=name)


def _check_paths(paths: PathColumns) -> None:
    _check_names("peers", paths.peers)
    rows = _check_rows(paths, doors.MAX_PATH_ROWS, apart={"rtts_us"})
    _check_index(paths, "peer", len(paths.peers))
    for name in ("sent", "received", "lost", "late", "duplicated", "reordered", "lost_forward", "lost_backward"):
        _check_most(paths, name, doors.MAX_COUNT)
    _check_most(paths, "silent_ms", doors.MAX_SILENT_MS)
    _check_most(paths, "jitter_us", doors.MAX_JITTER_US)
    _check_most(paths, "rtts_us", doors.MAX_RTT_US)
    samples, rest = divmod(len(paths.rtts_us), 4)
    if samples > doors.MAX_SAMPLES:
        raise BatchTooLarge(what="samples", size=samples, bound=doors.MAX_SAMPLES)
    if rest or sum(columns.unpack("<u4", paths.samples)) != samples:
        raise GarbledBatch(reason=f"samples of {rows} rows don't add up to the length of rtts_us", column="samples")


def _check_host(host: HostColumns) -> None:
    _check_rows(host, doors.MAX_HOST_ROWS)
    for name in ("cpu", "memory", "disk"):
        for share in columns.unpack("<f8", getattr(host, name)):
            if not (math.isfinite(share) and 0.0 <= share <= 1.0):
                raise GarbledBatch(reason=f"{name} holds {share}, which is not a share of 0 to 1", column=name)


def _check_viewers(viewers: ViewerColumns) -> None:
    _check_names("customers", viewers.customers)
    _check_names("streams", viewers.streams)
    _check_rows(viewers, doors.MAX_VIEWER_ROWS)
    _check_index(viewers, "customer", len(viewers.customers))
    _check_index(viewers, "stream", len(viewers.streams))


def _check_names(column: str, names: list[str]) -> None:
    if len(names) > doors.MAX_NAMES:
        raise BatchTooLarge(what=column, size=len(names), bound=doors.MAX_NAMES)
    for name in names:
        if not 0 < len(name) <= doors.MAX_NAME or not name.isprintable():
            raise GarbledBatch(reason=f"{column} holds a name that is empty, too long or not printable", column=column)


def _check_rows(table: Columns, bound: int, *, apart: set[str] | None = None) -> int:
    """How many rows `table` has; every column but those `apart` must have as many."""
    rows = len(table.at_s) // columns.width(table.DTYPES["at_s"])
    if rows > bound:
        raise BatchTooLarge(what="rows", size=rows, bound=bound)
    for name, dtype in table.DTYPES.items():
        if name not in (apart or ()) and len(getattr(table, name)) != rows * columns.width(dtype):
            raise GarbledBatch(reason=f"column {name} is not as long as at_s", column=name)
    return rows


def _check_index(table: PathColumns | ViewerColumns, column: str, names: int) -> None:
    if max(columns.unpack("<u4", getattr(table, column)), default=-1) >= names:
        raise GarbledBatch(reason=f"column {column} points past its names", column=column)


def _check_most(table: PathColumns, column: str, bound: int) -> None:
    octets = getattr(table, column)
    if len(octets) % 4 == 0 and max(columns.unpack("<u4", octets), default=0) > bound:
        raise GarbledBatch(reason=f"column {column} holds a number over {bound}", column=column)
