"""Which node a key belongs to: asked of the fleet once in a while, remembered in between."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from tallylight.fleet.api import NodeCard, NodeKeyRefused
from tallylight.kernel import clock

#: How long (s) an answer is taken as it is; a refused key is asked again sooner.
KNOWN_S: Final = 5.0
REFUSED_S: Final = 2.0
#: Answers remembered, the longest unused forgotten first.
REMEMBERED: Final = 20_000

Asks = Callable[[str], Awaitable[NodeCard]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A node, or None for a refused key; asked again after `until` (monotonic s)."""

    node: NodeCard | None
    until: float


class KeyRing:
    """`ask` answers for a key from PostgreSQL: a NodeCard, or NodeKeyRefused, or RecordsAway while it can't.

    A node that is known never waits: its answer is renewed behind its back, and while PostgreSQL is away it stays known. Only
    digests of keys are held.
    """

    def __init__(self, ask: Asks) -> None:
        self._ask = ask
        self._refused: OrderedDict[bytes, Answer] = OrderedDict()
        self._known: OrderedDict[bytes, Answer] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Answer]] = {}

    async def node_of(self, key: str) -> NodeCard:
        """The node that holds `key`. Raises NodeKeyRefused, RecordsAway."""
        digest = hashlib.sha256(key.encode()).digest()
        answer = self._known.get(digest) or self._refused.get(digest)
        if answer is None or answer.until < clock.monotonic():
            asked = self._asked_once(key, digest)
            if answer is None or answer.node is None:
                answer = await asyncio.shield(asked)
        if answer.node is None:
            raise NodeKeyRefused
        return answer.node

    def _asked_once(self, key: str, digest: bytes) -> asyncio.Task[Answer]:
        """The question that is under way for this key, or a new one."""
        task = self._asking.get(digest)
        if task is None:
            task = self._asking[digest] = asyncio.create_task(self._asked(key, digest))
            task.add_done_callback(lambda done: self._answered(digest, done))
        return task

    def _answered(self, digest: bytes, done: asyncio.Task[Answer]) -> None:
        del self._asking[digest]
        if not done.cancelled():
            done.exception()  # seen: whoever waits hears of it, and for a known node nobody does

    async def _asked(self, key: str, digest: bytes) -> Answer:
        """Refused keys are remembered apart, so that guessing never pushes out a node that is known."""
        try:
            answer = Answer(await self._ask(key), clock.monotonic() + KNOWN_S)
        except NodeKeyRefused:
            answer = Answer(None, clock.monotonic() + REFUSED_S)
        self._known.pop(digest, None)
        self._refused.pop(digest, None)
        shelf = self._known if answer.node else self._refused
        shelf[digest] = answer
        if len(shelf) > REMEMBERED:
            shelf.popitem(last=False)
        return answer
