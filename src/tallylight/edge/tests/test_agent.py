"""The agent as its users run it: a process, a hub over HTTP, signals and exit codes."""

from __future__ import annotations

import http.client
import json
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tallylight.edge.prober import Prober
from tallylight.edge.tests.hub import KEY, TOKEN, TestHub, until
from tallylight.kernel.chance import generator
from tallylight.wire.batch import Batch
from tallylight.wire.columns import unpack
from tallylight.wire.plan import Peer, Plan


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Agent:
    """One `tally edge` process."""

    def __init__(
        self, hub: TestHub, folder: Path, *, token: str = TOKEN, name: str = "sin-1", patience: float = 5
    ) -> None:
        self.state = folder / "state"
        self.stamp_port, self.viewer_port = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
        token_file = folder / "token"
        token_file.write_text(token + "\n")
        arguments = {
            "--name": name,
            "--hub": hub.url,
            "--state": str(self.state),
            "--token-file": str(token_file),
            "--stamp": f"127.0.0.1:{self.stamp_port}",
            "--viewer": f"127.0.0.1:{self.viewer_port}",
            "--patience": str(patience),
        }
        command = [sys.executable, "-m", "tallylight.edge", *(part for pair in arguments.items() for part in pair)]
        self.lines: list[str] = []
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            self.lines.extend(iter(stream.readline, ""))

    @property
    def log(self) -> str:
        return "".join(self.lines)

    def wait(self) -> int:
        code = self.process.wait(15)
        self._reader.join()
        return code

    def kill(self) -> None:
        self.process.kill()
        self.wait()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.wait()


@contextmanager
def agent(hub: TestHub, folder: Path, **options: object) -> Iterator[Agent]:
    running = Agent(hub, folder, **options)
    try:
        yield running
    finally:
        running.kill()


@pytest.fixture
def peer() -> Iterator[Prober]:
    prober = Prober(("127.0.0.1", 0), on_second=lambda _: None, generator=generator(1))
    prober.start()
    yield prober
    prober.stop()


def plan(version: int, *peers: Prober) -> Plan:
    return Plan(
        version=version,
        peers=[Peer(name=f"peer-{n}", host="127.0.0.1", port=peer.address[1]) for n, peer in enumerate(peers)],
    )


def total(batches: list[Batch], column: str) -> int:
    return int(sum(sum(unpack("<u4", getattr(batch.paths, column))) for batch in batches))


def octets(spool: Path) -> int:
    size = 0
    for path in spool.glob("*.seg"):
        with suppress(FileNotFoundError):  # acknowledged meanwhile
            size += path.stat().st_size
    return size


def test_a_node_enrols_measures_and_reports_every_second(hub: TestHub, tmp_path: Path, peer: Prober) -> None:
    hub.plan = plan(1, peer)
    with agent(hub, tmp_path) as running:
        until(lambda: len(hub.batches) >= 4)
        assert running.end() == 0
    enrolment = hub.enrolments[0]
    assert (enrolment.name, enrolment.stamp_port, enrolment.viewer_port) == (
        "sin-1",
        running.stamp_port,
        running.viewer_port,
    )
    kept = running.state / "node.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(running.state.stat().st_mode) == 0o700
    assert json.loads(kept.read_bytes())["key"] == KEY
    assert KEY not in running.log
    assert TOKEN not in running.log
    assert hub.sequences == list(range(hub.sequences[0], hub.sequences[0] + len(hub.batches)))
    whole = hub.batches[1:]
    assert [batch.paths.peers for batch in whole] == [["peer-0"]] * len(whole)
    seconds = [unpack("<u4", batch.host.at_s)[0] for batch in whole]
    assert seconds == sorted(set(seconds))
    assert abs(total(whole[1:], "sent") - 10 * (seconds[-1] - seconds[0])) <= 2
    assert total(whole, "lost") == 0
    assert 0 < min(unpack("<u4", whole[-1].paths.rtts_us)) < 1_000_000
    assert 0 < unpack("<f8", whole[-1].host.memory)[0] <= 1


def test_a_plan_is_followed_without_a_restart(hub: TestHub, tmp_path: Path, peer: Prober) -> None:
    with agent(hub, tmp_path) as running:
        until(lambda: hub.batches)
        assert hub.batches[0].paths.peers == []
        hub.plan = plan(2, peer)
        until(lambda: hub.batches[-1].paths.peers == ["peer-0"] and total(hub.batches, "received") > 5)
        hub.plan = plan(3)
        until(lambda: hub.batches[-1].paths.peers == [])
        assert running.process.poll() is None
        assert json.loads((running.state / "node.json").read_bytes())["plan"]["version"] == 3


