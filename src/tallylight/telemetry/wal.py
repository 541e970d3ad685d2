"""The write-ahead log: what was acknowledged is in here until it is in history.

A segment is a file of frames and lives about a second before it is sealed. A frame is `<u4` length, `<u4` CRC-32 of the payload,
and the payload. One thread writes: it takes everything that waits, writes it, syncs once (group commit), and only then are the
waiting told. A crash leaves at most a torn last frame, which nobody was told of; reading stops there.
"""

from __future__ import annotations

import contextlib
import os
import struct
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Final

import structlog

from tallylight.kernel import clock
from tallylight.telemetry.errors import HubTooBusy, NotDurable

log = structlog.get_logger(__name__)

_FRAME: Final = struct.Struct("<II")
SUFFIX: Final = ".wal"
#: A segment is sealed after this long (s) or at this size (octets), whichever comes first.
SEGMENT_S: Final = 1.0
SEGMENT_OCTETS: Final = 16 << 20
#: Octets that may wait for the disk in memory, and lie on disk for history.
MAX_WAITING: Final = 64 << 20
MAX_ON_DISK: Final = 4 << 30

Sealed = Callable[[Path], None]


class Wal:
    """Appends records to segments in `folder`; `sealed` is told of each closed segment, from the writer's thread."""

    def __init__(
        self, folder: Path, sealed: Sealed, *, max_waiting: int = MAX_WAITING, max_on_disk: int = MAX_ON_DISK
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._sealed = folder, sealed
        self._max_waiting, self._max_on_disk = max_waiting, max_on_disk
        self._waiting: deque[tuple[bytes, Future[None]]] = deque()
        self._octets_waiting = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._last = max((int(path.stem) for path in segments(folder)), default=0)
        self._segment: _Segment | None = None
        self.on_disk = sum(path.stat().st_size for path in segments(folder))
        self._thread = threading.Thread(target=self._write, name="wal", daemon=True)
        self._thread.start()

    def append(self, record: bytes) -> Future[None]:
        """A future that is done once `record` is on disk, or holds NotDurable. Raises HubTooBusy, NotDurable at once."""
        future: Future[None] = Future()
        with self._changed:
            if self._stopping:
                raise NotDurable(reason="stopping")
            if self._octets_waiting + len(record) > self._max_waiting:
                raise HubTooBusy
            if self.on_disk + self._octets_waiting > self._max_on_disk:
                raise NotDurable(reason="no room until history takes what waits")
            self._waiting.append((record, future))
            self._octets_waiting += len(record)
            self._changed.notify()
        return future

    def forget(self, path: Path) -> None:
        """Remove a segment that is in history."""
        with contextlib.suppress(FileNotFoundError):
            size = path.stat().st_size
            path.unlink()
            with self._changed:
                self.on_disk -= size

    def close(self) -> None:
        """Write and sync what waits, seal the segment, end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _write(self) -> None:
        while True:
            group = self._take()
            if group:
                self._commit(group)
            if self._segment and (self._stopping or self._segment.is_full()):
                self._seal(self._segment)
            if self._stopping and not self._waiting:
                return

    def _take(self) -> list[tuple[bytes, Future[None]]]:
        """Everything that waits, at the latest when the segment's time is over."""
        with self._changed:
            if not self._waiting and not self._stopping:
                self._changed.wait(self._segment.seconds_left() if self._segment else None)
            group = list(self._waiting)
            self._waiting.clear()
            self._octets_waiting = 0
            return group

    def _commit(self, group: list[tuple[bytes, Future[None]]]) -> None:
        octets = b"".join(frame(record) for record, _ in group)
        try:
            if self._segment is None:
                self._segment = self._open()
            self._segment.write(octets)
        except OSError as fault:
            self._give_up_segment()
            for _, future in group:
                future.set_exception(NotDurable(reason=fault.strerror or "unknown"))
            with contextlib.suppress(OSError):  # the log of a full disk may be on that disk
                log.error("could not write the log", reason=fault.strerror)
            return
        with self._changed:
            self.on_disk += len(octets)
        for _, future in group:
            future.set_result(None)

    def _open(self) -> _Segment:
        self._last = max(self._last + 1, int(clock.unix_seconds() * 1000))
        return _Segment(self._folder / f"{self._last:020d}{SUFFIX}")

    def _seal(self, segment: _Segment) -> None:
        self._segment = None
        segment.close()
        self._sealed(segment.path)

    def _give_up_segment(self) -> None:
        """After a failed write or sync nothing more goes into this file; what was synced before stays in it."""
        segment, self._segment = self._segment, None
        if segment is None:
            return
        with contextlib.suppress(OSError):
            segment.cut_back()
        segment.close()
        if segment.size:
            self._sealed(segment.path)
        else:
            with contextlib.suppress(OSError):
                segment.path.unlink()


class _Segment:
    """The file that is being written; `size` counts what is surely on disk."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, 0
        self._opened = clock.monotonic()
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            sync_folder(path.parent)
        except OSError:
            os.close(self._file)
            raise

    def write(self, octets: bytes) -> None:
        view = memoryview(octets)
        while view:
            view = view[os.write(self._file, view) :]
        os.fdatasync(self._file)
        self.size += len(octets)

    def seconds_left(self) -> float:
        return max(0.0, self._opened + SEGMENT_S - clock.monotonic())

    def is_full(self) -> bool:
        return self.size >= SEGMENT_OCTETS or not self.seconds_left()

    def cut_back(self) -> None:
        os.ftruncate(self._file, self.size)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._file)


def frame(record: bytes) -> bytes:
    """`record` as it stands in a segment."""
    return _FRAME.pack(len(record), zlib.crc32(record)) + record


def segments(folder: Path) -> list[Path]:
    """Every segment, the oldest first."""
    return sorted(folder.glob("*" + SUFFIX))


def read(path: Path) -> Iterator[bytes]:
    """The records of a segment, up to the first frame that is torn or damaged."""
    octets = memoryview(path.read_bytes())
    at = 0
    while at < len(octets):
        head = octets[at : at + _FRAME.size]
        length, checksum = _FRAME.unpack(head) if len(head) == _FRAME.size else (len(octets), 0)
        record = octets[at + _FRAME.size : at + _FRAME.size + length]
        if len(record) < length or zlib.crc32(record) != checksum:
            log.warning("a segment ends in a torn frame", segment=path.name, octets=len(octets) - at)
            return
        yield bytes(record)
        at += _FRAME.size + length


def sync_folder(folder: Path) -> None:
    """Make the entries of `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
