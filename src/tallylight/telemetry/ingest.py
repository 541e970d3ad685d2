"""Takes batches: whose is it, is it plausible, was it taken before, is it on disk; then it counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tallylight.fleet.api import NodeCard
from tallylight.kernel import clock
from tallylight.telemetry import record as records
from tallylight.telemetry.bucket import Bucket
from tallylight.telemetry.errors import ClockOff, NodeTooBusy, NotDurable, RowsOutOfTime, WrongNode
from tallylight.telemetry.history.schema import SECOND_DAYS
from tallylight.telemetry.keys import KeyRing
from tallylight.telemetry.wal import Wal
from tallylight.telemetry.window import LiveWindow
from tallylight.wire import batch as batches
from tallylight.wire.batch import Batch
from tallylight.wire.plan import Ack, Plan

#: A node's clock may be this far off (s). Beyond `SHIFT_S` its rows are placed by the hub's clock instead.
CLOCK_BOUND_S: Final = 60
SHIFT_S: Final = 2
#: Rows may lie this far in the future of the hub's clock (s), and as far back as seconds live in history.
FUTURE_S: Final = 2
PAST_S: Final = SECOND_DAYS * 86_400
#: Batches a node may send a second, and at once after a pause.
NODE_RATE: Final = 50.0
NODE_BURST: Final = 200.0


@dataclass(slots=True)
class Sender:
    """What the hub remembers of a node between batches. One batch of a node is dealt with at a time."""

    durable: int = -1
    shift_s: int = 0
    bucket: Bucket = field(default_factory=lambda: Bucket(NODE_RATE, NODE_BURST))
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class Counts:
    """What came in since the start. `dropped_by_nodes` is what nodes say they had no room to keep."""

    batches: int = 0
    duplicates: int = 0
    rows: int = 0
    samples: int = 0
    dropped_by_nodes: dict[str, int] = field(default_factory=dict)


class Ingest:
    """Belongs to one event loop. `plan_of` names the plan a node should work by."""

    def __init__(self, keys: KeyRing, wal: Wal, window: LiveWindow, plan_of: Callable[[str], Plan | None]) -> None:
        self._keys, self._wal, self._window, self._plan_of = keys, wal, window, plan_of
        self._senders: dict[str, Sender] = {}
        self.counts = Counts()

    def already_durable(self, marks: dict[str, int]) -> None:
        """These sequences and those before them were taken: by what history and the log say at start."""
        for node, sequence in marks.items():
            sender = self._sender(node)
            sender.durable = max(sender.durable, sequence)

    async def sender(self, key: str) -> NodeCard:
        """The node that sends under `key`. Raises NodeKeyRefused, RecordsAway, NodeTooBusy."""
        node = await self._keys.node_of(key)
        if not self._sender(node.name).bucket.spend():
            raise NodeTooBusy
        return node

    async def take(self, node: NodeCard, body: bytes, *, plan_version: str, node_clock: str) -> Ack:
        """Acknowledge a batch of `node` once it is on disk. Raises a TallyError for everything else."""
        sender = self._sender(node.name)
        batch = batches.decode(body)
        if batch.node != node.name:
            raise WrongNode(claimed=batch.node, node=node.name)
        received_us = int(clock.unix_seconds() * 1e6)
        offset_us = _offset_us(node_clock, batch, received_us)
        async with sender.turn:
            duplicate = batch.sequence <= sender.durable
            if not duplicate:
                await self._keep(node, sender, batch, body, received_us=received_us, offset_us=offset_us)
        self.counts.duplicates += duplicate
        return self._ack(node.name, batch.sequence, plan_version, duplicate=duplicate)

    async def _keep(
        self, node: NodeCard, sender: Sender, batch: Batch, body: bytes, *, received_us: int, offset_us: int
    ) -> None:
        sender.shift_s = _shift_s(sender.shift_s, offset_us)
        check_times(batch, shift_s=sender.shift_s, now_s=received_us / 1e6)
        record = records.Record(
            node=node.name,
            region=node.region,
            sequence=batch.sequence,
            received_us=received_us,
            offset_us=offset_us,
            shift_s=sender.shift_s,
            body=body,
        )
        try:
            await asyncio.wrap_future(self._wal.append(records.encode(record)))
        except NotDurable:
            self._see(node.name, batch, record)  # the live view needs no disk; the node will send it again
            raise
        sender.durable = batch.sequence
        self._see(node.name, batch, record)
        self._count(batch)

    def _see(self, node: str, batch: Batch, record: records.Record) -> None:
        self._window.take(batch, shift_s=record.shift_s)
        self._window.hear(node, at=record.received_us / 1e6, offset_us=record.offset_us)

    def _count(self, batch: Batch) -> None:
        self.counts.batches += 1
        self.counts.rows += (len(batch.paths.at_s) + len(batch.host.at_s) + len(batch.viewers.at_s)) // 4
        self.counts.samples += len(batch.paths.rtts_us) // 4
        if batch.dropped:
            self.counts.dropped_by_nodes[batch.node] = batch.dropped

    def _ack(self, node: str, sequence: int, plan_version: str, *, duplicate: bool) -> Ack:
        plan = self._plan_of(node)
        version = plan.version if plan else 0
        fresh = plan if plan and str(version) != plan_version else None
        return Ack(sequence=sequence, plan_version=version, plan=fresh, duplicate=duplicate)

    def _sender(self, node: str) -> Sender:
        sender = self._senders.get(node)
        if sender is None:
            sender = self._senders[node] = Sender()
        return sender


def _offset_us(node_clock: str, batch: Batch, received_us: int) -> int:
    """The hub's clock less the node's, the way included. Without the header only a batch from the future tells of an error."""
    stated = node_clock.isdecimal() and len(node_clock) < 20
    offset_us = received_us - int(node_clock) if stated else min(0, received_us - batch.sent_at_us)
    if abs(offset_us) > CLOCK_BOUND_S * 1_000_000:
        raise ClockOff(offset_s=round(offset_us / 1e6), bound_s=CLOCK_BOUND_S)
    return offset_us


def _shift_s(shift_s: int, offset_us: int) -> int:
    """Whole seconds by which rows are moved: none for a good clock, and steady while the difference hardly changes."""
    offset_s = offset_us / 1e6
    if abs(offset_s) < SHIFT_S:
        return 0
    return shift_s if abs(offset_s - shift_s) <= 1 else round(offset_s)


def check_times(batch: Batch, *, shift_s: int, now_s: float) -> None:
    """Raises RowsOutOfTime for rows that neither the live window nor history could place."""
    for name, table in (("paths", batch.paths), ("host", batch.host), ("viewers", batch.viewers)):
        at_s = np.frombuffer(table.at_s, "<u4")
        if at_s.size:
            newest, oldest = int(at_s.max()) + shift_s, int(at_s.min()) + shift_s
            if newest > now_s + FUTURE_S:
                raise RowsOutOfTime(table=name, age_s=round(now_s - newest))
            if oldest < now_s - PAST_S:
                raise RowsOutOfTime(table=name, age_s=round(now_s - oldest))
