"""Writes what began and what is over, once, in order, however often PostgreSQL goes away."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from tallylight.alerts.models import Alert, Threshold
from tallylight.kernel.events import ThresholdCleared, ThresholdRaised, publish

log = structlog.get_logger(__name__)

#: Seconds between tries while PostgreSQL is away.
RETRY_S: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alert that begins. `id` is chosen beforehand, so that a try whose outcome is not known can be repeated."""

    id: UUID
    threshold: UUID
    node: str
    region: str
    value: float
    samples: int
    breached_at: datetime
    raised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """The open alert of (threshold, node) is over."""

    threshold: UUID
    node: str
    worst: float
    recovered_at: datetime
    cleared_at: datetime


def write(change: Raised | Cleared) -> None:
    """Carry out one change with its event, in one transaction. Harmless when repeated."""
    with transaction.atomic():
        if isinstance(change, Raised):
            _raise(change)
        else:
            _clear(change)


def _raise(change: Raised) -> None:
    threshold = Threshold.objects.get(id=change.threshold)
    if Alert.objects.filter(threshold=threshold, node=change.node, cleared_at=None).exists():
        return
    made = Alert.objects.bulk_create([_alert(change, threshold)], ignore_conflicts=True)
    if Alert.objects.filter(id=made[0].id, raised_at=change.raised_at, cleared_at=None).exists():
        publish(ThresholdRaised(alert=change.id, at=change.raised_at))


def _alert(change: Raised, threshold: Threshold) -> Alert:
    return Alert(
        id=change.id,
        threshold=threshold,
        organisation_id=threshold.organisation_id,
        node=change.node,
        region=change.region,
        metric=threshold.metric,
        raise_above=threshold.raise_above,
        clear_below=threshold.clear_below,
        value=change.value,
        worst=change.value,
        samples=change.samples,
        breached_at=change.breached_at,
        raised_at=change.raised_at,
    )


def _clear(change: Cleared) -> None:
    row = (
        Alert.objects.select_for_update().filter(threshold=change.threshold, node=change.node, cleared_at=None).first()
    )
    if row is None:
        return
    row.recovered_at, row.cleared_at, row.worst = change.recovered_at, change.cleared_at, max(row.worst, change.worst)
    row.save(update_fields=["recovered_at", "cleared_at", "worst"])
    publish(ThresholdCleared(alert=row.id, at=change.cleared_at))


class Ledger:
    """A thread that writes changes one after another and keeps each until it is written."""

    def __init__(self) -> None:
        self._changes: deque[Raised | Cleared] = deque()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self.fault = ""
        self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
        self._thread.start()

    @property
    def pending(self) -> int:
        """Changes that are not written yet."""
        return len(self._changes)

    def add(self, changes: list[Raised | Cleared]) -> None:
        """Have `changes` written in this order."""
        with self._changed:
            self._changes.extend(changes)
            self._changed.notify()

    def close(self) -> None:
        """End the thread after what waits was tried once more."""
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(timeout=10)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._changes or self._stopping.is_set())
                if not self._changes:
                    return
                change = self._changes[0]
            if self._try(change):
                self._changes.popleft()
            elif self._stopping.wait(RETRY_S):
                return

    def _try(self, change: Raised | Cleared) -> bool:
        """Whether the change is dealt with: written, or impossible and said so."""
        try:
            connection.close_if_unusable_or_obsolete()
            write(change)
        except (OperationalError, InterfaceError) as fault:
            if not self.fault:
                log.warning("alerts wait for PostgreSQL", reason=type(fault).__name__)
            self.fault = type(fault).__name__
            connection.close()
            return False
        except Exception:
            log.exception("an alert could not be written", change=change)
        self.fault = ""
        return True
