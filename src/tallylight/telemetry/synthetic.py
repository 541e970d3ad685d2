"""Batches of made-up nodes: for tests and benchmarks of everything behind the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tallylight.wire.batch import Batch, HostColumns, PathColumns, ViewerColumns
from tallylight.wire.columns import UNKNOWN, pack


@dataclass(frozen=True, slots=True)
class Weather:
    """What one path is like for a second: round trip (ms), lost packets of `sent`, and how long nothing was heard (ms)."""

    rtt_ms: float = 20.0
    lost: int = 0
    sent: int = 10
    silent_ms: int = 0


CALM = Weather()


def batch(
    node: str,
    sequence: int,
    second: int,
    peers: Iterable[str],
    *,
    weather: Mapping[str, Weather] | None = None,
    audiences: Mapping[str, int] | None = None,
    seconds: int = 1,
) -> Batch:
    """What `node` would send after `second` (and the ones before, `seconds` in all) with each peer's `weather`."""
    names, weather, audiences = list(peers), weather or {}, audiences or {}
    span = range(second - seconds + 1, second + 1)
    return Batch(
        node=node,
        sequence=sequence,
        sent_at_us=second * 1_000_000 + 50_000,
        agent="synthetic",
        paths=_paths(names, [weather.get(name, CALM) for name in names], span),
        host=_host(span),
        viewers=_viewers(audiences, span),
    )


def _paths(peers: list[str], weather: list[Weather], span: range) -> PathColumns:
    rows = [(second, i, weather[i]) for second in span for i in range(len(peers))]
    received = [each.sent - each.lost for _, _, each in rows]
    rtts = [round(each.rtt_ms * 1000) for (_, _, each), count in zip(rows, received, strict=True) for _ in range(count)]
    none = pack("<u4", [0] * len(rows))
    return PathColumns(
        peers=peers,
        at_s=pack("<u4", [second for second, _, _ in rows]),
        peer=pack("<u4", [i for _, i, _ in rows]),
        sent=pack("<u4", [each.sent for _, _, each in rows]),
        received=pack("<u4", received),
        lost=pack("<u4", [each.lost for _, _, each in rows]),
        late=none,
        duplicated=none,
        reordered=none,
        lost_forward=none,
        lost_backward=none,
        silent_ms=pack("<u4", [each.silent_ms for _, _, each in rows]),
        jitter_us=pack("<u4", [500] * len(rows)),
        clock_error_us=pack("<u4", [UNKNOWN] * len(rows)),
        samples=pack("<u4", received),
        rtts_us=pack("<u4", rtts),
    )


def _host(span: range) -> HostColumns:
    rows = len(span)
    return HostColumns(
        at_s=pack("<u4", span),
        cpu=pack("<f8", [0.25] * rows),
        memory=pack("<f8", [0.5] * rows),
        disk=pack("<f8", [0.75] * rows),
        egress_bps=pack("<u8", [8_000_000] * rows),
        ingress_bps=pack("<u8", [4_000_000] * rows),
        sockets=pack("<u4", [100] * rows),
        descriptors=pack("<u4", [200] * rows),
        stall_ms=pack("<u4", [0] * rows),
    )


def _viewers(audiences: Mapping[str, int], span: range) -> ViewerColumns:
    rows = [(second, i, count) for second in span for i, count in enumerate(audiences.values())]
    return ViewerColumns(
        customers=list(audiences),
        streams=["main"] if audiences else [],
        at_s=pack("<u4", [second for second, _, _ in rows]),
        customer=pack("<u4", [i for _, i, _ in rows]),
        stream=pack("<u4", [0] * len(rows)),
        viewers=pack("<u4", [count for _, _, count in rows]),
    )
