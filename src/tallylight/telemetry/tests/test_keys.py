"""Node keys: asked seldom, remembered while PostgreSQL is away, guesses never in the way of the known."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tallylight.fleet.api import NodeCard, NodeKeyRefused
from tallylight.kernel.clock import MovableClock, use_clock
from tallylight.kernel.ids import new_id
from tallylight.telemetry import keys as keys_module
from tallylight.telemetry.errors import RecordsAway
from tallylight.telemetry.keys import KNOWN_S, REFUSED_S, KeyRing

SIN = NodeCard(new_id(), "sin-1", "ap-southeast", "127.0.0.1", 8420, 8430, b"")


class Fleet:
    """Answers like the fleet: the keys it knows, refusals, or absence."""

    def __init__(self) -> None:
        self.known, self.away, self.asked = {"good": SIN}, False, 0

    async def ask(self, key: str) -> NodeCard:
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise RecordsAway(reason="test")
        if key not in self.known:
            raise NodeKeyRefused
        return self.known[key]


async def settled() -> None:
    """Let what runs behind finish."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_key_is_asked_once_for_many_batches_at_once() -> None:
    fleet = Fleet()
    ring = KeyRing(fleet.ask)
    assert await asyncio.gather(*(ring.node_of("good") for _ in range(20))) == [SIN] * 20
    assert fleet.asked == 1


async def test_a_known_node_stays_known_while_postgres_is_away_and_a_stranger_waits() -> None:
    fleet = Fleet()
    with use_clock(MovableClock(datetime(2026, 1, 1, tzinfo=UTC))) as clock:
        ring = KeyRing(fleet.ask)
        await ring.node_of("good")
        fleet.away = True
        clock.move(timedelta(hours=1))
        assert await ring.node_of("good") == SIN
        await settled()
        assert await ring.node_of("good") == SIN
        with pytest.raises(RecordsAway):
            await ring.node_of("new")


async def test_a_withdrawn_key_is_refused_soon_after() -> None:
    fleet = Fleet()
    with use_clock(MovableClock(datetime(2026, 1, 1, tzinfo=UTC))) as clock:
        ring = KeyRing(fleet.ask)
        await ring.node_of("good")
        fleet.known.clear()
        clock.move(timedelta(seconds=KNOWN_S + 1))
        await ring.node_of("good")
        await settled()
        with pytest.raises(NodeKeyRefused):
            await ring.node_of("good")


async def test_a_refused_key_is_not_asked_at_every_try_but_again_later() -> None:
    fleet = Fleet()
    with use_clock(MovableClock(datetime(2026, 1, 1, tzinfo=UTC))) as clock:
        ring = KeyRing(fleet.ask)
        for _ in range(3):
            with pytest.raises(NodeKeyRefused):
                await ring.node_of("bad")
        assert fleet.asked == 1
        fleet.known["bad"] = SIN
        clock.move(timedelta(seconds=REFUSED_S + 1))
        assert await ring.node_of("bad") == SIN


async def test_guessing_pushes_out_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "REMEMBERED", 10)
    fleet = Fleet()
    ring = KeyRing(fleet.ask)
    await ring.node_of("good")
    for i in range(50):
        with pytest.raises(NodeKeyRefused):
            await ring.node_of(f"guess-{i}")
    asked = fleet.asked
    assert await ring.node_of("good") == SIN
    assert fleet.asked == asked
