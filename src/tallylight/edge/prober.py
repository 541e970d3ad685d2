"""The measuring thread: sends on the grid, answers peers, reads what came back, and closes every second.

One thread and one `select`, away from everything that may wait (disk, hub, viewers). Replies are read in batches at
the next tick, because the kernel has stamped their arrival; requests are answered as they come, or, when there are
many, every few milliseconds.
"""

from __future__ import annotations

import select
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - the type only: generators come from kernel.chance
from typing import Final

import structlog

from tallylight.edge import stamp
from tallylight.edge.clock_error import clock_error_us
from tallylight.edge.clocks import Clocks
from tallylight.edge.grid import Grid
from tallylight.edge.path import Path, PathRow
from tallylight.edge.reflector import Reflector
from tallylight.edge.sockets import Address, has_kernel_timestamps, receive, udp_socket
from tallylight.edge.targets import Target, Targets
from tallylight.edge.threads import guarded_thread

log = structlog.get_logger("tallylight.edge")

#: The wall clock moved against the monotonic one by more than any discipline slews: it was set.
STEP_NS: Final = 10_000_000
#: Above so many requests a second they are gathered for up to `GATHER_S` and answered together, which halves the cost.
#: It is no error: the reply states when the request came and when the answer left.
BUSY: Final = 100
GATHER_S: Final = 0.020
#: How often the kernel is asked how good the clock is, in seconds.
_CLOCK_ERROR_EVERY: Final = 16


@dataclass(frozen=True, slots=True)
class Second:
    """What a second amounts to: it ended at unix second `at_s`; `stall_ms` is the most that sending was behind the
    grid.
    """

    at_s: int
    stall_ms: int
    paths: list[PathRow]


@dataclass(slots=True)
class _Line:
    """A path with where it goes now."""

    path: Path
    target: Target
    sock: socket.socket


@dataclass(slots=True)
class ProberCounters:
    """Since the start: replies that answer nothing, replies that are not authentic, packets the system refused to
    send.
    """

    stray: int = 0
    unauthentic: int = 0
    unsent: int = 0


@dataclass(slots=True)
class _Addresses:
    """Which line an address answers for: also for a while after the line has moved away from it."""

    lines: dict[Address, _Line] = field(default_factory=dict)
    old: deque[tuple[int, Address, _Line]] = field(default_factory=deque)

    def leave(self, line: _Line, until_mono: int) -> None:
        self.old.append((until_mono, line.target.address, line))

    def forget(self, now_mono: int) -> None:
        while self.old and self.old[0][0] <= now_mono:
            _, address, line = self.old.popleft()
            if self.lines.get(address) is line and line.target.address != address:
                del self.lines[address]


