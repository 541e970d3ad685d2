"""One drill from its first probe through the lane to the last promise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from tallylight.drills import cost, watching
from tallylight.drills.asking import aside
from tallylight.drills.errors import NodeInTrouble
from tallylight.drills.lane import open_lane
from tallylight.drills.report import Outcome, Seen
from tallylight.drills.request import DrillRequest, Kind
from tallylight.edge.impairment import Impairment
from tallylight.fleet import api as fleet
from tallylight.kernel import clock
from tallylight.kernel.chance import generator
from tallylight.sla import api as sla

#: How often the rows are looked at (s), and how long recovery may take before the drill gives up waiting (s).
LOOK_S = 0.2
RECOVERY_S = 180.0
#: Nodes report once a second, and the lane opens in step with them: a drill strikes at a moment that nobody's grid favours.
GRID_S = 1.0

Tell = Callable[[str, datetime], None]


async def run(request: DrillRequest, tell: Tell) -> Outcome:
    """Hurt the node, heal it, wait for recovery. `tell` hears each moment as it is seen.

    Raises fleet.NodeUnknown, NodeInTrouble, fleet.DetourTaken, TrafficNotSeen.
    """
    node = await aside(lambda: fleet.node(request.node))
    if trouble := await aside(lambda: watching.trouble(node)):
        raise NodeInTrouble(node=node.name, trouble=trouble)
    async with open_lane(node, settings.DRILL_PORT) as relay:
        await asyncio.sleep(generator().uniform(0, GRID_S))
        relay.apply(_impairment(request))
        injected_at = clock.now()
        tell("injected", injected_at)
        watch = Watch(node, injected_at, tell)
        try:
            await watch.until(lambda _seen: False, seconds=request.length_s)
        finally:
            relay.heal()
        healed_at = clock.now()
        tell("healed", healed_at)
        await watch.until(_all_over, seconds=RECOVERY_S)
    await _until_judged(healed_at)
    ended_at = clock.now()
    credit, attainment = await aside(lambda: cost.of(watch.seen.affected, start=injected_at, end=healed_at))
    return Outcome(request, injected_at, healed_at, ended_at, watch.seen, credit, attainment)


async def _until_judged(end: datetime) -> None:
    """Wait until every minute of the drill is old enough to be judged."""
    while sla.settled(clock.now()) < end:
        await asyncio.sleep(LOOK_S)


class Watch:
    """Looks again and again, and tells each moment once."""

    def __init__(self, node: fleet.NodeCard, since: datetime, tell: Tell) -> None:
        self.node, self.since, self.tell = node, since, tell
        self.seen = Seen()
        self._told: set[str] = set()

    async def until(self, done: Callable[[Seen], bool], *, seconds: float) -> None:
        """Look until `done` with what is seen, for at most `seconds`."""
        deadline = clock.monotonic() + seconds
        while not done(self.seen) and (left := deadline - clock.monotonic()) > 0:
            await asyncio.sleep(min(LOOK_S, left))
            self.seen = await aside(lambda: watching.look(self.node, since=self.since))
            self._tell_news()

    def _tell_news(self) -> None:
        for name, at in self.seen.moments(None).items():
            if at and name not in self._told:
                self._told.add(name)
                self.tell(name, at)


def _all_over(seen: Seen) -> bool:
    """Nothing was ever raised, or recovery came and was announced to everybody."""
    if seen.alert_at is None:
        return True
    return seen.recovered_at is not None and all(ticket.recovery_notices for ticket in seen.tickets)


def _impairment(request: DrillRequest) -> Impairment:
    if request.kind is Kind.DEAD:
        return Impairment(cut=True)
    amount = request.amount or 0.0
    return Impairment(delay_ms=amount) if request.kind is Kind.LATENCY else Impairment(loss=amount / 100)
