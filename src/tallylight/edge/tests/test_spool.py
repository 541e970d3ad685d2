from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tallylight.edge.record import Record, read_record, write_record
from tallylight.edge.spool import MEMORY_BATCHES, RESERVE, Spool

NOW_MS = 1_795_397_700_000


@contextmanager
def files_up_to(octets: int) -> Iterator[None]:
    """No file may grow past `octets`: a write fails as on a full disk. The log is kept in memory meanwhile."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with capture_logs():
        resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def spool(folder: Path, *, bound: int = 1 << 20, segment_bytes: int = 400) -> Iterator[Spool]:
    opened = Spool(folder, bound=bound, segment_bytes=segment_bytes)
    try:
        yield opened
    finally:
        opened.close()


def fill(spool: Spool, count: int, *, size: int = 100) -> list[Record]:
    records = [Record(spool.next_sequence(NOW_MS), os.urandom(size)) for _ in range(count)]
    for record in records:
        spool.append(record)
    return records


def drain(spool: Spool) -> list[Record]:
    out: list[Record] = []
    while (record := spool.head(0)) is not None:
        out.append(record)
        spool.acknowledge(record.sequence)
    return out


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.seg"))


def test_batches_come_out_in_order_and_leave_nothing_behind(tmp_path: Path) -> None:
    with spool(tmp_path) as queue:
        records = fill(queue, 20)
        assert len(segments(tmp_path)) > 3
        assert queue.head(0) == queue.head(0) == records[0]
        assert drain(queue) == records
        assert len(queue) == 0
        assert segments(tmp_path) == []


def test_what_was_not_acknowledged_is_there_after_a_restart(tmp_path: Path) -> None:
    with spool(tmp_path) as queue:
        records = fill(queue, 20)
        queue.acknowledge(records[7].sequence)
        more = fill(queue, 3)
    with spool(tmp_path) as queue:
        out = drain(queue)
        # Segments are let go of whole: some acknowledged batches may come again, none is missing, none out of order.
        assert out[-15:] == records[8:] + more
        assert out == (records + more)[-len(out) :]


DYING = """
import os, sys
from pathlib import Path
from tallylight.edge.record import Record
from tallylight.edge.spool import Spool
queue = Spool(Path(sys.argv[1]), bound=1 << 20, segment_bytes=400)
for _ in range(9):
    queue.append(Record(queue.next_sequence(1), bytes(100)))
os.kill(os.getpid(), 9)
"""


def test_a_process_that_is_killed_loses_nothing_that_was_appended(tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", DYING, str(tmp_path)], check=False).returncode == -9
    with spool(tmp_path) as queue:
        assert len(drain(queue)) == 9


@pytest.mark.parametrize("torn", [1, 15, 16, 17, 115])
def test_a_torn_tail_costs_only_the_torn_batch(tmp_path: Path, torn: int) -> None:
    with spool(tmp_path, segment_bytes=10_000) as queue:
        records = fill(queue, 5)
    (segment,) = segments(tmp_path)
    os.truncate(segment, segment.stat().st_size - torn)
    with spool(tmp_path) as queue:
        more = fill(queue, 2)
        assert drain(queue) == records[:4] + more


def test_a_flipped_bit_ends_its_segment_and_no_other(tmp_path: Path) -> None:
    with spool(tmp_path, segment_bytes=300) as queue:
        records = fill(queue, 9)
    damaged = bytearray(segments(tmp_path)[1].read_bytes())
    damaged[len(damaged) // 2] ^= 1
    segments(tmp_path)[1].write_bytes(damaged)
    with spool(tmp_path, segment_bytes=300) as queue:
        out = drain(queue)
    assert records[:3] + records[6:] == [record for record in out if record not in records[3:6]]


def test_damage_while_running_is_counted(tmp_path: Path) -> None:
    with spool(tmp_path, segment_bytes=300) as queue:
        records = fill(queue, 9)
        segments(tmp_path)[0].write_bytes(b"\xff" * 348)
        assert drain(queue) == records[3:]
        assert queue.dropped == 3


def test_the_oldest_make_room_and_are_counted(tmp_path: Path) -> None:
    with spool(tmp_path, bound=2_000) as queue:
        records = fill(queue, 100)
        assert sum(path.stat().st_size for path in segments(tmp_path)) <= 2_000
        out = drain(queue)
        assert out == records[-len(out) :]
        assert queue.dropped == 100 - len(out) > 0


def test_a_full_disk_is_survived_in_memory_and_left_behind_in_order(tmp_path: Path) -> None:
    with spool(tmp_path, segment_bytes=10_000) as queue:
        records = fill(queue, 3)
        with files_up_to(400):
            records += fill(queue, 1) + fill(queue, 5, size=500)
            assert queue.degraded
        records += fill(queue, 2)
        assert not queue.degraded
        assert queue.dropped == 0
        assert drain(queue) == records


def test_memory_is_bounded_too(tmp_path: Path) -> None:
    with spool(tmp_path) as queue:
        queue.next_sequence(NOW_MS)
        with files_up_to(0):
            records = fill(queue, MEMORY_BATCHES + 7)
        assert queue.dropped == 7
        assert drain(queue) == records[7:]


def test_a_disk_that_is_really_full_gives_up_the_oldest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No small file system can be made here without privileges, so the system call itself says ENOSPC, as often as it
    is asked.
    """
    left = [1_500]

    def write(self: object, octets: bytes) -> int:
        if left[0] < len(octets):
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= len(octets)
        return os.write(self._writing.fileno(), octets)  # type: ignore[attr-defined]

    with spool(tmp_path, segment_bytes=300) as queue:
        monkeypatch.setattr("tallylight.edge.spool._write_all", lambda _, octets: write(queue, octets))
        dropped = queue._drop_first

        def free() -> None:
            left[0] += queue._segments[0].size
            dropped()

        monkeypatch.setattr(queue, "_drop_first", free)
        records = fill(queue, 40)
        out = drain(queue)
        assert out == records[-len(out) :]
        assert len(out) >= 9
        assert queue.dropped == 40 - len(out)


def test_sequences_only_grow_also_when_the_spool_or_the_clock_is_lost(tmp_path: Path) -> None:
    with spool(tmp_path / "a") as queue:
        given = [queue.next_sequence(NOW_MS) for _ in range(RESERVE + 2)]
        assert given == list(range(NOW_MS, NOW_MS + RESERVE + 2))
    with spool(tmp_path / "a") as queue:
        assert queue.next_sequence(NOW_MS - 10**9) > given[-1]
    with spool(tmp_path / "b") as queue:
        assert queue.next_sequence(NOW_MS + 60_000 * RESERVE) > given[-1]


def test_a_reader_waits_for_a_writer_and_is_woken_at_the_end(tmp_path: Path) -> None:
    seen: list[Record | None] = []
    with spool(tmp_path) as queue:
        reader = threading.Thread(target=lambda: seen.append(queue.head(20)))
        reader.start()
        (record,) = fill(queue, 1)
        reader.join()
        queue.acknowledge(record.sequence)
        reader = threading.Thread(target=lambda: seen.append(queue.head(20)))
        reader.start()
    reader.join()
    assert seen == [record, None]


def test_only_the_owner_can_read_the_spool(tmp_path: Path) -> None:
    with spool(tmp_path / "spool") as queue:
        fill(queue, 1)
        assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700
        assert segments(tmp_path / "spool")[0].stat().st_mode & 0o777 == 0o600


def test_a_record_of_absurd_length_is_torn(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xff" * 4 + write_record(Record(1, b"a"))[4:])
    with path.open("rb") as file:
        assert read_record(file) is None