class Prober:
    """Runs the measurement in a thread of its own between `start` and `stop`.

    `bind` is where the reflector listens; `on_second` is called in the thread at every second of the wall clock, and
    must not wait. Raises OSError when the address can't be bound.
    """

    def __init__(
        self,
        bind: Address,
        *,
        on_second: Callable[[Second], None],
        generator: Random,
        on_failure: Callable[[], None] = lambda: None,
        clocks: Clocks | None = None,
    ) -> None:
        family = socket.AF_INET6 if ":" in bind[0] else socket.AF_INET
        self._reflector_socket = udp_socket(family, bind=bind)
        self.address: Address = self._reflector_socket.getsockname()
        self.reflector = Reflector()
        self.counters = ProberCounters()
        self._on_second = on_second
        self._generator = generator
        self._clocks = clocks or Clocks()
        self._inbox: deque[Targets] = deque()
        self._wake_in, self._wake_out = socket.socketpair()
        self._stopping = False
        self._targets = Targets()
        self._lines: dict[str, _Line] = {}
        self._addresses = _Addresses()
        self._senders: dict[int, socket.socket] = {}
        self._news = [self._wake_in]
        self._news_and_requests = [self._wake_in, self._reflector_socket]
        self._busy = False
        self._answered = 0
        wall, mono = self._clocks.read()
        self._grid: Grid[_Line] = Grid(pps=self._targets.pps, epoch_ns=mono, generator=generator)
        self._offset = wall - mono
        self._second = wall // 1_000_000_000
        self._row_due = mono
        self._stall_ns = 0
        self._own_error_us = clock_error_us()
        self._estimate = stamp.error_estimate(self._own_error_us)
        self._thread = guarded_thread("prober", self._run, on_failure)

    def start(self) -> None:
        """Begin to answer and to measure."""
        self._thread.start()

    def apply(self, targets: Targets) -> None:
        """Measure these from now on: peers that stay keep their account, also at a new address. From any thread."""
        self._inbox.append(targets)
        self._wake_out.send(b"\0")

    def stop(self) -> None:
        """End the thread and close the sockets. The running second is not reported."""
        self._stopping = True
        self._wake_out.send(b"\0")
        if self._thread.ident is not None:
            self._thread.join()
        for sock in (self._reflector_socket, self._wake_in, self._wake_out, *self._senders.values()):
            sock.close()

    def _run(self) -> None:
        wall, mono = self._clocks.read()
        self._row_due = mono + 1_000_000_000 - wall % 1_000_000_000
        while not self._stopping:
            due = min(self._grid.due_ns(), self._row_due)
            self._wait((due - self._clocks.mono_ns()) / 1e9)
            wall, mono = self._clocks.read()
            self._watch_clock(wall - mono)
            if mono >= due:
                self._read_replies(mono)
                self._send_due(wall, mono)
            if wall // 1_000_000_000 != self._second:
                self._close_second(wall, mono)

    def _wait(self, seconds: float) -> None:
        """Answer peers until `seconds` have passed; also wakes for news."""
        if self._busy:
            seconds = min(seconds, GATHER_S)
        ready, _, _ = select.select(self._news if self._busy else self._news_and_requests, [], [], max(seconds, 0))
        if self._busy or self._reflector_socket in ready:
            self._reflect()
        if self._wake_in in ready:
            self._wake_in.recv(4096)
            while self._inbox:
                self._change(self._inbox.popleft())
        elif ready and ready != [self._reflector_socket]:
            self._read_replies(self._clocks.mono_ns())

    def _reflect(self) -> None:
        sock, answer = self._reflector_socket, self.reflector.answer
        while (arrived := receive(sock)) is not None:
            packet, source, arrival_ns, ttl = arrived
            reply = answer(packet, source, arrival_ns, ttl)
            if reply is not None:
                self._transmit(sock, reply, source)

    def _transmit(self, sock: socket.socket, packet: bytes, address: Address) -> None:
        try:
            sock.sendto(packet, address)
        except OSError:
            # No route, no buffer, not permitted: for a path that is loss, and its timeout will say so.
            self.counters.unsent += 1

    def _send_due(self, wall: int, mono: int) -> None:
        """Send what is due, stamped with the instant at which it was meant to leave (no coordinated omission)."""
        behind = mono - self._grid.due_ns()
        self._stall_ns = max(self._stall_ns, behind)
        if behind > self._targets.timeout_ms * 1_000_000:
            self._grid.skip_to(mono)
            log.warning("measuring was suspended", seconds=round(behind / 1e9, 1))
        offset = wall - mono
        while (taken := self._grid.take(mono)) is not None:
            due, lines = taken
            timestamp = stamp.ntp(due + offset)
            for line in lines:
                self._send(line, timestamp, due + offset, due)

    def _send(self, line: _Line, timestamp: int, wall: int, mono: int) -> None:
        sequence = line.path.send(timestamp, wall, mono)
        key = line.target.key
        if key is None:
            packet = stamp.open_request(sequence, timestamp, self._estimate)
        else:
            packet = stamp.authenticated_request(sequence, timestamp, self._estimate, key)
        self._transmit(line.sock, packet, line.target.address)

    def _read_replies(self, mono: int) -> None:
        lines = self._addresses.lines
        for sock in self._senders.values():
            while (arrived := receive(sock)) is not None:
                packet, source, arrival_ns, _ = arrived
                line = lines.get(source)
                reply = None if line is None else self._read(packet, line.target.key)
                if line is None or reply is None or not line.path.reply(reply, arrival_ns, mono):
                    self.counters.stray += 1

    def _read(self, packet: bytes, key: bytes | None) -> stamp.Reply | None:
        if key is None:
            return stamp.read_open_reply(packet)
        if len(packet) >= stamp.AUTHENTICATED_SIZE and stamp.is_authentic(packet, key):
            return stamp.read_authenticated_reply(packet)
        self.counters.unauthentic += 1
        return None

    def _watch_clock(self, offset: int) -> None:
        """Keep round trips right when somebody sets the clock while packets are in flight."""
        step = offset - self._offset
        self._offset = offset
        if abs(step) < STEP_NS:
            return
        log.warning("the clock was set", by_ms=step // 1_000_000)
        for line in self._lines.values():
            line.path.clock_stepped(step)

    def _close_second(self, wall: int, mono: int) -> None:
        self._second = wall // 1_000_000_000
        self._row_due = mono + 1_000_000_000 - wall % 1_000_000_000
        if self._second % _CLOCK_ERROR_EVERY == 0:
            self._own_error_us = clock_error_us()
            self._estimate = self.reflector.error = stamp.error_estimate(self._own_error_us)
        self._busy = self.reflector.counters.answered - self._answered > BUSY
        self._answered = self.reflector.counters.answered
        self._read_replies(mono)
        rows = [line.path.close(mono, self._own_error_us) for line in self._lines.values()]
        self._addresses.forget(mono)
        stall_ms, self._stall_ns = max(self._stall_ns, 0) // 1_000_000, 0
        self._on_second(Second(self._second, stall_ms, rows))

    def _change(self, targets: Targets) -> None:
        self.reflector.key, self.reflector.open_too = targets.reflect_key, targets.reflect_open
        mono = self._clocks.mono_ns()
        if (targets.pps, targets.timeout_ms) != (self._targets.pps, self._targets.timeout_ms):
            self._drop(set(self._lines))
            self._grid = Grid(pps=targets.pps, epoch_ns=mono, generator=self._generator)
        self._targets = targets
        self._drop(set(self._lines) - {target.peer for target in targets.targets})
        for target in targets.targets:
            self._aim(target, mono)

    def _drop(self, peers: set[str]) -> None:
        for peer in peers:
            line = self._lines.pop(peer)
            self._grid.remove(line)
            if self._addresses.lines.get(line.target.address) is line:
                del self._addresses.lines[line.target.address]

    def _aim(self, target: Target, mono: int) -> None:
        """Add the peer, or point its line at another address while what is in flight may still come back from the old
        one.
        """
        line = self._lines.get(target.peer)
        sock = self._sender(socket.AF_INET6 if ":" in target.address[0] else socket.AF_INET)
        if line is None:
            timeout_ns = self._targets.timeout_ms * 1_000_000
            path = Path(target.peer, pps=self._targets.pps, timeout_ns=timeout_ns, stateful=target.stateful)
            line = self._lines[target.peer] = _Line(path, target, sock)
            self._grid.add(line)
        elif line.target.address != target.address:
            self._addresses.leave(line, mono + 2 * line.path.timeout_ns)
            line.path.move()
        line.target, line.sock, line.path.stateful = target, sock, target.stateful
        self._addresses.lines[target.address] = line

    def _sender(self, family: int) -> socket.socket:
        if family not in self._senders:
            sock = self._senders[family] = udp_socket(family)
            if not has_kernel_timestamps(sock):
                self._news.append(sock)
                self._news_and_requests.append(sock)
        return self._senders[family]