def test_nothing_is_lost_while_the_hub_is_away_or_the_agent_restarts(
    hub: TestHub, tmp_path: Path, peer: Prober
) -> None:
    hub.plan = plan(1, peer)
    with agent(hub, tmp_path) as running:
        until(lambda: len(hub.batches) >= 2)
        before = len(hub.batches)
        hub.stop()
        spool = running.state / "spool"
        until(lambda: octets(spool) > 2000)
        running.kill()
    with agent(hub, tmp_path) as running:
        until(lambda: "measuring" in running.log)
        waiting = json.loads(next(line for line in running.lines if "measuring" in line))["waiting"]
        assert waiting >= 2
        hub.start()
        until(lambda: len(hub.batches) >= before + waiting + 2)
        assert running.end() == 0
    assert hub.sequences == sorted(set(hub.sequences))
    assert len(hub.enrolments) == 1


def test_viewers_are_counted_once_each(hub: TestHub, tmp_path: Path) -> None:
    with agent(hub, tmp_path) as running:
        until(lambda: hub.batches)
        connection = http.client.HTTPConnection("127.0.0.1", running.viewer_port)
        for session in ("a", "b", "a"):
            connection.request("GET", f"/beacon/acme?CMCD=sid%3D%22{session}%22%2Ccid%3D%22show%22")
            assert connection.getresponse().read() == b""
        connection.close()
        until(lambda: hub.batches[-1].viewers.customers)
        viewers = hub.batches[-1].viewers
    assert (viewers.customers, viewers.streams, list(unpack("<u4", viewers.viewers))) == (["acme"], ["show"], [2])


def test_a_token_that_is_refused_ends_the_agent_with_77(hub: TestHub, tmp_path: Path) -> None:
    with agent(hub, tmp_path, token="stolen") as running:
        assert running.wait() == 77
    assert "not valid for node sin-1 (used)" in running.log
    assert "stolen" not in running.log
    assert not (running.state / "node.json").exists()


def test_a_key_that_is_revoked_ends_the_agent_with_77_and_keeps_the_spool(hub: TestHub, tmp_path: Path) -> None:
    with agent(hub, tmp_path) as running:
        until(lambda: hub.batches)
        hub.refused = True
        assert running.wait() == 77
    assert "the node was retired" in running.log
    assert list((running.state / "spool").glob("*.seg"))


def test_a_hub_that_is_not_there_ends_enrolment_with_69(hub: TestHub, tmp_path: Path) -> None:
    hub.stop()
    try:
        with agent(hub, tmp_path, patience=1) as running:
            assert running.wait() == 69
        assert "can't be reached" in running.log
    finally:
        hub.start()


def test_a_state_folder_serves_one_node_and_one_agent(hub: TestHub, tmp_path: Path) -> None:
    with agent(hub, tmp_path):
        until(lambda: hub.batches)
        with agent(hub, tmp_path) as second:
            assert second.wait() == 73
    with agent(hub, tmp_path, name="fra-1") as other:
        assert other.wait() == 78


def test_a_spool_that_cannot_be_opened_ends_the_agent_with_73(hub: TestHub, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "spool").write_text("in the way")
    with agent(hub, tmp_path) as running:
        assert running.wait() == 73
    assert "can't be used" in running.log


def test_an_address_in_use_ends_the_agent_with_71(
    hub: TestHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setitem(globals(), "free_port", lambda _: taken.getsockname()[1])
        with agent(hub, tmp_path) as running:
            assert running.wait() == 71


def test_sigint_while_enrolling_ends_the_agent(hub: TestHub, tmp_path: Path) -> None:
    hub.answers = [(503, {"Retry-After": "60"}, b"")] * 9
    with agent(hub, tmp_path, patience=300) as running:
        until(lambda: "can't be reached yet" in running.log)
        assert running.end(signal.SIGINT) == 0


def test_a_full_disk_stops_nothing(hub: TestHub, tmp_path: Path) -> None:
    """The limit on file sizes stands in for the end of the disk: it fails the same way, in the same call."""
    with agent(hub, tmp_path) as running:
        until(lambda: hub.batches)
        hub.stop()
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        until(lambda: "the spool can't write" in running.log)
        seen = len(hub.batches)
        hub.start()
        until(lambda: len(hub.batches) > seen + 2)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: "the spool writes again" in running.log)
        assert hub.sequences == list(range(hub.sequences[0], hub.sequences[0] + len(hub.batches)))
