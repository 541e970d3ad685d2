"""Moves sealed segments of the log into history: each once, in order, whatever is killed when.

One segment is one insert a table, under a token made of the segment's name; then the marks are moved; then the segment goes. A
crash in between repeats the same inserts under the same tokens, which changes nothing, or finds the marks moved and only removes
the segment.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import structlog

from tallylight.kernel import clock
from tallylight.kernel.errors import TallyError
from tallylight.telemetry import record as records
from tallylight.telemetry import wal
from tallylight.telemetry.errors import HistoryAway
from tallylight.telemetry.history.blocks import blocks
from tallylight.telemetry.history.client import History
from tallylight.telemetry.history.schema import migrate
from tallylight.telemetry.marks import Marks
from tallylight.telemetry.record import Record
from tallylight.wire import batch as batches
from tallylight.wire.batch import Batch

log = structlog.get_logger(__name__)

#: Seconds between tries while ClickHouse is away.
RETRY_S: Final = 1.0


def taken_in(path: Path, marks: dict[str, int]) -> list[tuple[Record, Batch]]:
    """The batches of a segment that lie above `marks`, each (node, sequence) once. `marks` are moved on."""
    found = []
    for octets in wal.read(path):
        try:
            record = records.decode(octets)
            if record.sequence <= marks.get(record.node, -1):
                continue
            found.append((record, batches.decode_again(record.body)))
            marks[record.node] = record.sequence
        except (msgspec.MsgspecError, TallyError):
            log.exception("a record of the log can't be read", segment=path.name)
    return found


def raise_marks(marks: dict[str, int], path: Path) -> None:
    """Move `marks` on by what a segment holds."""
    for octets in wal.read(path):
        with contextlib.suppress(msgspec.MsgspecError):
            record = records.decode(octets)
            marks[record.node] = max(record.sequence, marks.get(record.node, -1))


class Writer:
    """A thread that takes segments in the order they were sealed. Memory: one segment at a time."""

    def __init__(self, history: History, marks: Marks, *, forget: wal.Sealed, retry_s: float = RETRY_S) -> None:
        self._history, self._marks, self._forget, self._retry_s = history, marks, forget, retry_s
        self._segments: deque[Path] = deque()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self.ready = False  # the tables are there
        self.fault = ""
        self.written_rows = 0
        self._thread = threading.Thread(target=self._work, name="history", daemon=True)

    def start(self) -> None:
        """Begin. Segments may be added before."""
        self._thread.start()

    def add(self, path: Path) -> None:
        """Have a sealed segment written."""
        with self._changed:
            self._segments.append(path)
            self._changed.notify()

    @property
    def lag_s(self) -> float:
        """Age of the oldest segment that waits, 0 when none does."""
        try:
            return max(0.0, clock.unix_seconds() - int(self._segments[0].stem) / 1000)
        except IndexError:
            return 0.0

    def close(self) -> None:
        """Finish what can be finished at once; what ClickHouse does not take now, the log keeps."""
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(timeout=30)

    def _work(self) -> None:
        while not self._try(self._prepare):
            if self._stopping.wait(self._retry_s):
                return
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._segments or self._stopping.is_set())
                if not self._segments:
                    return
                path = self._segments[0]
            if self._try(partial(self._write, path)):
                self._segments.popleft()
            elif self._stopping.wait(self._retry_s):
                return

    def _try(self, work: Callable[[], None]) -> bool:
        """Whether it went well; if not, it is to be tried again."""
        try:
            work()
        except HistoryAway as fault:
            self._complain(fault.facts["reason"])
            return False
        except Exception as fault:
            log.exception("history could not be written; trying again")
            self._complain(type(fault).__name__)
            return False
        self.fault = ""
        return True

    def _complain(self, reason: str) -> None:
        if not self.fault:
            log.warning("history waits for ClickHouse", reason=reason)
        self.fault = reason

    def _prepare(self) -> None:
        migrate(self._history)
        self.ready = True

    def _write(self, path: Path) -> None:
        marks = self._marks.all()
        for table, block in blocks(taken_in(path, marks)):
            self._history.insert(table, block, token=f"{path.stem}:{table}")
            self.written_rows += block.rows
        self._marks.raise_to(marks)
        self._forget(path)
