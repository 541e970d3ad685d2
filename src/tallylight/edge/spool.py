"""The spool: batches on disk from the moment they are made until the hub has acknowledged them.

Append-only segment files named by the sequence of their first record; a record is a header (length, CRC-32, sequence)
and the batch's octets. Batches come out in order, once or, after a crash, more than once: the hub knows them by
sequence. Bounded: the oldest segment makes room and is counted. A torn tail (the machine died while writing) ends its
segment; everything before it is good.

When the disk takes no more, batches stay in memory (the last minute of them) and go out from there; `degraded` says so.
"""

from __future__ import annotations

import errno
import os
import threading
from collections import deque
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final

import structlog

from tallylight.edge.record import Record, read_record, write_record

log = structlog.get_logger("tallylight.edge")

_SUFFIX: Final = ".seg"
_RESERVED: Final = "reserved"
#: Sequences reserved at a time; a restart leaves out what is left of them.
RESERVE: Final = 10_000
#: Batches kept in memory while the disk takes none.
MEMORY_BATCHES: Final = 60
#: Octets after which a segment is closed: what is replayed at most for nothing after a restart, and what is dropped at
#: a time.
SEGMENT_BYTES: Final = 1 << 20


@dataclass(slots=True)
class _Segment:
    """A segment file: its records' sequences from first to last, and how far it is good."""

    path: Path
    sequences: deque[int] = field(default_factory=deque)
    size: int = 0


