"""A full disk stops nothing for good: the hub says so, nodes keep what they measure, and all of it arrives later."""

from __future__ import annotations

import contextlib
import resource
import subprocess
from pathlib import Path

import httpx
import pytest

from tallylight.config.places import NODES
from tallylight.edge.record import read_record
from tests.promises.installation import Installation, installed, private_folder, until

#: How many batches every node is to keep before there is room again.
KEPT = 8

pytestmark = pytest.mark.timeout(300)


def test_the_hub_asks_to_wait_and_nodes_keep_what_they_measure() -> None:
    with private_folder("tally-full-") as folder, installed(folder / "home") as here:
        until(lambda: batches(here) >= len(NODES), "every node sends")
        hub = here.part("hub")["pid"]
        let_files_grow(hub, 0)
        until(lambda: all(says_it_waits(here, node) for node in NODES), "the nodes are told to wait")
        waiting = batches(here)
        until(lambda: all(spooled(here, node) >= KEPT for node in NODES), "the spools fill")
        assert batches(here) == waiting, "nothing is acknowledged that is not on disk"
        assert here.health()[1].keys() <= {"hub"}
        let_files_grow(hub, resource.RLIM_INFINITY)
        until(lambda: not any(spooled(here, node) for node in NODES), "the spools empty")
        assert here.part("hub")["pid"] == hub, "the hub lived through it"
        here.stop()
        acknowledged = here.acknowledged()
        here.start("--no-demo")
        assert here.seconds_in_history() == {node: (count, count) for node, count in acknowledged.items()}


def let_files_grow(pid: int, octets: int) -> None:
    """From now on the process can write no file beyond so many octets: what a full disk does, for one process (EFBIG)."""
    limit = "unlimited" if octets == resource.RLIM_INFINITY else str(octets)
    subprocess.run(["prlimit", f"--pid={pid}", f"--fsize={limit}:"], check=True)


def batches(here: Installation) -> int:
    """How many the hub has acknowledged since it started."""
    return int(httpx.get(here.hub_url("/healthz"), timeout=5).json()["counts"]["batches"])


def says_it_waits(here: Installation, node: str) -> bool:
    waits = [event for event in here.events(f"edge-{node}") if "they wait in the spool" in event["event"]]
    return any("can't write to its disk" in event["reason"] for event in waits)


def spooled(here: Installation, node: str) -> int:
    """How many batches the node's disk holds; a segment goes when all of it is acknowledged."""
    folder = here.home / "edges" / node / "spool"
    return sum(_records(path) for path in folder.glob("*.seg"))


def _records(segment: Path) -> int:
    with contextlib.suppress(FileNotFoundError), segment.open("rb") as file:
        return sum(1 for _ in iter(lambda: read_record(file), None))
    return 0
