"""One command runs everything on one machine; it touches nothing outside its home, and its end ends all of it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tallylight.embedded.parts import child_environment
from tallylight.embedded.testing import free_ports


class Installation:
    """A home of its own below a folder that only its owner may enter, as /root is."""

    def __init__(self, above: Path) -> None:
        above.mkdir(mode=0o700)
        self.home = above / "home"
        self.port = free_ports()
        self.environment = child_environment() | {"TALLY_HOME": str(self.home), "TALLY_PORT": str(self.port)}
        for name in ("TALLY_DATABASE_URL", "TALLY_CLICKHOUSE_URL", "TALLY_TEST_HOME"):
            self.environment.pop(name, None)
        self.up: subprocess.Popen[str] | None = None

    def start(self) -> float:
        """`tally up`; returns how long it took, in seconds."""
        began = time.monotonic()
        words = [sys.executable, "-m", "tallylight.cli", "up", "--no-demo"]
        self.up = subprocess.Popen(
            words, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.up.stdout is not None
        said: list[str] = []
        for line in self.up.stdout:
            said.append(line)
            if f"http://127.0.0.1:{self.port}" in line:
                return time.monotonic() - began
        raise AssertionError("".join(said))

    def tally(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tallylight.cli", *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def status(self) -> dict[str, Any]:
        return json.loads(self.tally("status", "--json").stdout)

    def processes(self) -> list[psutil.Process]:
        """Everything below the supervisor, however deep."""
        assert self.up is not None
        return psutil.Process(self.up.pid).children(recursive=True)

    def stop(self, sign: signal.Signals) -> int:
        assert self.up is not None
        self.up.send_signal(sign)
        self.up.communicate(timeout=40)
        return self.up.returncode


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    installation = Installation(tmp_path / "private")
    yield installation
    if installation.up and installation.up.poll() is None:
        installation.stop(signal.SIGINT)


def modes(folder: Path) -> dict[Path, tuple[int, int, int]]:
    facts = {parent: parent.stat() for parent in folder.parents}
    return {parent: (stat.S_IMODE(fact.st_mode), fact.st_uid, fact.st_gid) for parent, fact in facts.items()}


def until(condition: Callable[[], object], within_s: float = 40) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.timeout(300)
def test_it_starts_stays_private_and_ends_whole(installation: Installation) -> None:
    before = modes(installation.home)
    installation.start()

    until(lambda: httpx.get(f"http://127.0.0.1:{installation.port}/healthz").status_code == 200)
    status = installation.status()
    assert status["well"]
    assert {"postgres", "clickhouse", "hub", "worker", "web"} <= {part["name"] for part in status["parts"]}
    assert modes(installation.home) == before
    for path in (installation.home, *installation.home.iterdir(), *(installation.home / "secrets").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path

    second = installation.tally("up", "--no-demo")
    assert second.returncode == 1
    assert f"process {installation.up.pid}" in second.stderr

    processes = installation.processes()
    assert installation.stop(signal.SIGINT) == 0
    assert all(gone(process) for process in processes)
    assert installation.tally("status").returncode == 3


@pytest.mark.timeout(300)
def test_a_killed_supervisor_takes_everything_along_and_the_next_start_is_whole(installation: Installation) -> None:
    installation.start()
    processes = installation.processes()
    installation.stop(signal.SIGKILL)
    until(lambda: all(gone(process) for process in processes))

    installation.start()
    assert installation.status()["well"]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["postgres", "clickhouse", "hub", "worker", "web"])
def test_each_killed_part_comes_back_by_itself(running: Installation, name: str) -> None:
    (part,) = [part for part in running.status()["parts"] if part["name"] == name]
    os.kill(part["pid"], signal.SIGKILL)

    def is_back() -> bool:
        status = running.status()
        (now,) = [part for part in status["parts"] if part["name"] == name]
        return status["well"] and now["pid"] != part["pid"]

    until(is_back)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("one-machine") / "private")
    installation.start()
    yield installation
    installation.stop(signal.SIGTERM)


def test_the_doctor_finds_nothing_wrong_with_what_runs(running: Installation) -> None:
    until(lambda: running.status()["well"])
    report = json.loads(running.tally("doctor", "--json").stdout)
    wrong = [finding for finding in report["findings"] if finding["weight"] == "wrong"]
    assert [finding for finding in wrong if finding["mend"] != "make assets"] == []


def test_the_doctor_names_who_holds_a_port(running: Installation, tmp_path: Path) -> None:
    environment = running.environment | {"TALLY_HOME": str(tmp_path / "other")}
    words = [sys.executable, "-m", "tallylight.cli", "doctor", "--json"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    found = [finding["found"] for finding in json.loads(done.stdout)["findings"] if finding["weight"] == "wrong"]
    assert any(line.startswith(f"{running.port}: ") and "process" in line for line in found)