class Spool:
    """A bounded queue of batches in `folder`, shared by one writer and one reader thread.

    `dropped` counts batches thrown away for lack of room since the start. Raises OSError when the folder can't be made.
    """

    def __init__(self, folder: Path, *, bound: int, segment_bytes: int = SEGMENT_BYTES) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.dropped = 0
        self.degraded = False
        self._folder = folder
        self._bound = bound
        self._segment_bytes = min(segment_bytes, max(bound // 4, 1))
        self._changed = threading.Condition()
        self._segments: deque[_Segment] = deque()
        self._memory: deque[Record] = deque()
        self._writing: FileIO | None = None
        self._reading: BinaryIO | None = None
        self._closed = False
        self._last = 0
        self._reserved = self._read_reserved()
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            self._recover(path)

    def __len__(self) -> int:
        """Batches that wait."""
        with self._changed:
            return sum(len(segment.sequences) for segment in self._segments) + len(self._memory)

    def next_sequence(self, now_ms: int) -> int:
        """The sequence for the next batch: one more than the last. A run starts at the unix time in milliseconds, and
        above all that earlier runs may have given out, so that neither a lost spool nor a clock set back repeats
        one.
        """
        with self._changed:
            following = self._last + 1 if self._last else max(now_ms, self._reserved)
            if following >= self._reserved:
                self._reserve(following + RESERVE)
            self._last = following
            return following

    def append(self, record: Record) -> None:
        """Take a batch in. It can be read at once; `sync` makes it durable. Never raises for a full or broken disk."""
        with self._changed:
            self._memory.append(record)
            self._move_to_disk()
            while len(self._memory) > MEMORY_BATCHES:
                self._memory.popleft()
                self.dropped += 1
            self._changed.notify_all()

    def sync(self) -> None:
        """Wait until what was appended is on the disk. Call it away from anything that must not wait."""
        with self._changed:
            descriptor = None if self._writing is None else os.dup(self._writing.fileno())
        if descriptor is None:
            return
        try:
            os.fsync(descriptor)
        except OSError as wrong:
            self._degrade(wrong)
        finally:
            os.close(descriptor)

    def head(self, timeout_s: float) -> Record | None:
        """The oldest batch; waits for one up to `timeout_s`. None when there is none, or the spool is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._memory or self._segments, timeout_s)
            if self._closed:
                return None
            while self._segments:
                record = self._read_head(self._segments[0])
                if record is not None:
                    return record
            return self._memory[0] if self._memory else None

    def acknowledge(self, sequence: int) -> None:
        """The hub has everything up to `sequence`: let go of it."""
        with self._changed:
            while self._segments and self._pass(self._segments[0], sequence):
                self._unlink_first()
            while self._memory and self._memory[0].sequence <= sequence:
                self._memory.popleft()

    def close(self) -> None:
        """Make everything durable and wake the reader. What waits stays on the disk."""
        self.sync()
        with self._changed:
            self._closed = True
            for file in (self._writing, self._reading):
                if file is not None:
                    file.close()
            self._writing = self._reading = None
            self._changed.notify_all()

    # Writing

    def _move_to_disk(self) -> None:
        """Write what waits in memory, oldest first; on a full disk the oldest segments make room for it."""
        while self._memory:
            record = self._memory[0]
            try:
                self._make_room(len(record.body))
                self._write(record)
            except OSError as wrong:
                if wrong.errno in (errno.ENOSPC, errno.EDQUOT) and len(self._segments) > 1:
                    self._drop_first()
                    continue
                self._degrade(wrong)
                return
            self._memory.popleft()
        if self.degraded:
            self.degraded = False
            log.info("the spool writes again")

    def _write(self, record: Record) -> None:
        segment = self._open_segment(record.sequence)
        assert self._writing is not None  # noqa: S101 - opened above
        octets = write_record(record)
        try:
            _write_all(self._writing, octets)
        except OSError:
            self._close_writing()
            os.truncate(segment.path, segment.size)
            if not segment.sequences:
                self._segments.pop()
                segment.path.unlink()
            raise
        segment.size += len(octets)
        segment.sequences.append(record.sequence)

    def _open_segment(self, sequence: int) -> _Segment:
        if self._writing is not None and self._segments and self._segments[-1].size < self._segment_bytes:
            return self._segments[-1]
        self._close_writing()
        path = self._folder / f"{sequence:020d}{_SUFFIX}"
        self._writing = FileIO(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")
        self._segments.append(_Segment(path))
        return self._segments[-1]

    def _close_writing(self) -> None:
        if self._writing is not None:
            self._writing.close()
            self._writing = None

    def _make_room(self, needed: int) -> None:
        while self._segments and sum(segment.size for segment in self._segments) + needed > self._bound:
            self._drop_first()

    def _drop_first(self) -> None:
        lost = len(self._segments[0].sequences)
        self.dropped += lost
        log.warning("the spool is full: the oldest batches were dropped", batches=lost, dropped=self.dropped)
        self._unlink_first()

    def _degrade(self, wrong: OSError) -> None:
        if not self.degraded:
            log.error("the spool can't write; batches are kept in memory", reason=wrong.strerror)
        self.degraded = True

    # Reading

    def _read_head(self, segment: _Segment) -> Record | None:
        """The first record of `segment` that waits; None after letting go of a segment that has none, or can't be
        read.
        """
        try:
            if self._reading is None:
                self._reading = open(segment.path, "rb")  # noqa: SIM115 - stays open over many reads
            while segment.sequences:
                at = self._reading.tell()
                record = read_record(self._reading)
                if record is not None and record.sequence == segment.sequences[0]:
                    self._reading.seek(at)
                    return record
                if record is None:
                    break
        except OSError as wrong:
            log.error("a spool segment can't be read", segment=segment.path.name, reason=wrong.strerror)
        self.dropped += len(segment.sequences)
        self._unlink_first()
        return None

    def _pass(self, segment: _Segment, sequence: int) -> bool:
        """Let go of the records up to `sequence`; True when none are left in the segment."""
        while segment.sequences and segment.sequences[0] <= sequence:
            segment.sequences.popleft()
        return not segment.sequences

    def _unlink_first(self) -> None:
        segment = self._segments.popleft()
        if self._reading is not None:
            self._reading.close()
            self._reading = None
        if not self._segments:
            self._close_writing()
        segment.path.unlink(missing_ok=True)

    # Recovery

    def _read_reserved(self) -> int:
        try:
            return int((self._folder / _RESERVED).read_text())
        except (OSError, ValueError):
            return 0

    def _reserve(self, sequence: int) -> None:
        """Note on disk that sequences below `sequence` may have been given out."""
        self._reserved = sequence
        try:
            (self._folder / _RESERVED).write_text(str(sequence))
        except OSError as wrong:
            self._degrade(wrong)

    def _recover(self, path: Path) -> None:
        """Take a segment over from an earlier run, up to the first record that is torn."""
        segment = _Segment(path)
        with open(path, "rb") as file:
            while (record := read_record(file)) is not None:
                segment.sequences.append(record.sequence)
                segment.size = file.tell()
        if segment.size < path.stat().st_size:
            log.warning(
                "a spool segment was torn; what was whole is kept", segment=path.name, batches=len(segment.sequences)
            )
        if segment.sequences:
            self._reserved = max(self._reserved, segment.sequences[-1] + 1)
            self._segments.append(segment)
        else:
            path.unlink()


def _write_all(file: FileIO, octets: bytes) -> None:
    """Write all of `octets`: a nearly full disk takes some of them before it says so."""
    rest = memoryview(octets)
    while rest:
        rest = rest[file.write(rest) :]
