"""One look a second for all subscribers of this process, as long as there are any."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from tallylight.console.live.audience import PUBLIC, Audience, Touch, figures_for, marks_for, parts_for, states_for
from tallylight.kernel import clock
from tallylight.kernel.clock import rfc3339
from tallylight.support.api import Mark
from tallylight.telemetry.api import LiveSnapshot

log = structlog.get_logger(__name__)

#: A stream ends after this long and the browser comes back: by then it is asked again who it is and what it may know.
LIFE_S = 600.0
#: Without a new picture for this long, a comment keeps proxies from closing the stream.
BEAT_S = 5.0
#: How many pictures' touches are remembered for subscribers that are slow.
REMEMBERED = 60


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found: `snapshot` is None while the hub is away; `touches` were written since the look before."""

    snapshot: LiveSnapshot | None
    touches: tuple[Touch, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(slots=True)
class Picture:
    """A numbered look, with what was already written out for each audience."""

    number: int
    look: Look
    written: dict[str, str] = field(default_factory=dict)

    def figures(self, audience: Audience) -> str:
        """The `figures` event for `audience`, made once for all who may know the same."""
        if audience.key not in self.written:
            snapshot = self.look.snapshot
            data = figures_for(audience, snapshot) if snapshot else {"at": rfc3339(clock.now()), "hub": "away"}
            self.written[audience.key] = event("figures", data)
        return self.written[audience.key]


class Broadcaster:
    """Looks once a second while somebody listens. Belongs to one event loop."""

    def __init__(
        self,
        look: Callable[[], Awaitable[Look]],
        *,
        period_s: float = 1.0,
        seats: int = 1_000,
        seats_each: int = 30,
        seats_public: int = 400,
    ) -> None:
        self._look, self._period_s = look, period_s
        self._seats, self._seats_each, self._seats_public = seats, seats_each, seats_public
        self._taken: Counter[str] = Counter()
        self._pictures: list[Picture] = []
        self._fresh = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def has_room(self, who: str) -> bool:
        """Whether another stream can be opened, at all and for `who`: a person, or all of the public together."""
        most = self._seats_public if who == PUBLIC.key else self._seats_each
        return self._taken.total() < self._seats and self._taken[who] < most

    async def events(self, audience: Audience, who: str) -> AsyncIterator[str]:
        """Server-sent events for one subscriber, until it leaves or LIFE_S has passed."""
        self._join(who)
        seen = self._latest_number()
        states: tuple[str, ...] = ()
        marks: dict[str, Any] = {}
        ends_at = clock.monotonic() + LIFE_S
        try:
            yield "retry: 2000\n\n"
            while clock.monotonic() < ends_at:
                picture = await self._after(seen)
                if picture is None:
                    yield ": beat\n\n"
                    continue
                now_states = states_for(audience, picture.look.snapshot)
                parts = parts_for(audience, self._touches_after(seen))
                if states not in ((), now_states):
                    parts |= {"nodes"}
                seen, states = picture.number, now_states
                if parts:
                    yield event("changed", {"parts": sorted(parts)})
                now_marks = marks_for(audience, picture.look.marks)
                if now_marks != marks:
                    marks = now_marks
                    yield event("marks", marks)
                yield picture.figures(audience)
        finally:
            self._leave(who)

    def _join(self, who: str) -> None:
        self._taken[who] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def _leave(self, who: str) -> None:
        self._taken[who] -= 1
        self._taken += Counter()  # forgets those without a stream

    async def _run(self) -> None:
        while self._taken.total():
            started = clock.monotonic()
            try:
                self._show(await self._look())
            except Exception:
                log.exception("the look at what happens now failed")
            await asyncio.sleep(max(0.0, self._period_s - (clock.monotonic() - started)))

    def _show(self, look: Look) -> None:
        self._pictures = [*self._pictures[-REMEMBERED:], Picture(self._latest_number() + 1, look)]
        fresh, self._fresh = self._fresh, asyncio.Event()
        fresh.set()

    def _latest_number(self) -> int:
        return self._pictures[-1].number if self._pictures else 0

    async def _after(self, number: int) -> Picture | None:
        """The latest picture if it is newer than `number`, else the next one; None if none comes within BEAT_S."""
        if self._latest_number() <= number:
            try:
                await asyncio.wait_for(self._fresh.wait(), BEAT_S)
            except TimeoutError:
                return None
        return self._pictures[-1]

    def _touches_after(self, number: int) -> list[Touch]:
        return [touch for picture in self._pictures if picture.number > number for touch in picture.look.touches]


def event(name: str, data: object) -> str:
    """One server-sent event (WHATWG HTML, section 9.2)."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
