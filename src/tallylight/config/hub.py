"""`tally hub`: one process that takes batches, judges every second, and moves the log into history."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog
import uvicorn
import uvloop
from django.conf import settings
from django.db import connections

from tallylight.alerts.ledger import Ledger
from tallylight.alerts.thresholds import in_force, revision, sync_from_contracts
from tallylight.alerts.watch import Watch
from tallylight.config.environment import HUB, environment
from tallylight.config.problems import problem
from tallylight.fleet import api as fleet
from tallylight.kernel import clock
from tallylight.kernel.errors import Unavailable
from tallylight.telemetry.app import Hub
from tallylight.telemetry.cards import HubFacts
from tallylight.telemetry.database import Database
from tallylight.telemetry.history.client import History
from tallylight.telemetry.history.refill import refill
from tallylight.telemetry.history.writer import Writer, raise_marks
from tallylight.telemetry.ingest import Ingest
from tallylight.telemetry.keys import KeyRing
from tallylight.telemetry.live import encode
from tallylight.telemetry.marks import Marks
from tallylight.telemetry.plans import PlanBoard
from tallylight.telemetry.snapshot import snapshot
from tallylight.telemetry.wal import Wal, segments
from tallylight.telemetry.window import LiveWindow
from tallylight.wire.plan import EnrolReply, EnrolRequest

log = structlog.get_logger(__name__)

#: Each second is judged this long (s) after it closed, as nodes send right after the second; once more for those who are late.
JUDGE_AFTER_S: Final = (0.25, 0.6)
#: How often the fleet, its detours and the thresholds' revision are read (s); contracts are followed more slowly.
FLEET_S: Final = 0.5
CONTRACTS_S: Final = 60.0
#: The watch is well while it judged within this long (s).
WATCH_WELL_S: Final = 5.0

T = TypeVar("T")


class HubProcess:
    """The parts, made and tied together; `run` lives until told to stop."""

    def __init__(self, home: Path, port: int) -> None:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.port, self.started_at = port, clock.now()
        self.database, self.plans, self.window = Database(), PlanBoard(), LiveWindow()
        self.marks = Marks(home / "marks.json")
        self.history = History(settings.CLICKHOUSE_URL)
        self.writer = Writer(self.history, self.marks, forget=lambda path: self.wal.forget(path))
        left = segments(home / "wal")
        self.wal = Wal(home / "wal", self.writer.add)
        self.ingest = Ingest(KeyRing(self._key), self.wal, self.window, self.plans.plan_of)
        self.ledger = Ledger()
        self.watch = Watch(self.window, self.ledger)
        self.app = Hub(self.ingest, self._enrol, lambda: self._live, self._health, settings.HUB_TOKEN, problem)
        self._left, self._live, self._judged_at = left, b"", clock.monotonic()
        self._revision = -2

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then finish what is in hand and make it durable."""
        self._replay()
        self._show(self.started_at)
        self.writer.start()
        works = (self._follow_fleet(), self._follow_contracts(), self._judge(), self._refill())
        tasks = [asyncio.create_task(work) for work in works]
        server = _Server(self._serving())
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, server.stop)
        try:
            await server.serve()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(self._close)

    def _serving(self) -> uvicorn.Config:
        """Loopback only: a hub for nodes elsewhere stands behind a proxy that speaks TLS."""
        return uvicorn.Config(
            self.app,
            host="127.0.0.1",
            port=self.port,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=1024,
            limit_concurrency=4096,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
        )

    def _replay(self) -> None:
        """What the last process acknowledged and history may not have: into the marks, and the writer's queue."""
        durable = self.marks.all()
        for path in self._left:
            raise_marks(durable, path)
            self.writer.add(path)
        self.ingest.already_durable(durable)
        if self._left:
            log.info("log replayed", segments=len(self._left))

    async def _refill(self) -> None:
        """The window's past, from history, once the log's rest is in it. What is judged is fresh data only."""
        until = int(self.started_at.timestamp())
        while not (self.window.nodes and self.writer.ready) or self.writer.lag_s:
            await asyncio.sleep(FLEET_S)
        await self._survive(partial(refill, self.window, self.history, until_s=until))

    def _close(self) -> None:
        self.wal.close()
        self.writer.close()
        self.ledger.close()
        self.database.close()

    async def _key(self, key: str) -> fleet.NodeCard:
        return await self.database.ask(partial(fleet.authenticate, key))

    async def _enrol(self, request: EnrolRequest) -> EnrolReply:
        enrolment = await self.database.ask(
            partial(
                fleet.enrol,
                request.token,
                request.name,
                host=request.host,
                stamp_port=request.stamp_port,
                viewer_port=request.viewer_port,
                now=clock.now(),
            )
        )
        await self._read_fleet()
        plan = self.plans.plan_of(enrolment.node.name)
        if plan is None:
            raise Unavailable
        return EnrolReply(node=enrolment.node.name, key=enrolment.key, plan=plan)

    async def _follow_fleet(self) -> None:
        while True:
            await self._survive(self._read_fleet)
            await self._survive(self._read_thresholds)
            await asyncio.sleep(FLEET_S)

    async def _read_fleet(self) -> None:
        now = clock.now()
        self.plans.expire(now)
        nodes, leases = await self.database.ask(lambda: (tuple(fleet.nodes()), fleet.live_detours(now=now)))
        if self.plans.put(nodes, leases, now=now):
            self.window.set_fleet(nodes)

    async def _read_thresholds(self) -> None:
        number = await self.database.ask(revision)
        if number != self._revision:
            self.watch.put(await self.database.ask(in_force))
            self._revision = number

    async def _follow_contracts(self) -> None:
        """Contracts come into force by the calendar too, and nodes make new regions."""
        seen: set[str] = set()
        at = -CONTRACTS_S
        while True:
            regions = {card.region for card in self.plans.nodes}
            due = regions != seen or clock.monotonic() - at >= CONTRACTS_S
            sync = partial(sync_from_contracts, clock.now())
            if due and await self._survive(partial(self.database.ask, sync)):
                seen, at = regions, clock.monotonic()
            await asyncio.sleep(FLEET_S)

    async def _survive(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> bool:
        """Whether `work` went well. PostgreSQL being away is a state, not a failure; anything else is logged; life goes on."""
        try:
            await work()
        except Unavailable:
            return False
        except Exception:
            log.exception("the hub stumbled and goes on")
            return False
        return True

    async def _judge(self) -> None:
        """Every second, a little after it closed."""
        while True:
            now = clock.unix_seconds()
            await asyncio.sleep(min((after - now) % 1.0 or 1.0 for after in JUDGE_AFTER_S))
            await self._survive(self._judge_once)

    async def _judge_once(self) -> None:
        at = clock.now()
        self.watch.tick(int(at.timestamp()))
        self._show(at)
        self._judged_at = clock.monotonic()

    def _show(self, at: datetime) -> None:
        """What `/live` says until the next second."""
        judged = {node: state.name.lower() for node, state in self.watch.standings().items()}
        self._live = encode(snapshot(self.window, at=at, judged=judged, hub=self._facts(at)))

    def _facts(self, at: datetime) -> HubFacts:
        counts = self.ingest.counts
        return HubFacts(
            started_at=self.started_at,
            judging_since=datetime.fromtimestamp(self.watch.judging_since_s, at.tzinfo)
            if self.watch.judging_since_s
            else None,
            rows=counts.rows,
            batches=counts.batches,
            refused=dict(self.app.refused),
            history_lag_s=round(self.writer.lag_s, 3),
            history_fault=self.writer.fault,
            records_fault=self.database.fault or self.ledger.fault,
            wal_bytes=self.wal.on_disk,
            pending_transitions=self.ledger.pending,
            thresholds=len(self.watch.board.thresholds) if self.watch.board else 0,
            evaluation_ms=round(self.watch.evaluation_ms, 3),
        )

    def _health(self) -> tuple[bool, dict[str, Any]]:
        """Well while it can take batches and judges; engines that are away are named, and are not the hub's own fault."""
        counts = self.ingest.counts
        watching = clock.monotonic() - self._judged_at < WATCH_WELL_S
        facts = {
            "status": "ok" if watching else "degraded",
            "parts": {
                "watch": "ok" if watching else "stuck",
                "history": self.writer.fault or "ok",
                "records": self.database.fault or self.ledger.fault or "ok",
            },
            "counts": {
                "batches": counts.batches,
                "duplicates": counts.duplicates,
                "rows": counts.rows,
                "samples": counts.samples,
                "rows_in_history": self.writer.written_rows,
                "rows_of_strangers": self.window.strangers,
                "dropped_by_nodes": sum(counts.dropped_by_nodes.values()),
                "refused": dict(self.app.refused),
            },
            "history_lag_s": round(self.writer.lag_s, 3),
            "log_octets": self.wal.on_disk,
            "ring_octets": self.window.octets,
        }
        return watching, facts


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would raise them again after its end, before what is in hand is finished."""

    def stop(self) -> None:
        """Take nothing new, finish what is in hand, then end."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main() -> int:
    """Run the hub until told to stop."""
    for database in connections.settings.values():
        # A few threads with a lasting connection each: a pool backs off for long when PostgreSQL was away.
        database["OPTIONS"].pop("pool", None)
        database["CONN_MAX_AGE"] = None
    home = environment().home / "hub"
    uvloop.run(HubProcess(home, environment().port_of(HUB)).run())
    return 0
