"""The prober over real sockets: against itself, and against packets built by hand from the RFCs."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from tallylight.edge.clocks import Clocks
from tallylight.edge.path import PathRow
from tallylight.edge.prober import BUSY, Prober, Second
from tallylight.edge.sockets import has_kernel_timestamps, receive, udp_socket
from tallylight.edge.targets import Target, Targets
from tallylight.edge.tests.hub import until
from tallylight.kernel import clock
from tallylight.kernel.chance import generator

LOOPBACK = "127.0.0.1"
NTP_EPOCH = 2_208_988_800


class Node:
    """A prober with the seconds it has closed."""

    def __init__(self, *, clocks: Clocks | None = None, host: str = LOOPBACK) -> None:
        self.seconds: list[Second] = []
        self.prober = Prober((host, 0), on_second=self.seconds.append, generator=generator(7), clocks=clocks)

    def aim(self, *peers: Target, key: bytes | None = None, open_too: bool = True) -> None:
        self.prober.apply(Targets(targets=peers, reflect_key=key, reflect_open=open_too))

    def target(self, name: str = "peer", key: bytes | None = None) -> Target:
        return Target(name, self.prober.address, key)

    def rows(self, peer: str = "peer") -> list[PathRow]:
        return [row for second in self.seconds for row in second.paths if row.peer == peer]

    def total(self, column: str, peer: str = "peer") -> int:
        return sum(getattr(row, column) for row in self.rows(peer))


@contextmanager
def nodes(count: int, **options: object) -> Iterator[list[Node]]:
    made = [Node(**options) for _ in range(count)]
    for node in made:
        node.prober.start()
    try:
        yield made
    finally:
        for node in made:
            node.prober.stop()


@contextmanager
def far_end(answer: Callable[[bytes, float], list[bytes]]) -> Iterator[tuple[str, int]]:
    """Another maker's reflector: `answer` turns a packet and its arrival (unix seconds) into what is sent back."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((LOOPBACK, 0))
    sock.settimeout(0.1)
    ending = threading.Event()

    def serve() -> None:
        while not ending.is_set():
            try:
                packet, source = sock.recvfrom(2048)
            except TimeoutError:
                continue
            for reply in answer(packet, clock.unix_seconds()):
                sock.sendto(reply, source)

    thread = threading.Thread(target=serve)
    thread.start()
    yield sock.getsockname()
    ending.set()
    thread.join()
    sock.close()


def ntp(unix_s: float) -> bytes:
    return struct.pack("!II", int(unix_s) + NTP_EPOCH, int(unix_s % 1 * 2**32))


def twamp_light_reflector() -> Callable[[bytes, float], list[bytes]]:
    """RFC 5357 section 4.2.1, unauthenticated, with 27 octets of padding; built octet by octet."""
    count = 0

    def answer(packet: bytes, arrival: float) -> list[bytes]:
        nonlocal count
        reply = struct.pack("!I", count) + ntp(clock.unix_seconds()) + b"\x80\x01" + bytes(2) + ntp(arrival)
        reply += packet[0:4] + packet[4:12] + packet[12:14] + bytes(2) + b"\x40" + bytes(27)
        count += 1
        return [reply]

    return answer


def test_two_nodes_measure_each_other() -> None:
    with nodes(2) as (a, b):
        a.aim(b.target())
        b.aim(a.target())
        until(lambda: len(a.seconds) >= 4 and len(b.seconds) >= 4)
        for node in (a, b):
            seconds = list(node.seconds)
            whole = [row for second in seconds[1:] for row in second.paths]
            span_s = seconds[-1].at_s - seconds[0].at_s
            assert abs(sum(row.sent for row in whole) - 10 * span_s) <= 2
            assert all(0 < rtt < 1_000_000 for row in whole for rtt in row.rtts_us)
            assert (node.total("lost"), node.total("duplicated"), node.prober.counters.stray) == (0, 0, 0)
            assert all(later.at_s > earlier.at_s for earlier, later in pairwise(seconds))


def test_nodes_measure_each_other_over_ipv6() -> None:
    with nodes(2, host="::1") as (a, b):
        a.aim(b.target())
        until(lambda: a.total("received") >= 5)


def test_authenticated_paths_are_measured_and_others_are_not_answered() -> None:
    key = b"k" * 32
    with nodes(2) as (a, b):
        b.aim(key=key, open_too=False)
        a.aim(b.target("good", key))
        until(lambda: a.total("received", "good") >= 5)
        for wrong in (Target("open", b.prober.address), Target("wrong-key", b.prober.address, b"x" * 32)):
            a.aim(wrong)
            until(lambda: a.total("lost", wrong.peer) >= 3)  # noqa: B023 - called at once
            assert a.total("received", wrong.peer) == 0
        until(lambda: b.prober.reflector.counters.refused > 5)


def test_a_forged_reply_is_not_believed() -> None:
    def forge(packet: bytes, arrival: float) -> list[bytes]:
        return [bytes(4) + ntp(arrival) + packet + bytes(68), packet[:30], b"", packet * 3]

    with far_end(forge) as address, nodes(1) as (a,):
        a.aim(Target("forger", address, b"k" * 32))
        until(lambda: a.total("lost", "forger") >= 3)
        assert a.total("received", "forger") == 0
        assert a.prober.counters.unauthentic > 0


