"""The lane: the relay between a node and the world, held open by a lease for as long as the drill lives."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from tallylight.drills.asking import Away, aside
from tallylight.drills.errors import TrafficNotSeen
from tallylight.edge.impairment import Flow, ImpairmentRelay
from tallylight.fleet import api as fleet
from tallylight.kernel import clock

LOOPBACK = "127.0.0.1"
#: A lease outlives three missed renewals; then the node's own addresses hold again, whatever became of the drill.
LEASE = timedelta(seconds=8)
RENEW_S = 2.0
#: How long nodes may take to follow a new plan (s), and how long a lane must be quiet to count as left.
FOLLOW_S = 20.0
QUIET_S = 1.5
LOOK_S = 0.05


@asynccontextmanager
async def open_lane(node: fleet.NodeCard, first_port: int) -> AsyncIterator[ImpairmentRelay]:
    """Lead all traffic of `node` through a relay on loopback ports from `first_port` on; give it back at the end.

    Yields once probes pass through every flow in both directions. Raises fleet.DetourTaken, TrafficNotSeen.
    """
    peers = [peer for peer in await aside(fleet.nodes) if peer.name != node.name]
    lease = _lease(peers, first_port)
    async with ImpairmentRelay(_flows(node, peers, first_port)) as relay:
        detour = await aside(lambda: fleet.open_detour(node.name, lease(), now=clock.now()))
        renewal = asyncio.create_task(_keep(detour))
        try:
            await _until(lambda: _flows_both_ways(relay), node.name)
            yield relay
        finally:
            renewal.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewal
            with contextlib.suppress(*Away):  # then the lease ends by itself
                await aside(lambda: fleet.close_detour(detour), patience_s=LEASE.total_seconds())
            await _until_quiet(relay)


def _flows(node: fleet.NodeCard, peers: list[fleet.NodeCard], first_port: int) -> list[Flow]:
    return [
        Flow(listen=(LOOPBACK, first_port), target=(node.host, node.stamp_port), protocol="udp"),
        Flow(listen=(LOOPBACK, first_port), target=(node.host, node.viewer_port), protocol="tcp"),
        *(
            Flow(listen=(LOOPBACK, first_port + 1 + index), target=(peer.host, peer.stamp_port), protocol="udp")
            for index, peer in enumerate(peers)
        ),
    ]


def _lease(peers: list[fleet.NodeCard], first_port: int) -> Callable[[], fleet.DetourLease]:
    outbound = {peer.name: (LOOPBACK, first_port + 1 + index) for index, peer in enumerate(peers)}

    def lease() -> fleet.DetourLease:
        return fleet.DetourLease(LOOPBACK, first_port, first_port, outbound, until=clock.now() + LEASE)

    return lease


async def _keep(detour: UUID) -> None:
    """Renew the lease until cancelled. A database that is away is tried again: the lease has some slack."""
    while True:
        await asyncio.sleep(RENEW_S)
        with contextlib.suppress(Exception):
            await aside(lambda: fleet.renew_detour(detour, until=clock.now() + LEASE), patience_s=RENEW_S)


def _flows_both_ways(relay: ImpairmentRelay) -> bool:
    return all(
        counted.forward.passed > 0 and counted.backward.passed > 0
        for flow, counted in relay.counters().items()
        if flow.protocol == "udp"
    )


async def _until(condition: Callable[[], bool], node: str) -> None:
    deadline = clock.monotonic() + FOLLOW_S
    while not condition():
        if clock.monotonic() > deadline:
            raise TrafficNotSeen(node=node, seconds=f"{FOLLOW_S:g}")
        await asyncio.sleep(LOOK_S)


async def _until_quiet(relay: ImpairmentRelay) -> None:
    """Wait until nobody uses the lane any more, so that its end is felt by nobody."""
    deadline = clock.monotonic() + FOLLOW_S
    before, since = _passed(relay), clock.monotonic()
    while clock.monotonic() < deadline and clock.monotonic() - since < QUIET_S:
        await asyncio.sleep(LOOK_S)
        if (passed := _passed(relay)) != before:
            before, since = passed, clock.monotonic()


def _passed(relay: ImpairmentRelay) -> int:
    return sum(
        counted.forward.passed + counted.backward.passed
        for flow, counted in relay.counters().items()
        if flow.protocol == "udp"
    )
