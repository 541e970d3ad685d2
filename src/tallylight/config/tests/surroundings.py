"""A hub process between real engines, on cables that can be cut, and nodes that send to it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import httpx

from tallylight.embedded.testing import child_environment
from tallylight.fleet import api as fleet
from tallylight.kernel import clock
from tallylight.kernel.chance import generator
from tallylight.telemetry.synthetic import CALM, Weather, batch
from tallylight.wire import doors
from tallylight.wire.batch import Batch, encode

NODES = ("dxb-1", "fra-1", "iad-1", "sin-1")
PATIENCE_S = 40.0


def wait_for(what: Callable[[], Any], *, within_s: float = PATIENCE_S) -> Any:
    """The first true answer of `what`. Fails the test after `within_s`."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if answer := what():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"still not after {within_s} s")


class Cable:
    """A TCP relay on loopback to `url`'s host that can be cut, connections and all, and mended."""

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self._target = (target.hostname or "", target.port or 0)
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = self._listen(0)
        self.port = self._listener.getsockname()[1]
        self.url = url.replace(f"{target.hostname}:{target.port}", f"127.0.0.1:{self.port}")

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def cut(self) -> None:
        """Everything through here ends now; new connections are refused."""
        with self._lock:
            for each in (self._listener, *self._sockets):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        wait_for(lambda: not self._sockets)

    def mend(self) -> None:
        """New connections are taken again."""
        self._listener = self._listen(self.port)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
                with self._lock:
                    self._sockets |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := source.recv(65_536):
                sink.sendall(octets)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)  # the other way's pump ends too, and closes its own end
        source.close()
        with self._lock:
            self._sockets.discard(source)


@dataclass
class HubUnderTest:
    """`tally hub` as a process of its own."""

    home: Path
    port: int
    database_url: str
    clickhouse_url: str
    process: subprocess.Popen[bytes] | None = None
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    def start(self) -> None:
        """Up and answering."""
        own = {
            "TALLY_HOME": str(self.home),
            "TALLY_PORT": str(self.port),
            "TALLY_DATABASE_URL": self.database_url,
            "TALLY_CLICKHOUSE_URL": self.clickhouse_url,
        }
        words = [sys.executable, "-m", "tallylight.cli", "hub"]
        # What it says comes through a pipe, so that a limit on its files is none on its words.
        self.process = subprocess.Popen(
            words, env=child_environment() | own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self._listener = threading.Thread(target=self._listen, args=(self.process.stdout,), daemon=True)
        self._listener.start()
        wait_for(self._answers)

    def _listen(self, said: IO[bytes]) -> None:
        with said, (self.home / "hub.log").open("ab", buffering=0) as log:
            for line in said:
                log.write(line)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        try:
            return self.client.get(self.url + "/healthz").status_code == 200
        except httpx.HTTPError:
            return False

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Ask it, or make it, end; its exit code."""
        assert self.process is not None
        self.process.send_signal(sign)
        code = self.process.wait(30)
        self._listener.join(10)
        return code

    @property
    def log(self) -> str:
        return (self.home / "hub.log").read_text()

    @property
    def token(self) -> str:
        return (self.home / "secrets" / "hub").read_text()

    @property
    def health(self) -> dict[str, Any]:
        facts: dict[str, Any] = self.client.get(self.url + "/healthz").json()
        return facts

    def live(self) -> dict[str, Any]:
        """The live snapshot."""
        answer = self.client.get(self.url + "/live", headers={"Authorization": f"Bearer {self.token}"})
        facts: dict[str, Any] = answer.json()
        return facts

    def enrol(self, name: str, region: str) -> str:
        """A node joins over HTTP; its key."""
        fleet.add_region(region, en=region, zh=region)
        token = fleet.grant_enrolment(name, region, now=clock.now())
        asked = {"token": token, "name": name, "agent": "test", "host": "127.0.0.1", "stamp_port": 9, "viewer_port": 9}
        answer = self.client.post(self.url + doors.ENROL_PATH, json=asked)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["key"])

    def post(self, key: str, body: bytes, **headers: str) -> httpx.Response:
        """One batch."""
        own = {"Authorization": f"Bearer {key}", doors.PLAN_HEADER: "0"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(self.url + doors.BATCHES_PATH, content=body, headers=own | named)


@dataclass
class Sending:
    """Four nodes that send every second, in real time, what the weather of `sick` makes of their paths."""

    hub: HubUnderTest
    keys: dict[str, str]
    sick: dict[str, Weather] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    acknowledged: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Sending:
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        assert self._thread is not None
        self._thread.join(20)

    def _send(self) -> None:
        sequence = int(clock.unix_seconds() * 1000)
        while not self._stop.wait(1.03 - clock.unix_seconds() % 1):
            sequence += 1
            for node, key in self.keys.items():
                answer = self.hub.post(key, encode(self._batch(node, sequence, int(clock.unix_seconds()))))
                self.acknowledged += answer.status_code == 200
                if answer.status_code != 200:
                    self.refusals.append(answer.text)

    def _batch(self, node: str, sequence: int, second: int) -> Batch:
        weather = {peer: self.sick.get(node, self.sick.get(peer, CALM)) for peer in self.keys if peer != node}
        return batch(node, sequence, second, weather, weather=weather, audiences={"astra-voice": 5})


def free_port() -> int:
    """A port whose successor, the hub's, is free; below those that the system hands out for connections."""
    while True:
        port = generator().randrange(12_000, 19_000, 2)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port + 1)):
            return port


def only_files_up_to(octets: int | None, process: subprocess.Popen[bytes]) -> None:
    """Make the disk full, or free again, for one process: writing past the limit fails with EFBIG."""
    import resource

    limit = resource.RLIM_INFINITY if octets is None else octets
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def database_url(settings: dict[str, Any]) -> str:
    """The URL of the database that this test run uses."""
    return f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


def kill_9(process: subprocess.Popen[bytes]) -> None:
    """No last words."""
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