def test_another_makers_twamp_light_reflector_is_measured() -> None:
    with far_end(twamp_light_reflector()) as address, nodes(1) as (a,):
        a.aim(Target("peer", address, stateful=False))
        until(lambda: a.total("received") >= 15)
        assert a.total("lost") == 0
        assert all(0 <= rtt < 1_000_000 for row in a.rows() for rtt in row.rtts_us)


@pytest.mark.parametrize("length", [14, 41, 44, 128, 1400])
def test_another_makers_sender_of_any_length_is_answered(length: int) -> None:
    """A TWAMP-Light sender's packet (RFC 4656 section 4.1.2), read back octet by octet from the reply."""
    with nodes(1) as (a,), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        for expected in range(3):
            before = clock.unix_seconds()
            request = (struct.pack("!I", 40 + expected) + ntp(before) + b"\x80\x01" + bytes(2) + b"\xaa" * 1400)[
                :length
            ]
            sock.sendto(request, a.prober.address)
            reply, source = sock.recvfrom(2048)
            assert source == a.prober.address
            assert len(reply) == max(length, 44)
            assert struct.unpack("!I", reply[0:4]) == (expected,)
            assert (reply[24:28], reply[28:36], reply[36:38]) == (request[0:4], request[4:12], request[12:14])
            seconds = [struct.unpack("!II", reply[at : at + 8]) for at in (16, 4)]
            t2, t3 = (whole - NTP_EPOCH + part / 2**32 for whole, part in seconds)
            assert before - 0.001 <= t2 <= t3 <= clock.unix_seconds() + 0.001
            assert reply[40] == 64, "the TTL that it left with"
            assert reply[44:] == request[44:]


def test_every_sender_has_a_sequence_of_its_own() -> None:
    def ask(sock: socket.socket) -> int:
        sock.settimeout(5)
        sock.sendto(bytes(44), a.prober.address)
        return int(struct.unpack("!I", sock.recv(2048)[:4])[0])

    with nodes(1) as (a,), socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as two:
        assert [ask(one), ask(one), ask(two), ask(one), ask(two)] == [0, 1, 0, 2, 1]


def test_a_peer_moves_without_a_packet_called_lost() -> None:
    with nodes(3) as (a, old, new):
        a.aim(old.target())
        until(lambda: a.total("received") >= 15)
        a.aim(Target("peer", new.prober.address))
        until(lambda: new.prober.reflector.counters.answered >= 15)
        seen = len(a.seconds)
        until(lambda: len(a.seconds) > seen + 2)
        assert a.total("lost") == 0
        assert a.prober.counters.stray == 0


def test_a_move_to_where_nobody_answers_is_seen_as_loss_and_silence() -> None:
    with nodes(2) as (a, b), socket.socket(type=socket.SOCK_DGRAM) as deaf:
        deaf.bind((LOOPBACK, 0))
        a.aim(b.target())
        until(lambda: a.total("received") >= 15)
        a.aim(Target("peer", deaf.getsockname()))
        until(lambda: a.rows()[-1].silent_ms >= 2000)
        assert a.total("lost") >= 3
        a.aim()
        until(lambda: not a.seconds[-1].paths)


def test_a_clock_that_is_set_is_no_latency_and_no_loss() -> None:
    offset = [0]
    with nodes(1, clocks=Clocks(wall_ns=lambda: time.time_ns() + offset[0])) as (a,):
        # Its own peer: with this clock both timestamps and the kernel's disagree by the step, as right after a step.
        a.aim(a.target())
        until(lambda: a.total("received") >= 15)
        for step in (-3600, 7200):
            offset[0] += step * 1_000_000_000
            seen = len(a.seconds)
            until(lambda: len(a.seconds) > seen + 2)  # noqa: B023 - called at once
        assert a.total("lost") == 0
        assert max(rtt for row in a.rows() for rtt in row.rtts_us) < 1_000_000


def test_a_busy_reflector_answers_everybody() -> None:
    with nodes(1) as (a,), socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        answered = 0
        deadline = time.monotonic() + 20
        while not a.prober._busy or answered < 5 * BUSY:
            assert time.monotonic() < deadline
            for _ in range(20):
                sock.sendto(bytes(44), a.prober.address)
            for _ in range(20):
                sock.recv(2048)
                answered += 1


def test_arrivals_are_stamped_by_the_kernel() -> None:
    receiver, sender = (udp_socket(socket.AF_INET, bind=(LOOPBACK, 0)) for _ in range(2))
    assert has_kernel_timestamps(receiver)
    before = time.time_ns()
    sender.sendto(b"now", receiver.getsockname())
    after = time.time_ns()
    until(lambda: time.time_ns() > after + 50_000_000)
    arrived = receive(receiver)
    assert arrived is not None
    packet, source, arrival_ns, ttl = arrived
    assert (packet, source, ttl) == (b"now", sender.getsockname(), 64)
    assert before - 1_000_000 <= arrival_ns <= after + 20_000_000
    assert receive(receiver) is None
    for sock in (receiver, sender):
        sock.close()
