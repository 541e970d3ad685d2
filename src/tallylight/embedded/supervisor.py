"""Starts parts in the order of their dependencies, keeps them running, and ends exactly what it started.

A part that dies is started again: at once the first time, then after growing pauses, and at once again when it has been
stable. What depends on it is left alone, for every part is made to find the others again. However the supervisor ends, the
kernel ends its children (`leash.end_with_parent`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from tallylight.embedded.errors import PartFailed
from tallylight.embedded.parts import Log, Part, end, spawn
from tallylight.embedded.state import PartState, Phase, write_state
from tallylight.kernel import clock

#: Pauses before a dead part is started again, in seconds; the last one repeats.
PAUSES_S = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
#: A part that has run this long (s) is stable: its next death is a first death.
STABLE_S = 30.0
#: Deaths before it was ever ready that end the start as a whole.
PATIENCE = 3
POLL_S = 0.1
ROTATE_S = 10.0


class Report(Protocol):
    """Who is told what happens."""

    def starting(self, part: Part) -> None: ...
    def ready(self, part: Part, seconds: float) -> None: ...
    def died(self, part: Part, code: int, pause_s: float) -> None: ...
    def stopping(self, part: Part) -> None: ...


@dataclass(slots=True)
class _Child:
    part: Part
    log: Log
    up: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0


class Supervisor:
    """Runs `parts` with `environment`; logs and states live in `home`."""

    def __init__(self, parts: Iterable[Part], home: Path, environment: dict[str, str], report: Report) -> None:
        self._home = home
        self._environment = environment | {"TALLY_SUPERVISOR": str(os.getpid())}
        self._report = report
        self._children = {part.name: _Child(part, Log(home / "logs" / f"{part.name}.log")) for part in parts}
        self._stopping = asyncio.Event()

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Until SIGINT, SIGTERM or a part that can't be started. Calls `on_ready` once all are up. Raises PartFailed."""
        with _signals(self._stopping.set):
            tasks = [asyncio.create_task(self._keep(child)) for child in self._children.values()]
            tasks += [asyncio.create_task(self._rotate_logs()), asyncio.create_task(self._announce(on_ready))]
            work = asyncio.gather(*tasks)
            work.add_done_callback(lambda _: self._stopping.set())
            await self._stopping.wait()
            for task in tasks:
                task.cancel()
            await self._end_all()
            with contextlib.suppress(asyncio.CancelledError):
                await work

    async def _announce(self, on_ready: Callable[[], None]) -> None:
        for child in self._children.values():
            await child.up.wait()
        on_ready()

    async def _keep(self, child: _Child) -> None:
        for name in child.part.after:
            await self._children[name].up.wait()
        self._report.starting(child.part)
        began, deaths = clock.monotonic(), 0
        while not self._stopping.is_set():
            born = clock.monotonic()
            code = await self._live(child, began)
            if code == 0 and child.part.once:
                return
            deaths = 1 if clock.monotonic() - born > STABLE_S else deaths + 1
            if not child.up.is_set() and (deaths >= PATIENCE or child.part.once):
                raise self._failure(child)
            await self._pause(child, code, deaths)

    async def _live(self, child: _Child, began: float) -> int:
        """One life, from start to end. Returns the exit code."""
        process = child.process = await spawn(child.part, child.log, self._environment)
        self._note(child, "starting")
        ended = asyncio.create_task(process.wait())
        try:
            if not child.part.once:
                await self._await_ready(child, ended, began)
            code = await ended
        finally:
            ended.cancel()
        if child.part.once and code == 0:
            self._note(child, "done")
            self._is_up(child, began)
        return code

    async def _await_ready(self, child: _Child, ended: asyncio.Task[int], began: float) -> None:
        if await _until_ready(child.part, ended):
            self._note(child, "running")
            self._is_up(child, began)
        elif not ended.done() and not child.up.is_set():
            raise self._failure(child)

    def _failure(self, child: _Child) -> PartFailed:
        return PartFailed(part=child.part.title, output=child.log.tail(), log=child.log.path)

    def _is_up(self, child: _Child, began: float) -> None:
        if not child.up.is_set():
            child.up.set()
            self._report.ready(child.part, clock.monotonic() - began)

    async def _pause(self, child: _Child, code: int, deaths: int) -> None:
        pause = PAUSES_S[min(deaths, len(PAUSES_S)) - 1]
        child.restarts += 1
        self._report.died(child.part, code, pause)
        self._note(child, "waiting")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause)

    async def _rotate_logs(self) -> None:
        while True:
            await asyncio.sleep(ROTATE_S)
            for child in self._children.values():
                child.log.rotate()

    async def _end_all(self) -> None:
        """In waves, each part before those it was started after."""
        for wave in reversed(waves(child.part for child in self._children.values())):
            await asyncio.gather(*(self._end(self._children[part.name]) for part in wave))

    async def _end(self, child: _Child) -> None:
        if child.process is None or child.process.returncode is not None:
            return
        self._report.stopping(child.part)
        await end(child.part, child.process)
        self._note(child, "stopped")

    def _note(self, child: _Child, phase: Phase) -> None:
        alive = child.process if phase in ("starting", "running") else None
        state = PartState(
            name=child.part.name,
            phase=phase,
            pid=alive.pid if alive else None,
            born=_born(alive.pid) if alive else None,
            since=clock.rfc3339(clock.now()),
            restarts=child.restarts,
            port=child.part.port,
        )
        write_state(self._home, state)


def waves(parts: Iterable[Part]) -> list[list[Part]]:
    """The parts in groups, each after all that it depends on. Raises ValueError on a circle or an unknown name."""
    left = {part.name: part for part in parts}
    found: list[list[Part]] = []
    placed: set[str] = set()
    while left:
        wave = [part for part in left.values() if placed.issuperset(part.after)]
        if not wave:
            raise ValueError(f"these parts wait for each other or for nothing: {sorted(left)}")
        found.append(wave)
        for part in wave:
            placed.add(part.name)
            del left[part.name]
    return found


async def _until_ready(part: Part, ended: asyncio.Task[int]) -> bool:
    """Whether it became ready before it ended or its time ran out (then it is left to run, and not called ready)."""
    deadline = clock.monotonic() + part.start_s
    while not ended.done() and clock.monotonic() < deadline:
        if part.ready is None or await asyncio.to_thread(part.ready):
            return not ended.done()
        await asyncio.wait([ended], timeout=POLL_S)
    return False


def _born(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


@contextlib.contextmanager
def _signals(act: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(sign, act)
    try:
        yield
    finally:
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(sign)
