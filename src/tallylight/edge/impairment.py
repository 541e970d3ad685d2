"""The relay that a drill puts into a node's path: UDP and TCP through user space, made worse on purpose.

Amounts are of the round trip, as they are measured: half of a delay is added each way, and a loss of 5 % means that 5
% of round trips fail, whichever way it was that lost the packet (each way drops 1 - sqrt(1 - loss)).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, cast

from tallylight.kernel import clock
from tallylight.kernel.chance import generator

Address = tuple[str, int]

#: UDP senders remembered per flow, the longest silent forgotten first; TCP connections at a time per flow.
MOST_SENDERS = 1_024
MOST_CONNECTIONS = 256
CHUNK = 64 * 1024
CONNECT_S = 10.0
#: How much later than its followers a reordered packet leaves (ms).
REORDERED_MS = 150.0
#: What a lost TCP segment costs: the least retransmission timeout of Linux (ms).
RETRANSMISSION_MS = 200.0


@dataclass(frozen=True, slots=True)
class Flow:
    """What arrives at `listen` goes to `target`, and answers go back the same way."""

    listen: Address
    target: Address
    protocol: Literal["udp", "tcp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Impairment:
    """How the path is made worse. Delays in ms of the round trip; the others are probabilities from 0 to 1.

    `loss`, `duplicate` and `reorder` are of round trips or datagrams. On TCP nothing is lost, doubled or out of order,
    as the kernel sees to it; a lost segment comes `RETRANSMISSION_MS` later, and a cut lets bytes wait until it is
    healed.
    """

    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    cut: bool = False

    @property
    def loss_each_way(self) -> float:
        """The probability with which each direction drops a packet."""
        return 1 - math.sqrt(1 - self.loss)


NONE = Impairment()


@dataclass(slots=True)
class Direction:
    """What went one way: datagrams of UDP, chunks of TCP."""

    passed: int = 0
    dropped: int = 0
    duplicated: int = 0
    reordered: int = 0


@dataclass(slots=True)
class FlowCounters:
    """What a flow carried: `forward` to its target, `backward` to the senders."""

    forward: Direction = field(default_factory=Direction)
    backward: Direction = field(default_factory=Direction)


class ImpairmentRelay:
    """Relays `flows` while it is entered; harmless until `apply`. Repeatable from its `seed`.

    Raises OSError on entering if an address can't be listened on; then nothing is left open.
    """

    def __init__(self, flows: Iterable[Flow], *, seed: int | None = None) -> None:
        self._counters = {flow: FlowCounters() for flow in flows}
        self._chance = generator(seed)
        self._impairment = NONE
        self._open = asyncio.Event()
        self._open.set()
        self._closing = contextlib.AsyncExitStack()

    async def __aenter__(self) -> ImpairmentRelay:
        try:
            for flow, counters in self._counters.items():
                if flow.protocol == "udp":
                    await self._relay_udp(flow, counters)
                else:
                    await self._relay_tcp(flow, counters)
        except BaseException:
            await self._closing.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.heal()
        await self._closing.aclose()

    def apply(self, impairment: Impairment) -> None:
        """Make the path worse from now on, in place of what was applied before."""
        self._impairment = impairment
        if impairment.cut:
            self._open.clear()
        else:
            self._open.set()

    def heal(self) -> None:
        """Let everything pass again. What is under way arrives as late as it was sent off."""
        self.apply(NONE)

    def counters(self) -> dict[Flow, FlowCounters]:
        """What each flow carried since it was opened."""
        return self._counters

    async def _relay_udp(self, flow: Flow, counters: FlowCounters) -> None:
        loop = asyncio.get_running_loop()
        _, entrance = await loop.create_datagram_endpoint(
            lambda: _Entrance(self, flow, counters), local_addr=flow.listen
        )
        self._closing.push_async_callback(entrance.close)

    async def _relay_tcp(self, flow: Flow, counters: FlowCounters) -> None:
        tasks: set[asyncio.Task[None]] = set()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(tasks) >= MOST_CONNECTIONS:
                writer.transport.abort()
                return
            task = asyncio.ensure_future(self._carry(flow, counters, reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accept, *flow.listen)

        async def close() -> None:
            server.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await server.wait_closed()

        self._closing.push_async_callback(close)

    async def _carry(
        self, flow: Flow, counters: FlowCounters, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One TCP connection, both ways, until both ends are done or either breaks."""
        try:
            await self._open.wait()
            far_reader, far_writer = await asyncio.wait_for(asyncio.open_connection(*flow.target), CONNECT_S)
        except (OSError, TimeoutError):
            writer.transport.abort()
            return
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, far_writer, counters.forward))
                both.create_task(self._pump(far_reader, writer, counters.backward))
        except* OSError:
            pass
        finally:
            for end in (writer, far_writer):
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: Direction) -> None:
        """Chunks leave in the order in which they came, each after its own delay."""
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=256)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._leave(waiting, writer, counted))
            while chunk := await reader.read(CHUNK):
                await waiting.put((clock.monotonic() + self._segment_delay_s(counted), chunk))
            await waiting.put((clock.monotonic(), b""))

    async def _leave(
        self, waiting: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter, counted: Direction
    ) -> None:
        while True:
            due, chunk = await waiting.get()
            await asyncio.sleep(max(0.0, due - clock.monotonic()))
            await self._open.wait()
            if not chunk:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            writer.write(chunk)
            await writer.drain()
            counted.passed += 1

    def _segment_delay_s(self, counted: Direction) -> float:
        lost = self._chance.random() < self._impairment.loss_each_way
        counted.dropped += lost
        return self.delay_s() + (RETRANSMISSION_MS / 1_000 if lost else 0.0)

    def delay_s(self) -> float:
        """One way's delay (s), with this packet's share of the jitter."""
        now = self._impairment
        return (now.delay_ms + now.jitter_ms * self._chance.random()) / 2_000

    def pass_on(self, send: Callable[[bytes], None], packet: bytes, counted: Direction) -> None:
        """Send one datagram as late, as often and as much out of order as the impairment has it, or not at all."""
        now, chance = self._impairment, self._chance
        if now.cut or chance.random() < now.loss_each_way:
            counted.dropped += 1
            return
        delay = self.delay_s()
        if chance.random() < now.reorder:
            counted.reordered += 1
            delay += REORDERED_MS / 1_000
        copies = 1
        if chance.random() < now.duplicate:
            counted.duplicated += 1
            copies = 2
        counted.passed += 1
        for _ in range(copies):
            if delay > 0:
                asyncio.get_running_loop().call_later(delay, send, packet)
            else:
                send(packet)


