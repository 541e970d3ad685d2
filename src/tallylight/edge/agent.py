"""The agent: enrols, measures, counts and reports until it is told to stop.

Three threads: the prober (nothing there ever waits), the uplink (waits for the hub), and the event loop here, which
listens to viewers and turns every second into a batch in the spool.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from random import Random  # noqa: TID251 - the type only: generators come from kernel.chance
from typing import Final

import msgspec
import structlog

from tallylight.edge import identity as identities
from tallylight.edge.beacon import BeaconListener
from tallylight.edge.enrol import identify
from tallylight.edge.errors import AddressUnusable, AgentError, HubUnreachable, StateUnusable
from tallylight.edge.host import HostCounters
from tallylight.edge.hub import Hub
from tallylight.edge.identity import Identity
from tallylight.edge.prober import Prober, Second
from tallylight.edge.record import Record
from tallylight.edge.rows import host_columns, path_columns, viewer_columns
from tallylight.edge.settings import EdgeSettings
from tallylight.edge.spool import Spool
from tallylight.edge.targets import has_names, resolve
from tallylight.edge.uplink import Uplink
from tallylight.edge.version import AGENT
from tallylight.edge.viewers import Viewers
from tallylight.kernel import chance, clock
from tallylight.wire.batch import Batch, encode
from tallylight.wire.plan import Plan

log = structlog.get_logger("tallylight.edge")

#: How often names of peers are looked up again, in seconds; and when one was not found.
RESOLVE_EVERY_S: Final = 60.0
RESOLVE_AGAIN_S: Final = 5.0
#: How long the last batches may take to leave when the agent is told to stop.
LINGER_S: Final = 2.0


def run(settings: EdgeSettings) -> int:
    """Run the agent until SIGTERM or SIGINT; returns the exit code of the process.

    0 told to stop · 69 the hub can't be reached at enrolment · 71 an address can't be bound · 73 the state folder
    can't be used · 77 the hub refuses this node (token unknown, used, expired or for another name; key revoked) · 78
    no token, or another node's state
    """
    try:
        return asyncio.run(_serve(settings))
    except AgentError as wrong:
        log.error(str(wrong), code=wrong.code, advice=wrong.advice % wrong.facts, exit_code=wrong.exit_code)
        return wrong.exit_code


async def _serve(settings: EdgeSettings) -> int:
    stopping = _watch_signals()
    lock = identities.hold(settings.state)
    try:
        generator = chance.generator(settings.seed)
        identity = await asyncio.to_thread(identify, settings, generator=generator, stopping=stopping.flag)
        agent = _Agent(settings, identity, generator, stopping)
        return await agent.serve()
    except HubUnreachable:
        if stopping.flag.is_set():
            return 0
        raise
    finally:
        os.close(lock)


def _open_spool(settings: EdgeSettings) -> Spool:
    try:
        return Spool(settings.state / "spool", bound=settings.spool_bytes)
    except OSError as wrong:
        raise StateUnusable(state=str(settings.state), reason=wrong.strerror or str(wrong)) from wrong


class _Stop:
    """That the agent is to end, and why: for the event loop, and as a flag for threads."""

    def __init__(self) -> None:
        self.flag = threading.Event()
        self.reason: AgentError | None = None
        self._loop = asyncio.get_running_loop()
        self._asked = asyncio.Event()

    def ask(self, reason: AgentError | None = None) -> None:
        """End the agent. From any thread."""
        self.reason = self.reason or reason
        self.flag.set()
        self._loop.call_soon_threadsafe(self._asked.set)

    async def wait(self) -> None:
        """Until somebody asks."""
        await self._asked.wait()


def _watch_signals() -> _Stop:
    stopping = _Stop()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.ask)
    return stopping


class _Agent:
    """The parts of a running agent, and how a second passes from one to the next."""

    def __init__(self, settings: EdgeSettings, identity: Identity, generator: Random, stopping: _Stop) -> None:
        self._settings = settings
        self._identity = identity
        self._stopping = stopping
        self._loop = asyncio.get_running_loop()
        self._seconds: asyncio.Queue[Second] = asyncio.Queue()
        self._plans: asyncio.Queue[Plan] = asyncio.Queue()
        self._viewers = Viewers()
        self._beacon = BeaconListener(settings.viewer_host, settings.viewer_port, self._viewers)
        self._host = HostCounters(settings.state)
        self._spool = _open_spool(settings)
        self._uplink = Uplink(
            Hub(settings.hub),
            identity,
            self._spool,
            on_plan=lambda plan: self._tell(self._plans, plan),
            on_refused=stopping.ask,
            on_failure=self._failed,
            generator=generator,
        )
        self._prober = self._bind(generator)

    def _bind(self, generator: Random) -> Prober:
        host, port = self._settings.stamp_host, self._settings.stamp_port
        try:
            return Prober(
                (host, port),
                on_second=lambda second: self._tell(self._seconds, second),
                on_failure=self._failed,
                generator=generator,
            )
        except OSError as wrong:
            raise AddressUnusable(address=f"{host}:{port}", reason=wrong.strerror or str(wrong)) from wrong

    def _tell(self, queue: asyncio.Queue[Second] | asyncio.Queue[Plan], news: Second | Plan) -> None:
        """Bring news from a thread to the event loop; too late when that has ended."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(queue.put_nowait, news)  # type: ignore[arg-type]  # each to its own

    async def serve(self) -> int:
        """Run until told to stop. Raises AgentError when the reason is one."""
        await self._beacon.start()
        self._prober.start()
        self._uplink.start()
        tasks = [asyncio.create_task(self._follow_plans()), asyncio.create_task(self._record_seconds())]
        log.info("measuring", node=self._identity.node, stamp=self._prober.address[:2], waiting=len(self._spool))
        for task in tasks:
            task.add_done_callback(self._ended)
        try:
            await self._stopping.wait()
        finally:
            await self._shut(tasks)
        if self._stopping.reason is not None:
            raise self._stopping.reason
        return 0

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            log.error("a part of the agent failed", exc_info=task.exception())
            self._failed()

    def _failed(self) -> None:
        """A part that fails takes the agent with it, loudly: its supervisor starts it again."""
        self._stopping.ask(AgentError())

    async def _shut(self, tasks: list[asyncio.Task[None]]) -> None:
        await asyncio.to_thread(self._prober.stop)
        await self._beacon.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(self._uplink.stop, linger_s=LINGER_S)
        self._spool.close()
        counted = self._uplink.counters
        log.info(
            "stopped",
            acknowledged=counted.acknowledged,
            rejected=counted.rejected,
            dropped=self._spool.dropped,
            waiting=len(self._spool),
        )

    async def _follow_plans(self) -> None:
        """Apply the plan in hand, then every new one as it comes; look names up again now and then."""
        plan = self._identity.plan
        while True:
            targets, complete = await asyncio.to_thread(resolve, plan)
            self._prober.apply(targets)
            pause_s = None if complete and not has_names(plan) else RESOLVE_EVERY_S if complete else RESOLVE_AGAIN_S
            with contextlib.suppress(TimeoutError):
                plan = await asyncio.wait_for(self._plans.get(), pause_s)
                log.info("new plan", version=plan.version, peers=len(plan.peers))
                self._identity = msgspec.structs.replace(self._identity, plan=plan)
                await asyncio.to_thread(self._keep_identity)

    def _keep_identity(self) -> None:
        """So that a restart without the hub measures by the latest plan; on a full disk it will measure by an older
        one.
        """
        try:
            identities.save(self._settings.state, self._identity)
        except AgentError as wrong:
            log.error(str(wrong))

    async def _record_seconds(self) -> None:
        while True:
            second = await self._seconds.get()
            self._record(second)

    def _record(self, second: Second) -> None:
        instant_us = int(clock.unix_seconds() * 1e6)
        sequence = self._spool.next_sequence(instant_us // 1000)
        batch = Batch(
            node=self._identity.node,
            sequence=sequence,
            sent_at_us=instant_us,
            agent=AGENT,
            dropped=self._spool.dropped,
            paths=path_columns(second),
            host=host_columns(second, self._host.read()),
            viewers=viewer_columns(second, self._viewers.count(now_s=clock.monotonic())),
        )
        self._spool.append(Record(sequence, encode(batch)))
