"""A whole installation of its own: `tally up` as everybody runs it, in a private folder on free ports, and ways to look into it.

Used by the tests of promises and by the benches. Nothing here reads the test run's own surroundings.
"""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import psycopg

from tallylight.config.environment import CLICKHOUSE, DRILLS, EDGES, HUB, MAILBOX, POSTGRES
from tallylight.config.places import NODES
from tallylight.embedded.parts import child_environment
from tallylight.embedded.postgres import Cluster
from tallylight.kernel.chance import generator

T = TypeVar("T")

#: A first start makes databases, tables and a demo; a machine that does other things as well takes its time (s).
START_S = 240.0
STOP_S = 60.0
#: The status of an answer that did not come.
NOBODY_ANSWERS = -1
#: What an installation is not to inherit from the surroundings of whoever starts it.
ELSEWHERE = ("TALLY_DATABASE_URL", "TALLY_CLICKHOUSE_URL", "TALLY_SMTP_URL", "TALLY_HUB_URL", "TALLY_TEST_HOME")


class Installation:
    """One home and its ports. `before` are words put before every command, such as those that change the user."""

    def __init__(self, home: Path, port: int | None = None, *, before: Sequence[str] = ()) -> None:
        self.home, self.port, self.before = home, port or free_port(), tuple(before)
        surroundings = {name: value for name, value in child_environment().items() if name not in ELSEWHERE}
        self.environment = surroundings | {"TALLY_HOME": str(home), "TALLY_PORT": str(self.port)}
        self.output = home.with_name(home.name + ".out")
        self.supervisor: subprocess.Popen[bytes] | None = None

    def words(self, *words: str) -> list[str]:
        """The command line of a `tally` command."""
        return [*self.before, sys.executable, "-m", "tallylight.cli", *words]

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        """Start `tally up` and return at once."""
        with self.output.open("wb") as output:
            self.supervisor = subprocess.Popen(
                self.words("up", *words), env=self.environment, stdout=output, stderr=output
            )
        return self.supervisor

    def start(self, *words: str) -> float:
        """`tally up`; returns the seconds until it says that everything is up."""
        began = time.monotonic()
        process = self.begin(*words)
        until(lambda: process.poll() is not None or self._says_it_is_up(), "tally up", within_s=START_S)
        assert process.poll() is None, self.output.read_text()[-3000:]
        return time.monotonic() - began

    def _says_it_is_up(self) -> bool:
        return f"http://127.0.0.1:{self.port}" in self.output.read_text()

    def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        """End it and return the exit code; harmless when it has ended."""
        assert self.supervisor is not None
        if self.supervisor.poll() is None:
            self.supervisor.send_signal(sign)
        return self.supervisor.wait(STOP_S)

    def tally(self, *words: str, within_s: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.words(*words), env=self.environment, capture_output=True, text=True, check=False, timeout=within_s
        )

    def status(self) -> dict[str, Any]:
        """What `tally status --json` says."""
        found: dict[str, Any] = json.loads(self.tally("status", "--json").stdout)
        return found

    def part(self, name: str) -> dict[str, Any]:
        """One part of the status."""
        (found,) = [part for part in self.status()["parts"] if part["name"] == name]
        return dict(found)

    def processes(self) -> list[psutil.Process]:
        """Everything below the supervisor, however deep."""
        assert self.supervisor is not None
        return psutil.Process(self.supervisor.pid).children(recursive=True)

    def url(self, path: str) -> str:
        """An address of the console or the API."""
        return f"http://127.0.0.1:{self.port}{path}"

    def hub_url(self, path: str) -> str:
        """An address of the hub."""
        return f"http://127.0.0.1:{self.port + HUB}{path}"

    def health(self) -> tuple[int, dict[str, str]]:
        """What /healthz answers: the status, and what is wrong by the part that is missing.

        NOBODY_ANSWERS and web when there is no answer.
        """
        try:
            answer = httpx.get(self.url("/healthz"), timeout=10)
            parts = answer.json()["parts"]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return NOBODY_ANSWERS, {"web": type(error).__name__}
        return answer.status_code, {name: part["detail"] for name, part in parts.items() if part["state"] == "missing"}

    def is_well(self) -> bool:
        """Whether every part is there."""
        return self.health()[0] == 200

    def rows(self, question: str, facts: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Ask PostgreSQL."""
        cluster = Cluster(self.home / "postgres", self.port + POSTGRES, self.secret("postgres"))
        with psycopg.connect(cluster.url) as connection:
            return connection.execute(question, facts).fetchall()

    def history(self, question: str) -> list[list[Any]]:
        """Ask ClickHouse, over its own HTTP interface."""
        answer = httpx.post(
            f"http://127.0.0.1:{self.port + CLICKHOUSE}/",
            content=question + " FORMAT JSONCompact",
            params={"database": "tallylight"},
            auth=("tallylight", self.secret("clickhouse")),
            timeout=30,
        )
        answer.raise_for_status()
        data: list[list[Any]] = answer.json()["data"]
        return data

    def measures(self) -> bool:
        """Whether the hub has fresh figures of every node."""
        with contextlib.suppress(httpx.HTTPError):
            return sum(node["latency_ms"] is not None for node in self.live()["nodes"]) == len(NODES)
        return False

    def live(self) -> dict[str, Any]:
        """The hub's own picture of this second."""
        key = {"Authorization": f"Bearer {self.secret('hub')}"}
        return dict(httpx.get(self.hub_url("/live"), headers=key, timeout=5).raise_for_status().json())

    def secret(self, name: str) -> str:
        """One of the installation's secrets."""
        return (self.home / "secrets" / name).read_text()

    def acknowledged(self) -> dict[str, int]:
        """Per node how many batches, each of one second, the hub acknowledged, by the count that its agent kept.

        To be asked after `stop`: the agent says it as it ends. Asserts that it has lost none and holds none back.
        """
        return {node: self._last_words(node)["acknowledged"] for node in NODES}

    def _last_words(self, node: str) -> dict[str, int]:
        (words,) = [event for event in self.events(f"edge-{node}") if event["event"] == "stopped"]
        assert (words["rejected"], words["dropped"], words["waiting"]) == (0, 0, 0), words
        return words

    def seconds_in_history(self) -> dict[str, tuple[int, int]]:
        """Per node the rows of its machine, one a second, and how many different seconds they stand for."""
        rows = self.history("SELECT node, count(), uniqExact(at) FROM node_second GROUP BY node")
        return {node: (int(count), int(seconds)) for node, count, seconds in rows}

    def log(self, part: str) -> str:
        """What a part wrote."""
        path = self.home / "logs" / f"{part}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def events(self, part: str) -> list[dict[str, Any]]:
        """The events among what a part wrote."""
        return [json.loads(line) for line in self.log(part).splitlines() if line.startswith("{") and line.endswith("}")]


@contextlib.contextmanager
def installed(home: Path, *words: str, before: Sequence[str] = ()) -> Iterator[Installation]:
    """An installation that is up, with the demo unless told otherwise; ended at the end."""
    installation = Installation(home, before=before)
    try:
        installation.start(*words)
        yield installation
    finally:
        if installation.supervisor:
            installation.stop()


@contextlib.contextmanager
def private_folder(prefix: str) -> Iterator[Path]:
    """A temporary folder that only its owner may enter, as /root is."""
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def until(condition: Callable[[], T], what: str, *, within_s: float = 40.0, every_s: float = 0.1) -> T:
    """The first true answer of `condition`. Raises AssertionError when the time is over."""
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}"
        time.sleep(every_s)
    return found


def gone(process: psutil.Process) -> bool:
    """Whether that very process has ended."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def free_port() -> int:
    """A port below those the system hands out, with the ones that derive from it free as far as one can tell."""
    chance = generator()
    while True:
        base = chance.randrange(12_000, 32_000, 100)
        tcp = (0, HUB, CLICKHOUSE, POSTGRES, MAILBOX, *range(EDGES, EDGES + len(NODES)), DRILLS)
        udp = (*range(EDGES, EDGES + len(NODES)), *range(DRILLS, DRILLS + len(NODES)))
        if all(_free(base + port, socket.SOCK_STREAM) for port in tcp) and all(
            _free(base + port, socket.SOCK_DGRAM) for port in udp
        ):
            return base


def _free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(type=kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