class _End(asyncio.DatagramProtocol):
    """A UDP socket that knows when it is closed."""

    transport: asyncio.DatagramTransport

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.closed.set()

    async def close(self) -> None:
        """Close it, and wait until it is."""
        self.transport.abort()
        await self.closed.wait()


class _Entrance(_End):
    """The listening end of a UDP flow: a socket of its own towards the target for every sender, as a NAT has it."""

    def __init__(self, relay: ImpairmentRelay, flow: Flow, counters: FlowCounters) -> None:
        super().__init__()
        self.relay, self.flow, self.counters = relay, flow, counters
        self.ways: OrderedDict[Address, asyncio.Task[_Exit]] = OrderedDict()

    async def close(self) -> None:
        await super().close()
        made = await asyncio.gather(*self.ways.values(), return_exceptions=True)
        self.ways.clear()
        await asyncio.gather(*(way.close() for way in made if isinstance(way, _Exit)))

    def datagram_received(self, data: bytes, addr: Address) -> None:
        way = self._way(addr)
        self.relay.pass_on(
            lambda packet: way.add_done_callback(lambda made: _send(made, packet)), data, self.counters.forward
        )

    def _way(self, sender: Address) -> asyncio.Task[_Exit]:
        if sender in self.ways:
            self.ways.move_to_end(sender)
            return self.ways[sender]
        if len(self.ways) >= MOST_SENDERS:
            _, longest_silent = self.ways.popitem(last=False)
            longest_silent.add_done_callback(_abort)
        self.ways[sender] = asyncio.ensure_future(self._make_way(sender))
        return self.ways[sender]

    async def _make_way(self, sender: Address) -> _Exit:
        loop = asyncio.get_running_loop()
        _, way = await loop.create_datagram_endpoint(lambda: _Exit(self, sender), remote_addr=self.flow.target)
        return way

    def answer(self, sender: Address, packet: bytes) -> None:
        """Take an answer of the target back to the sender it is for."""

        def send(answer: bytes) -> None:
            if not self.transport.is_closing():
                self.transport.sendto(answer, sender)

        self.relay.pass_on(send, packet, self.counters.backward)


class _Exit(_End):
    """One sender's end towards the target."""

    def __init__(self, entrance: _Entrance, sender: Address) -> None:
        super().__init__()
        self.entrance, self.sender = entrance, sender

    def datagram_received(self, data: bytes, addr: Address) -> None:  # noqa: ARG002 - asyncio's signature
        self.entrance.answer(self.sender, data)

    def error_received(self, exc: Exception) -> None:
        """A target that is not there (ICMP port unreachable) is silence, as on the real path."""


def _send(made: asyncio.Task[_Exit], packet: bytes) -> None:
    if not made.cancelled() and made.exception() is None and not made.result().transport.is_closing():
        made.result().transport.sendto(packet)


def _abort(made: asyncio.Task[_Exit]) -> None:
    if not made.cancelled() and made.exception() is None:
        made.result().transport.abort()
