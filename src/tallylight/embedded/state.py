"""What runs in a home: one small file for each part, written by the supervisor and read by `tally status`."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import psutil

from tallylight.embedded.errors import AlreadyRunning, NotAHome

Phase = Literal["starting", "running", "done", "waiting", "stopped"]


@dataclass(frozen=True, slots=True)
class PartState:
    """One part as the supervisor last knew it. `born` is the process's start in kernel time: pids come back, births do not."""

    name: str
    phase: Phase
    pid: int | None
    born: float | None
    since: str
    restarts: int
    port: int | None

    @property
    def alive(self) -> bool:
        """Whether that very process exists."""
        if self.pid is None:
            return False
        try:
            return psutil.Process(self.pid).create_time() == self.born
        except psutil.Error:
            return False


def open_home(home: Path) -> None:
    """Make the home private, or make sure that it is one. Raises NotAHome rather than change a folder of other things."""
    if home.exists() and not (home / "secrets").is_dir() and any(home.iterdir()):
        raise NotAHome(home=home)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    for name in ("run", "logs", "secrets"):
        (home / name).mkdir(mode=0o700, exist_ok=True)


@contextmanager
def sole_supervisor(home: Path) -> Iterator[None]:
    """Hold the home while the block runs; the kernel lets go of it however this process ends. Raises AlreadyRunning."""
    path = home / "run" / "supervisor"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise AlreadyRunning(what=f"Tallylight in {home}", holder=f"process {path.read_text()}") from error
    os.truncate(handle, 0)
    os.write(handle, str(os.getpid()).encode())
    for old in (home / "run").glob("*.json"):
        old.unlink()
    try:
        yield
    finally:
        os.close(handle)


def supervisor_pid(home: Path) -> int | None:
    """The supervisor of this home, if one runs."""
    try:
        handle = os.open(home / "run" / "supervisor", os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.read(handle, 32) or b"0") or None
    finally:
        os.close(handle)
    return None


def write_state(home: Path, state: PartState) -> None:
    """Replace the part's file in one step."""
    path = home / "run" / f"{state.name}.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(state)))
    fresh.replace(path)


def read_states(home: Path) -> list[PartState]:
    """All parts, in the order they were started."""
    files = sorted((home / "run").glob("*.json"), key=lambda path: path.name)
    states = [PartState(**json.loads(path.read_text())) for path in files]
    return sorted(states, key=lambda state: state.since)
