from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tallylight.edge.clock_error import clock_error_us
from tallylight.edge.host import HostCounters, HostRow
from tallylight.edge.path import PathRow
from tallylight.edge.prober import Second
from tallylight.edge.rows import host_columns, path_columns, viewer_columns
from tallylight.edge.targets import has_names, resolve
from tallylight.wire import doors
from tallylight.wire.batch import Batch, decode, encode
from tallylight.wire.columns import UNKNOWN, unpack
from tallylight.wire.plan import Peer, Plan

AT = 1_795_397_700
HOST = HostRow(cpu=0.25, memory=0.5, disk=0.75, egress_bps=8, ingress_bps=16, sockets=3, descriptors=4)


def row(peer: str, rtts: list[int], **changed: int | None) -> PathRow:
    quiet = PathRow(peer, 10, len(rtts), 0, 0, 0, 0, 0, 0, 0, 0, None, rtts)
    return quiet._replace(**changed)


def travelled(second: Second, watching: dict[tuple[str, str], int]) -> Batch:
    sent = Batch(
        node="sin-1",
        sequence=1,
        sent_at_us=1,
        agent="test",
        paths=path_columns(second),
        host=host_columns(second, HOST),
        viewers=viewer_columns(second, watching),
    )
    return decode(encode(sent))


def test_a_second_travels_whole() -> None:
    paths = [row("fra-1", [180, 190], clock_error_us=7), row("iad-1", [], lost=10, silent_ms=5000), row("dxb-1", [90])]
    batch = travelled(Second(AT, 12, paths), {("acme", "show"): 2, ("acme", ""): 1, ("bmce", "show"): 5})
    assert batch.paths.peers == ["fra-1", "iad-1", "dxb-1"]
    assert list(unpack("<u4", batch.paths.samples)) == [2, 0, 1]
    assert list(unpack("<u4", batch.paths.rtts_us)) == [180, 190, 90]
    assert list(unpack("<u4", batch.paths.silent_ms)) == [0, 5000, 0]
    assert list(unpack("<u4", batch.paths.clock_error_us)) == [7, UNKNOWN, UNKNOWN]
    assert (list(unpack("<u4", batch.host.at_s)), list(unpack("<u4", batch.host.stall_ms))) == ([AT], [12])
    assert list(unpack("<f8", batch.host.disk)) == [0.75]
    names = batch.viewers.customers, batch.viewers.streams
    rows = zip(
        *(unpack("<u4", getattr(batch.viewers, column)) for column in ("customer", "stream", "viewers")), strict=True
    )
    told = {(names[0][int(customer)], names[1][int(stream)]): viewers for customer, stream, viewers in rows}
    assert told == {("acme", "show"): 2, ("acme", "-"): 1, ("bmce", "show"): 5}


def test_a_number_past_the_wires_bounds_is_brought_to_it() -> None:
    extreme = row("fra-1", [doors.MAX_RTT_US + 5], silent_ms=1 << 40, jitter_us=1 << 40, clock_error_us=1 << 40)
    batch = travelled(Second(AT, 0, [extreme]), {})
    assert unpack("<u4", batch.paths.rtts_us)[0] == doors.MAX_RTT_US
    assert unpack("<u4", batch.paths.clock_error_us)[0] == UNKNOWN - 1


def test_the_machine_is_read_plausibly(tmp_path: Path) -> None:
    read = HostCounters(tmp_path).read()
    assert 0 < read.memory < 1
    assert 0 < read.disk <= 1
    assert 0 <= read.cpu <= 1
    with socket.socket():
        assert read.sockets > 0
    assert read.descriptors > 0


def test_the_clocks_error_is_stated_or_not_known() -> None:
    error = clock_error_us()
    assert error is None or 0 < error < 60_000_000


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_names_of_peers_are_resolved(host: str) -> None:
    plan = Plan(version=1, peers=[Peer(name="fra-1", host=host, port=862)], reflect_key_b64="c2VjcmV0")
    targets, complete = resolve(plan)
    assert complete
    assert targets.targets[0].address[1] == 862
    assert targets.reflect_key == b"secret"
    assert has_names(plan) == (host == "localhost")


def test_a_peer_that_cannot_be_measured_is_left_out_and_said() -> None:
    plan = Plan(
        version=1,
        peers=[
            Peer(name="here", host="127.0.0.1", port=1),
            Peer(name="twin", host="127.0.0.1", port=1),
            Peer(name="nowhere", host="no.such.name.invalid", port=1),
            Peer(name="keyless", host="127.0.0.1", port=2, mode="authenticated"),
            Peer(name="garbled", host="127.0.0.1", port=3, mode="authenticated", key_b64="?"),
        ],
    )
    targets, complete = resolve(plan)
    assert [target.peer for target in targets.targets] == ["here"]
    assert not complete
