from __future__ import annotations

import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tallylight.embedded import postgres
from tallylight.embedded.errors import AlreadyRunning
from tallylight.embedded.testing import free_ports

Started = subprocess.Popen[bytes]


@pytest.fixture
def hidden(tmp_path: Path) -> Path:
    """A folder below one that only its owner may enter, as /root is."""
    above = tmp_path / "private"
    above.mkdir(mode=0o700)
    return above / "home" / "postgres"


@pytest.fixture
def cluster(hidden: Path) -> postgres.Cluster:
    return postgres.Cluster(hidden, free_ports() + 3, 'it\'s "hard" to guess', durable=False)


@pytest.fixture
def start(cluster: postgres.Cluster) -> Iterator[Callable[[], Started]]:
    started: list[Started] = []

    def start() -> Started:
        postgres.prepare(cluster)
        process = subprocess.Popen(postgres.command(cluster), cwd=cluster.folder, stderr=subprocess.DEVNULL)
        started.append(process)
        until(lambda: postgres.ready(cluster))
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
    for process in list(postgres._processes_of(cluster.data)):
        process.wait(10)


def until(condition: Callable[[], bool], within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def modes_above(folder: Path) -> dict[Path, tuple[int, int, int]]:
    facts = {parent: parent.stat() for parent in folder.parents if parent.exists()}
    return {parent: (stat.S_IMODE(fact.st_mode), fact.st_uid, fact.st_gid) for parent, fact in facts.items()}


def test_no_permission_above_the_data_changes_and_the_data_is_private(cluster: postgres.Cluster, start) -> None:
    cluster.folder.parent.mkdir(mode=0o700)
    before = modes_above(cluster.folder)
    start()
    assert modes_above(cluster.folder) == before
    assert stat.S_IMODE(cluster.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to give up")
def test_as_root_the_server_runs_as_somebody_else_who_can_write_nowhere_else(cluster: postgres.Cluster, start) -> None:
    server = psutil.Process(start().pid)
    assert server.uids().real == server.uids().effective == cluster.data.stat().st_uid != 0
    capabilities = Path(f"/proc/{server.pid}/status").read_text()
    effective = next(line for line in capabilities.splitlines() if line.startswith("CapEff")).split()[1]
    assert int(effective, 16) in (1 << 2, 1 << 1)


def test_the_right_password_enters_and_a_wrong_one_does_not(cluster: postgres.Cluster, start) -> None:
    start()
    with psycopg.connect(cluster.url) as connection:
        assert connection.execute("SELECT uuidv7() IS NOT NULL, current_user").fetchone() == (True, "tallylight")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://tallylight:wrong@127.0.0.1:{cluster.port}/tallylight")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://postgres:wrong@127.0.0.1:{cluster.port}/tallylight")


def test_the_data_outlives_a_killed_server(cluster: postgres.Cluster, start) -> None:
    first = start()
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    first.kill()
    first.wait()
    start()
    with psycopg.connect(cluster.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_a_backend_that_outlives_its_killed_postmaster_does_not_hold_up_the_next(
    cluster: postgres.Cluster, start
) -> None:
    first = start()
    with psycopg.connect(cluster.url) as connection:
        backend = psutil.Process(connection.info.backend_pid)
        backend.suspend()  # it can't notice that its postmaster is gone
        first.kill()
        first.wait()
        start()
        assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE


def test_a_running_server_is_left_alone_and_named(cluster: postgres.Cluster, start, monkeypatch) -> None:
    first = start()
    monkeypatch.setattr(postgres, "SHUTDOWN_S", 0.1)
    with pytest.raises(AlreadyRunning, match=str(first.pid)):
        postgres.prepare(cluster)
    assert postgres.ready(cluster)


def test_a_half_made_cluster_is_made_again(cluster: postgres.Cluster, start) -> None:
    half = cluster.folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    start()
    assert postgres.ready(cluster)
    assert not half.exists()


def test_an_interrupt_stops_it_cleanly(cluster: postgres.Cluster, start) -> None:
    server = start()
    server.send_signal(signal.SIGINT)
    assert server.wait(20) == 0
    assert not (cluster.data / "postmaster.pid").exists()
