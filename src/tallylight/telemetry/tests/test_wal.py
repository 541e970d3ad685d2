"""The log: what was acknowledged can be read back, whatever the disk or a crash did."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallylight.telemetry import wal
from tallylight.telemetry.errors import HubTooBusy, NotDurable
from tallylight.telemetry.marks import Marks
from tallylight.telemetry.wal import Wal


def everything(folder: Path) -> list[bytes]:
    return [record for path in wal.segments(folder) for record in wal.read(path)]


def test_what_was_acknowledged_can_be_read_in_order(tmp_path: Path) -> None:
    log = Wal(tmp_path, lambda _path: None)
    records = [str(i).encode() * 100 for i in range(500)]
    for future in [log.append(record) for record in records]:
        future.result(5)
    assert everything(tmp_path) == records
    log.close()


def test_a_segment_is_sealed_after_its_second_and_never_written_again(tmp_path: Path) -> None:
    sealed, told = [], threading.Event()

    def seal(path: Path) -> None:
        sealed.append(path)
        told.set()

    log = Wal(tmp_path, seal)
    log.append(b"one").result(5)
    assert told.wait(5)
    log.append(b"two").result(5)
    log.close()
    assert [list(wal.read(path)) for path in sealed] == [[b"one"], [b"two"]]
    assert sealed == sorted(sealed)


def test_segments_after_a_restart_sort_behind_those_before(tmp_path: Path) -> None:
    for record in (b"before", b"after"):
        log = Wal(tmp_path, lambda _path: None)
        log.append(record).result(5)
        log.close()
    assert everything(tmp_path) == [b"before", b"after"]


@given(cut=st.integers(0, 200), flip=st.one_of(st.none(), st.integers(0, 199)))
def test_a_torn_or_damaged_tail_costs_only_itself(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int | None
) -> None:
    records = [b"a" * 30, b"b" * 50, b"c" * 70]
    octets = bytearray(b"".join(wal.frame(record) for record in records)[:cut])
    if flip is not None and flip < len(octets):
        octets[flip] ^= 0xFF
    path = tmp_path_factory.mktemp("wal") / "1.wal"
    path.write_bytes(octets)
    found = list(wal.read(path))
    assert found == records[: len(found)]
    whole = sum(1 for i in range(3) if sum(len(wal.frame(r)) for r in records[: i + 1]) <= cut)
    assert len(found) == (whole if flip is None or flip >= len(octets) else min(whole, len(found)))


@contextmanager
def no_file_larger_than(octets: int) -> Iterator[None]:
    """The disk is full, as far as this process can tell: writing past the limit fails with EFBIG."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_and_costs_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    log = Wal(tmp_path, lambda _path: None)
    log.append(b"safe").result(5)
    with no_file_larger_than(64):
        with pytest.raises(NotDurable):
            log.append(b"x" * 1000).result(5)
        assert everything(tmp_path) == [b"safe"]
    log.append(b"room again").result(5)
    log.close()
    assert everything(tmp_path) == [b"safe", b"room again"]


def test_more_than_memory_or_disk_allow_is_turned_away(tmp_path: Path) -> None:
    log = Wal(tmp_path, lambda _path: None, max_waiting=100)
    with pytest.raises(HubTooBusy):
        log.append(b"x" * 101)
    log.close()
    small = Wal(tmp_path, lambda _path: None, max_on_disk=100)
    small.append(b"x" * 200).result(5)
    with pytest.raises(NotDurable):
        small.append(b"y")
    for path in wal.segments(tmp_path):
        small.forget(path)
    small.append(b"y").result(5)
    small.close()


def test_nothing_is_taken_while_closing(tmp_path: Path) -> None:
    log = Wal(tmp_path, lambda _path: None)
    log.close()
    with pytest.raises(NotDurable):
        log.append(b"late")


def test_segments_are_private(tmp_path: Path) -> None:
    log = Wal(tmp_path / "wal", lambda _path: None)
    log.append(b"secret").result(5)
    log.close()
    modes = {oct(path.stat().st_mode & 0o777) for path in wal.segments(tmp_path / "wal")}
    assert modes == {"0o600"}
    assert oct((tmp_path / "wal").stat().st_mode & 0o777) == "0o700"


def test_marks_survive_and_never_go_back(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "marks.json")
    marks.raise_to({"sin-1": 5, "fra-1": 9})
    marks.raise_to({"sin-1": 4, "fra-1": 10})
    again = Marks(tmp_path / "marks.json")
    assert (again.of("sin-1"), again.of("fra-1"), again.of("dxb-1")) == (5, 10, -1)
    assert os.listdir(tmp_path) == ["marks.json"]
