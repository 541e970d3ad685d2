"""A part of the installation: how it is started, when it counts as ready, how it is asked to stop."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LOG_BYTES = 5 << 20
TAIL_LINES = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One process, or with `once` one errand that has to end well before what comes `after` it is started.

    `ready` is asked again and again, from a thread, until it says yes.
    """

    name: str
    words: tuple[str, ...]
    title: str
    after: tuple[str, ...] = ()
    ready: Callable[[], bool] | None = None
    port: int | None = None
    once: bool = False
    stop: signal.Signals = signal.SIGTERM
    start_s: float = 90.0
    grace_s: float = 12.0


class Log:
    """A part's log: appended to by the part itself, cut when it is long. One older generation is kept."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> int:
        """A handle for the part's output."""
        return os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def rotate(self) -> None:
        """Copy and cut, as the part keeps its handle. A line written in between may be lost from the copy."""
        if self.path.exists() and self.path.stat().st_size > LOG_BYTES:
            older = self.path.with_suffix(".log.1")
            older.write_bytes(self.path.read_bytes())
            older.chmod(0o600)
            os.truncate(self.path, 0)

    def tail(self) -> str:
        """The last lines."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - 8192))
                lines = file.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            return ""
        return "\n".join(lines[-TAIL_LINES:])


def child_environment() -> dict[str, str]:
    """Our own environment for a child that imports this package, wherever it is started."""
    source = str(Path(__file__).resolve().parents[2])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")]))}


async def spawn(part: Part, log: Log, environment: dict[str, str]) -> asyncio.subprocess.Process:
    """Start it in a process group of its own, so that a Ctrl-C in the terminal reaches only the supervisor."""
    handle = log.open()
    try:
        return await asyncio.create_subprocess_exec(
            *part.words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            env=environment,
            start_new_session=True,
        )
    finally:
        os.close(handle)


async def end(part: Part, process: asyncio.subprocess.Process) -> None:
    """Ask it to stop, wait, and insist. Only the group that it leads is touched."""
    if process.returncode is not None:
        return
    process.send_signal(part.stop)
    try:
        await asyncio.wait_for(process.wait(), part.grace_s)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
