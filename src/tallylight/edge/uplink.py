"""The uplink thread: takes batches from the spool in order, one in flight, and lets go of each only when the hub has
it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from random import Random  # noqa: TID251 - the type only: generators come from kernel.chance

import structlog

from tallylight.edge.backoff import Backoff
from tallylight.edge.errors import AgentError, HubRefused, HubUnreachable
from tallylight.edge.hub import Answer, Hub, batch_headers
from tallylight.edge.identity import Identity
from tallylight.edge.record import Record
from tallylight.edge.spool import Spool
from tallylight.edge.threads import guarded_thread
from tallylight.wire import doors
from tallylight.wire.errors import GarbledMessage
from tallylight.wire.plan import Ack, Plan, from_json

log = structlog.get_logger("tallylight.edge")


@dataclass(slots=True)
class UplinkCounters:
    """Since the start: batches the hub has, batches it will never take, attempts that failed."""

    acknowledged: int = 0
    rejected: int = 0
    failed: int = 0


class Uplink:
    """Sends `spool` to the hub between `start` and `stop`.

    In its thread it calls `on_plan` with every new plan, and `on_refused` once, when the node's key is not good (any
    more): then it ends, and the spool stays as it is; `on_failure` should the thread die.
    """

    def __init__(
        self,
        hub: Hub,
        identity: Identity,
        spool: Spool,
        *,
        on_plan: Callable[[Plan], None],
        on_refused: Callable[[AgentError], None],
        on_failure: Callable[[], None] = lambda: None,
        generator: Random,
    ) -> None:
        self.counters = UplinkCounters()
        self._hub = hub
        self._identity = identity
        self._plan_version = identity.plan.version
        self._spool = spool
        self._on_plan = on_plan
        self._on_refused = on_refused
        self._backoff = Backoff(generator)
        self._stopping = threading.Event()
        self._away = False
        self._thread = guarded_thread("uplink", self._run, on_failure)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self, *, linger_s: float) -> None:
        """Send what waits for up to `linger_s` if the hub takes it, then end. What is left stays in the spool."""
        self._stopping.set()
        self._thread.join(linger_s)
        self._hub.abort()
        self._thread.join()
        self._hub.close()

    def _run(self) -> None:
        while not (self._stopping.is_set() and (self._away or not len(self._spool))):
            record = self._spool.head(timeout_s=0.5)
            if record is None:
                continue
            try:
                pause_s = self._send(record)
            except HubRefused as refused:
                self._on_refused(refused)
                return
            if pause_s:
                self._stopping.wait(pause_s)

    def _send(self, record: Record) -> float:
        """Try one batch; returns the seconds to wait before the next attempt, 0 when it is done with."""
        headers = batch_headers(self._identity.key, self._plan_version)
        try:
            answer = self._hub.post(doors.BATCHES_PATH, record.body, headers)
            if answer.status == 200:
                ack = from_json(answer.body, Ack)
                if ack.sequence != record.sequence:
                    return self._failed(f"it acknowledged {ack.sequence} for {record.sequence}", None)
                self._acknowledged(record, ack)
                return 0.0
        except (HubUnreachable, GarbledMessage) as wrong:
            return self._failed(str(wrong), None)
        return self._judge(record, answer)

    def _judge(self, record: Record, answer: Answer) -> float:
        if answer.status in (401, 403):
            raise HubRefused(hub=self._hub.base, node=self._identity.node, reason=answer.reason)
        if answer.status in (408, 425, 429) or not 400 <= answer.status < 500:
            return self._failed(answer.reason, answer.retry_after_s)
        log.error("the hub will not take a batch", sequence=record.sequence, status=answer.status, reason=answer.reason)
        self.counters.rejected += 1
        self._spool.acknowledge(record.sequence)
        return 0.0

    def _acknowledged(self, record: Record, ack: Ack) -> None:
        if self._away:
            log.info("the hub is back", waiting=len(self._spool))
            self._away = False
        self._backoff.reset()
        self.counters.acknowledged += 1
        self._spool.acknowledge(record.sequence)
        if ack.plan is not None and ack.plan.version != self._plan_version:
            self._plan_version = ack.plan.version
            self._on_plan(ack.plan)

    def _failed(self, reason: str, asked_s: float | None) -> float:
        """What the hub did not take must survive a power cut, so it is made durable before the wait."""
        self.counters.failed += 1
        if not self._away:
            log.warning("the hub does not take batches; they wait in the spool", reason=reason)
            self._away = True
        self._spool.sync()
        return self._backoff.next_s(asked_s)
