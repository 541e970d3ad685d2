"""The relay over real sockets: harmless until applied, exact when applied, harmless again when healed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tallylight.edge.impairment import Flow, Impairment, ImpairmentRelay
from tallylight.kernel import clock

LOOPBACK = "127.0.0.1"


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


class Closing(asyncio.DatagramProtocol):
    """A socket that can be waited for when it closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.closed = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.closed.set()

    async def close(self) -> None:
        self.transport.abort()  # type: ignore[attr-defined]
        await self.closed.wait()


class Echo(Closing):
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)  # type: ignore[attr-defined]


class Sender(Closing):
    """Sends numbered packets and notes when each came back."""

    def __init__(self) -> None:
        self.sent: dict[int, float] = {}
        self.back: list[tuple[int, float]] = []

    def send(self, number: int) -> None:
        self.sent[number] = clock.monotonic()
        self.transport.sendto(number.to_bytes(4), None)  # type: ignore[attr-defined]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002
        self.back.append((int.from_bytes(data), clock.monotonic()))

    def round_trips_ms(self) -> list[float]:
        return [(at - self.sent[number]) * 1_000 for number, at in self.back]


@asynccontextmanager
async def udp_lane(*, seed: int = 1) -> AsyncIterator[tuple[ImpairmentRelay, Sender]]:
    loop = asyncio.get_running_loop()
    target, echo = await loop.create_datagram_endpoint(Echo, local_addr=(LOOPBACK, 0))
    port = free_port(socket.SOCK_DGRAM)
    flow = Flow((LOOPBACK, port), target.get_extra_info("sockname"), "udp")
    async with ImpairmentRelay([flow], seed=seed) as relay:
        _, sender = await loop.create_datagram_endpoint(Sender, remote_addr=(LOOPBACK, port))
        yield relay, sender
        await sender.close()
    await echo.close()


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = clock.monotonic() + seconds
    while not condition():
        assert clock.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


async def volley(sender: Sender, count: int, first: int = 0) -> None:
    """Packets one by one, so that no socket buffer overflows."""
    for number in range(first, first + count):
        sender.send(number)
        if number % 50 == 0:
            await asyncio.sleep(0.002)


async def test_it_changes_nothing_until_it_is_applied() -> None:
    async with udp_lane() as (relay, sender):
        await volley(sender, 200)
        await until(lambda: len(sender.back) == 200)
        (counted,) = relay.counters().values()
        assert (counted.forward.passed, counted.backward.passed, counted.forward.dropped) == (200, 200, 0)


async def test_a_delay_is_of_the_round_trip() -> None:
    async with udp_lane() as (relay, sender):
        relay.apply(Impairment(delay_ms=120))
        await volley(sender, 20)
        await until(lambda: len(sender.back) == 20)
        assert min(sender.round_trips_ms()) >= 120
        assert sorted(sender.round_trips_ms())[10] < 170


async def test_a_loss_is_of_round_trips() -> None:
    async with udp_lane() as (relay, sender):
        relay.apply(Impairment(loss=0.2))
        await volley(sender, 2_000)
        (counted,) = relay.counters().values()
        await until(lambda: counted.forward.dropped + counted.backward.dropped + len(sender.back) == 2_000)
        assert 0.15 < 1 - len(sender.back) / 2_000 < 0.25
        assert counted.forward.dropped
        assert counted.backward.dropped


async def test_a_cut_path_is_silent_and_a_healed_one_speaks() -> None:
    async with udp_lane() as (relay, sender):
        relay.apply(Impairment(cut=True))
        await volley(sender, 10)
        (counted,) = relay.counters().values()
        await until(lambda: counted.forward.dropped == 10)
        relay.heal()
        await volley(sender, 10, first=10)
        await until(lambda: len(sender.back) == 10)
        assert {number for number, _ in sender.back} == set(range(10, 20))


async def test_packets_are_doubled() -> None:
    async with udp_lane() as (relay, sender):
        relay.apply(Impairment(duplicate=1.0))
        sender.send(7)
        await until(lambda: len(sender.back) == 4)  # twice there, each twice back


async def test_packets_are_reordered() -> None:
    async with udp_lane() as (relay, sender):
        relay.apply(Impairment(reorder=0.5))
        await volley(sender, 40)
        await until(lambda: len(sender.back) == 40)
        numbers = [number for number, _ in sender.back]
        assert numbers != sorted(numbers)


async def test_the_same_seed_loses_the_same_packets() -> None:
    async def survivors() -> list[int]:
        async with udp_lane(seed=42) as (relay, sender):
            relay.apply(Impairment(loss=0.5))
            (counted,) = relay.counters().values()
            for number in range(60):
                before = counted.forward.dropped + counted.backward.dropped + len(sender.back)
                sender.send(number)
                await until(lambda: counted.forward.dropped + counted.backward.dropped + len(sender.back) > before)  # noqa: B023
            return [number for number, _ in sender.back]

    assert await survivors() == await survivors()


@asynccontextmanager
async def tcp_lane() -> AsyncIterator[tuple[ImpairmentRelay, Callable[[bytes], Awaitable[bytes]]]]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1024):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, LOOPBACK, 0)
    port = free_port(socket.SOCK_STREAM)
    flow = Flow((LOOPBACK, port), server.sockets[0].getsockname(), "tcp")
    async with ImpairmentRelay([flow], seed=1) as relay:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)

        async def ask(words: bytes) -> bytes:
            writer.write(words)
            return await reader.readexactly(len(words))

        yield relay, ask
        writer.close()
        await writer.wait_closed()
    server.close()
    await server.wait_closed()


async def test_tcp_passes_in_order_and_is_delayed() -> None:
    async with tcp_lane() as (relay, ask):
        assert await ask(b"plain") == b"plain"
        relay.apply(Impairment(delay_ms=100))
        start = clock.monotonic()
        assert await ask(b"later") == b"later"
        assert clock.monotonic() - start >= 0.1


async def test_tcp_waits_while_the_path_is_cut() -> None:
    async with tcp_lane() as (relay, ask):
        assert await ask(b"before") == b"before"
        relay.apply(Impairment(cut=True))
        asking = asyncio.ensure_future(ask(b"during"))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asking), 0.3)
        relay.heal()
        assert await asyncio.wait_for(asking, 5) == b"during"


async def test_an_address_in_use_is_an_error_and_leaves_nothing_open() -> None:
    loop = asyncio.get_running_loop()
    taken, first = await loop.create_datagram_endpoint(Echo, local_addr=(LOOPBACK, 0))
    port = free_port(socket.SOCK_DGRAM)
    flows = [Flow((LOOPBACK, port), (LOOPBACK, 9), "udp"), Flow(taken.get_extra_info("sockname"), (LOOPBACK, 9), "udp")]
    with pytest.raises(OSError, match="in use"):
        async with ImpairmentRelay(flows):
            pass
    _, again = await loop.create_datagram_endpoint(Echo, local_addr=(LOOPBACK, port))
    await again.close()
    await first.close()
