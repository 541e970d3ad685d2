"""The demo's audience: players that send CMCD heartbeats (CTA-5004) to the nodes over real HTTP.

Each customer has some sessions on every node of its regions, a few dozen in all, slowly coming and going. They go where
players would be sent: to a node's own address, or to the one that stands in for it while a drill is on.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

import httpx
import structlog
from asgiref.sync import sync_to_async

from tallylight.contracts import api as contracts
from tallylight.fleet import api as fleet
from tallylight.kernel import clock
from tallylight.kernel.chance import Chance, generator
from tallylight.kernel.ids import new_id

log = structlog.get_logger(__name__)

BEAT_S = 10.0
#: How often contracts, nodes and detours are read.
LOOK_S = 2.0
#: Sessions of one customer on one node: the middle, how far they swing, and over how long.
MIDDLE, SWING, PERIOD_S = 9, 5, 600.0
STREAMS = ("lobby", "show-1", "voice-7")
MAX_IN_FLIGHT = 32


@dataclass(frozen=True, slots=True)
class Seat:
    """Where sessions of one customer may be: on one node."""

    customer: str
    node: str


@dataclass(frozen=True, slots=True)
class Session:
    """One player."""

    id: UUID
    seat: Seat
    stream: str


@dataclass(slots=True)
class House:
    """Who is there now, and when each is heard next (monotonic seconds)."""

    chance: Chance
    due: dict[Session, float]

    def fill(self, seats: Iterable[Seat], now: float) -> None:
        """Let sessions come and go until each seat has as many as it should by now."""
        seats = set(seats)
        for session in [session for session in self.due if session.seat not in seats]:
            del self.due[session]
        for seat in seats:
            there = [session for session in self.due if session.seat == seat]
            wanted = crowd(seat, now)
            for session in there[wanted:]:
                del self.due[session]
            for _ in range(wanted - len(there)):
                newcomer = Session(new_id(), seat, self.chance.choice(STREAMS))
                self.due[newcomer] = now + self.chance.uniform(0, LOOK_S)

    def take_due(self, now: float) -> list[Session]:
        """The sessions to be heard now; each is due again about a beat later."""
        ready = [session for session, at in self.due.items() if at <= now]
        for session in ready:
            self.due[session] = now + BEAT_S * self.chance.uniform(0.9, 1.1)
        return ready


def crowd(seat: Seat, now: float) -> int:
    """How many sessions a seat has at `now` (s): a slow wave, shifted from seat to seat."""
    shift = sum(map(ord, seat.customer + seat.node))
    return round(MIDDLE + SWING * math.sin(2 * math.pi * now / PERIOD_S + shift))


def beacon(base: str, session: Session) -> str:
    """The heartbeat's address: the customer in the path, CMCD's content and session id in the query."""
    cmcd = f'cid="{session.stream}",sid="{session.id}",st=l'
    return f"{base}/beacon/{quote(session.seat.customer)}?CMCD={quote(cmcd)}"


def main() -> int:
    """Play until told to stop."""
    asyncio.run(_play())
    return 0


async def _play() -> None:
    house = House(generator(), {})
    limits = httpx.Limits(max_connections=MAX_IN_FLIGHT)
    addresses: Mapping[str, str] = {}
    looked = -math.inf
    beats: set[asyncio.Task[None]] = set()
    async with httpx.AsyncClient(timeout=3.0, limits=limits) as client:
        while True:
            now = clock.monotonic()
            if now - looked >= LOOK_S:
                looked = now
                addresses = await _look(house, addresses, now)
            for session in house.take_due(now):
                beat = asyncio.create_task(_beat(client, addresses, session))
                beats.add(beat)  # a node that does not answer holds up its own beats only
                beat.add_done_callback(beats.discard)
            await asyncio.sleep(0.25)


async def _look(house: House, addresses: Mapping[str, str], now: float) -> Mapping[str, str]:
    """Read where the nodes are and fill the house. While the database is away everything stays as it was."""
    try:
        seats, addresses = await sync_to_async(_read)()
    except Exception as error:
        log.warning("the audience stays where it is", reason=type(error).__name__)
    else:
        house.fill(seats, now)
    return addresses


def _read() -> tuple[list[Seat], dict[str, str]]:
    now = clock.now()
    nodes, detours = fleet.nodes(), fleet.live_detours(now=now)
    places = {node.name: detours.get(node.name) or node for node in nodes}
    addresses = {name: f"http://{place.host}:{place.viewer_port}" for name, place in places.items()}
    seats = [
        Seat(customer.slug, node.name)
        for customer in contracts.all_in_force(now)
        for node in nodes
        if customer.agreement.covers(node.region)
    ]
    return seats, addresses


async def _beat(client: httpx.AsyncClient, addresses: Mapping[str, str], session: Session) -> None:
    """One heartbeat; a lost one is what players have too."""
    try:
        await client.get(beacon(addresses[session.seat.node], session))
    except httpx.HTTPError as error:
        log.debug("heartbeat lost", node=session.seat.node, reason=type(error).__name__)
