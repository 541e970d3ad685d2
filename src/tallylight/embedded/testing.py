"""Real engines for tests: a pytest plugin (`-p tallylight.embedded.testing`, see pyproject.toml).

Loaded before Django's settings, it gives the run a private TALLY_HOME and free ports. The engines start when the first test
needs them and end with the run. With `TALLY_TEST_DATABASE_URL` (and `TALLY_TEST_CLICKHOUSE_URL`) outside ones are used.
Where pytest-xdist shares the tests out, each of its processes has surroundings and engines of its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tallylight.embedded import postgres
from tallylight.embedded.parts import child_environment
from tallylight.kernel.chance import generator

POSTGRES_PASSWORD = CLICKHOUSE_PASSWORD = "only-for-this-test-run"  # noqa: S105 - loopback, private home, minutes
START_S = 60.0


def surround() -> None:
    """Give this process the surroundings of a test run. Called when the plugin is loaded, once for each process with tests."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if os.environ.get("TALLY_TEST_WORKER") == worker:
        return
    home = Path(tempfile.mkdtemp(prefix="tally-test-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    (home / "static").mkdir()
    port = free_ports()
    os.environ |= {
        "TALLY_TEST_WORKER": worker,
        "TALLY_TEST_HOME": str(home),
        "TALLY_HOME": str(home),
        "TALLY_PORT": str(port),
        "TALLY_DATABASE_URL": os.environ.get("TALLY_TEST_DATABASE_URL", _cluster(home, port).url),
        "TALLY_CLICKHOUSE_URL": os.environ.get(
            "TALLY_TEST_CLICKHOUSE_URL", f"http://tallylight:{CLICKHOUSE_PASSWORD}@127.0.0.1:{port + 2}/tallylight"
        ),
    }


@cache
def start_postgres() -> str:
    """The URL of a PostgreSQL that is up, until this process ends."""
    if "TALLY_TEST_DATABASE_URL" not in os.environ:
        cluster = _cluster(_home(), _port())
        postgres.prepare(cluster)
        _start("postgres", postgres.command(cluster), signal.SIGQUIT, lambda: postgres.ready(cluster))
    return os.environ["TALLY_DATABASE_URL"]


@cache
def start_clickhouse() -> str:
    """The URL of a ClickHouse that is up, until this process ends."""
    if "TALLY_TEST_CLICKHOUSE_URL" not in os.environ:
        words = [
            sys.executable,
            "-c",
            _SERVE_CLICKHOUSE,
            str(_home() / "clickhouse"),
            str(_port() + 2),
            CLICKHOUSE_PASSWORD,
        ]
        address = f"http://127.0.0.1:{_port() + 2}/ping"
        _start("clickhouse", words, signal.SIGKILL, lambda: _answers(address))
    return os.environ["TALLY_CLICKHOUSE_URL"]


_SERVE_CLICKHOUSE = """
import os, sys
from pathlib import Path
from tallylight.embedded.clickhouse.door import serve
from tallylight.embedded.leash import end_with_parent
end_with_parent(os.getppid())
serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
"""


def _home() -> Path:
    return Path(os.environ["TALLY_TEST_HOME"])


def _port() -> int:
    return int(os.environ["TALLY_PORT"])


def _cluster(home: Path, port: int) -> postgres.Cluster:
    return postgres.Cluster(home / "postgres", port + 3, POSTGRES_PASSWORD, durable=False)


def _start(name: str, words: list[str], stop: signal.Signals, ready: Callable[[], bool]) -> None:
    log = _home() / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(words, cwd=_home(), env=child_environment(), stdout=output, stderr=output)
    atexit.register(_stop, process, stop)
    deadline = time.monotonic() + START_S
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{name} did not start: {log.read_text()[-2000:]}")
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(sign)
    process.wait(20)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as reply:  # noqa: S310 - our own loopback address
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_ports() -> int:
    """The first of 80 neighbouring ports, below those the system hands out, of which the engines' own are free."""
    chance = generator()
    while True:
        port = chance.randrange(20_000, 32_000, 100)
        if all(_is_free(port + offset) for offset in (0, 1, 2, 3, 4)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


surround()
