"""One second, as the batch that goes to the hub. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from tallylight.edge.host import HostRow
from tallylight.edge.path import PathRow
from tallylight.edge.prober import Second
from tallylight.wire import doors
from tallylight.wire.batch import HostColumns, PathColumns, ViewerColumns
from tallylight.wire.columns import UNKNOWN, pack

_COUNTED = (
    *("sent", "received", "lost", "late", "duplicated", "reordered"),
    *("lost_forward", "lost_backward", "silent_ms", "jitter_us"),
)


def path_columns(second: Second) -> PathColumns:
    """The rows of all paths; a number past the wire's bound is brought to it, not sent to be refused with all
    others.
    """
    rows: list[PathRow] = second.paths
    bounds = {"silent_ms": doors.MAX_SILENT_MS, "jitter_us": doors.MAX_JITTER_US}
    return PathColumns(
        peers=[row.peer for row in rows],
        at_s=pack("<u4", [second.at_s] * len(rows)),
        peer=pack("<u4", range(len(rows))),
        clock_error_us=pack("<u4", [_known(row.clock_error_us) for row in rows]),
        samples=pack("<u4", [len(row.rtts_us) for row in rows]),
        rtts_us=pack("<u4", [min(rtt, doors.MAX_RTT_US) for row in rows for rtt in row.rtts_us]),
        **{
            name: pack("<u4", [min(getattr(row, name), bounds.get(name, doors.MAX_COUNT)) for row in rows])
            for name in _COUNTED
        },
    )


def host_columns(second: Second, row: HostRow) -> HostColumns:
    """One reading of the machine."""
    values = {**row._asdict(), "at_s": second.at_s, "stall_ms": second.stall_ms}
    return HostColumns(**{name: pack(dtype, [values[name]]) for name, dtype in HostColumns.DTYPES.items()})


def viewer_columns(second: Second, watching: Mapping[tuple[str, str], int]) -> ViewerColumns:
    """Sessions by (customer, stream). A session that names no stream is counted for the stream "-"."""
    customers = sorted({customer for customer, _ in watching})
    streams = sorted({stream or "-" for _, stream in watching})
    at = {name: index for index, name in enumerate(customers)}
    of = {name: index for index, name in enumerate(streams)}
    return ViewerColumns(
        customers=customers,
        streams=streams,
        at_s=pack("<u4", [second.at_s] * len(watching)),
        customer=pack("<u4", [at[customer] for customer, _ in watching]),
        stream=pack("<u4", [of[stream or "-"] for _, stream in watching]),
        viewers=pack("<u4", watching.values()),
    )


def _known(error_us: int | None) -> int:
    return UNKNOWN if error_us is None else min(error_us, UNKNOWN - 1)
