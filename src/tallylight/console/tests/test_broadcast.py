"""One look a second for everybody who listens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tallylight.console.live.audience import STAFF, Audience, Touch
from tallylight.console.live.broadcast import Broadcaster, Look
from tallylight.console.tests.samples import node, snapshot
from tallylight.kernel.ids import new_id

LUMEN = Audience(organisation_id=new_id(), slug="lumen-live", regions=frozenset({"ap-southeast"}))


class Looks:
    """A look that waits until it is handed the next one; after the last it says the last one again."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Look | Exception] = asyncio.Queue()
        self.count = 0

    async def __call__(self) -> Look:
        self.count += 1
        found = await self.queue.get()
        if isinstance(found, Exception):
            raise found
        return found


async def next_of(stream: AsyncIterator[str], name: str) -> dict[str, object]:
    """The data of the next event called `name`."""
    async for text in stream:
        if text.startswith(f"event: {name}\n"):
            return json.loads(text.split("data: ", 1)[1])  # type: ignore[no-any-return]
    raise AssertionError(f"the stream ended without {name}")


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
def broadcaster(looks: Looks) -> Broadcaster:
    return Broadcaster(looks, period_s=0.0, seats=3, seats_each=2)


async def opened(broadcaster: Broadcaster, audience: Audience, who: str) -> AsyncIterator[str]:
    stream = broadcaster.events(audience, who)
    assert (await anext(stream)).startswith("retry:")
    return stream


async def test_everybody_hears_the_same_look_as_far_as_they_may(broadcaster: Broadcaster, looks: Looks) -> None:
    desk, lumen = await opened(broadcaster, STAFF, "a"), await opened(broadcaster, LUMEN, "b")
    hearing = asyncio.gather(next_of(desk, "figures"), next_of(lumen, "figures"))
    await looks.queue.put(Look(snapshot(), ()))
    all_of_it, own = await hearing
    assert "nodes" in all_of_it
    assert own["regions"] == {"ap-southeast": {"latency_ms": 42.0, "loss": 0.005, "viewers": 5}}
    assert looks.count <= 2  # one look for both, and perhaps the next one begun


async def test_what_was_written_is_told_as_a_changed_part(broadcaster: Broadcaster, looks: Looks) -> None:
    lumen = await opened(broadcaster, LUMEN, "b")
    assert LUMEN.organisation_id
    touch = Touch(new_id(), "tickets", frozenset({LUMEN.organisation_id}))
    hearing = asyncio.ensure_future(next_of(lumen, "changed"))
    await looks.queue.put(Look(snapshot(), (touch,)))
    assert await hearing == {"parts": ["tickets"]}


async def test_a_slow_listener_misses_no_touch(broadcaster: Broadcaster, looks: Looks) -> None:
    desk = await opened(broadcaster, STAFF, "a")
    await looks.queue.put(Look(snapshot(), ()))
    await next_of(desk, "figures")
    for part in ("incidents", "tickets"):
        await looks.queue.put(Look(snapshot(), (Touch(new_id(), part, frozenset()),)))
    while not looks.queue.empty():
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await next_of(desk, "changed") == {"parts": ["incidents", "tickets"]}


async def test_a_node_that_changes_its_state_changes_the_words(broadcaster: Broadcaster, looks: Looks) -> None:
    desk = await opened(broadcaster, STAFF, "a")
    await looks.queue.put(Look(snapshot(), ()))
    await next_of(desk, "figures")
    hearing = asyncio.ensure_future(next_of(desk, "changed"))
    await looks.queue.put(Look(snapshot(nodes=(node("sin-1", "ap-southeast", judged="firing"),)), ()))
    assert await hearing == {"parts": ["nodes"]}


async def test_a_hub_that_is_away_is_said(broadcaster: Broadcaster, looks: Looks) -> None:
    desk = await opened(broadcaster, STAFF, "a")
    hearing = asyncio.ensure_future(next_of(desk, "figures"))
    await looks.queue.put(Look(None, ()))
    assert (await hearing)["hub"] == "away"


async def test_a_look_that_fails_stops_nothing(broadcaster: Broadcaster, looks: Looks) -> None:
    desk = await opened(broadcaster, STAFF, "a")
    hearing = asyncio.ensure_future(next_of(desk, "figures"))
    await looks.queue.put(RuntimeError("the hub spoke nonsense"))
    await looks.queue.put(Look(snapshot(), ()))
    assert "nodes" in await hearing


async def test_seats_are_bounded_for_each_and_for_all_and_come_free_again(broadcaster: Broadcaster) -> None:
    first = [await opened(broadcaster, STAFF, "a") for _ in range(2)]
    assert not broadcaster.has_room("a")
    assert broadcaster.has_room("b")
    await opened(broadcaster, LUMEN, "b")
    assert not broadcaster.has_room("c")
    await first[0].aclose()  # type: ignore[attr-defined]
    assert broadcaster.has_room("a")


async def test_nobody_looks_when_nobody_listens(broadcaster: Broadcaster, looks: Looks) -> None:
    desk = await opened(broadcaster, STAFF, "a")
    await looks.queue.put(Look(snapshot(), ()))
    await next_of(desk, "figures")
    await desk.aclose()  # type: ignore[attr-defined]
    await looks.queue.put(Look(snapshot(), ()))
    while broadcaster._task and not broadcaster._task.done():
        await asyncio.sleep(0)
    count = looks.count
    await asyncio.sleep(0)
    assert looks.count == count
