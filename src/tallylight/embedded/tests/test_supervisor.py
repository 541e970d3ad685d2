from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tallylight.embedded import supervisor as supervising
from tallylight.embedded.errors import AlreadyRunning, NotAHome, PartFailed
from tallylight.embedded.parts import LOG_BYTES, Log, Part, child_environment
from tallylight.embedded.state import open_home, read_states, sole_supervisor, supervisor_pid
from tallylight.embedded.supervisor import Supervisor, waves

STAY = "import signal; signal.pause()"
TOUCH = "import pathlib, sys; pathlib.Path(sys.argv[1]).touch(); import signal; signal.pause()"


class Notes:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []
        self.pauses: list[float] = []

    def starting(self, part: Part) -> None:
        self.events.append(("starting", part.name))

    def ready(self, part: Part, _seconds: float) -> None:
        self.events.append(("ready", part.name))

    def died(self, part: Part, _code: int, pause_s: float) -> None:
        self.events.append(("died", part.name))
        self.pauses.append(pause_s)

    def stopping(self, part: Part) -> None:
        self.events.append(("stopping", part.name))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    open_home(home)
    return home


def part(name: str, code: str, *words: str, **facts: object) -> Part:
    return Part(name, (sys.executable, "-c", code, *words), name, **facts)  # type: ignore[arg-type]


async def run(home: Path, parts: list[Part], then: Callable[[], object]) -> Notes:
    notes = Notes()

    async def act() -> None:
        await asyncio.to_thread(then)
        os.kill(os.getpid(), signal.SIGTERM)

    acts: list[asyncio.Task[None]] = []
    await Supervisor(parts, home, child_environment(), notes).run(lambda: acts.append(asyncio.create_task(act())))
    await asyncio.gather(*acts)
    return notes


def until(condition: Callable[[], object], within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def state(home: Path, name: str):
    return next(state for state in read_states(home) if state.name == name)


async def test_parts_start_after_what_they_need_and_stop_before_it(home: Path, tmp_path: Path) -> None:
    mark = tmp_path / "up"
    parts = [
        part("web", STAY, after=("tables",)),
        part("tables", "pass", after=("engine",), once=True),
        part("engine", TOUCH, str(mark), ready=mark.exists),
    ]
    notes = await run(home, parts, lambda: None)
    assert notes.events == [
        *[("starting", "engine"), ("ready", "engine")],
        *[("starting", "tables"), ("ready", "tables")],
        *[("starting", "web"), ("ready", "web")],
        *[("stopping", "web"), ("stopping", "engine")],
    ]
    assert {state.name: state.phase for state in read_states(home)} == {
        "engine": "stopped",
        "tables": "done",
        "web": "stopped",
    }


async def test_a_killed_part_is_started_again_within_half_a_second(home: Path) -> None:
    def kill_it() -> None:
        first = state(home, "hub").pid
        os.kill(first, signal.SIGKILL)
        killed = time.monotonic()
        until(lambda: state(home, "hub").pid not in (first, None))
        times.append(time.monotonic() - killed)

    times: list[float] = []
    notes = await run(home, [part("hub", STAY)], kill_it)
    assert ("died", "hub") in notes.events
    assert times[0] < 0.5
    assert state(home, "hub").restarts == 1


async def test_pauses_grow_while_it_keeps_dying(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "PAUSES_S", (0.01, 0.02, 0.03))
    lives = tmp_path / "lives"
    brief = "import sys, pathlib; path = pathlib.Path(sys.argv[1]); path.open('a').write('x')"
    frail = part("frail", brief, str(lives), ready=lambda: True)
    notes = await run(home, [frail], lambda: until(lambda: len(lives.read_text()) > 5 if lives.exists() else False))
    assert notes.pauses[:4] == [0.01, 0.02, 0.03, 0.03]


async def test_a_part_that_never_comes_up_ends_the_start_with_its_last_words(home: Path) -> None:
    broken = part("web", "raise SystemExit('no such table: tickets')", ready=lambda: False)
    with pytest.raises(PartFailed, match="no such table: tickets"):
        await run(home, [part("engine", STAY), broken], lambda: None)
    assert state(home, "engine").phase == "stopped"


async def test_a_failed_errand_is_not_tried_again(home: Path) -> None:
    with pytest.raises(PartFailed, match="cannot migrate"):
        await run(home, [part("migrate", "raise SystemExit('cannot migrate')", once=True)], lambda: None)


async def test_a_part_that_hangs_is_ended_and_named(home: Path) -> None:
    with pytest.raises(PartFailed, match="hub"):
        await run(home, [part("hub", STAY, ready=lambda: False, start_s=0.5)], lambda: None)


async def test_a_part_that_ignores_the_request_to_stop_is_made_to(home: Path, tmp_path: Path) -> None:
    mark = tmp_path / "deaf"
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + TOUCH
    await run(home, [part("deaf", deaf, str(mark), ready=mark.exists, grace_s=0.2)], lambda: None)
    assert not state(home, "deaf").alive


SUPERVISED = """
import asyncio, json, sys
from pathlib import Path
from tallylight.embedded.parts import Part, child_environment
from tallylight.embedded.state import sole_supervisor
from tallylight.embedded.supervisor import Supervisor
from tallylight.embedded.tests.test_supervisor import Notes

home, words = Path(sys.argv[1]), json.loads(sys.argv[2])
with sole_supervisor(home):
    asyncio.run(Supervisor([Part("child", tuple(words), "child")], home, child_environment(), Notes()).run(lambda: None))
"""
OBEDIENT = "from tallylight.embedded.leash import end_with_supervisor as tie; tie(); print('tied', flush=True); " + STAY


@pytest.fixture
def supervised(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    child = [sys.executable, "-c", OBEDIENT]
    words = [sys.executable, "-c", SUPERVISED, str(home), json.dumps(child)]
    process = subprocess.Popen(words, env=child_environment())
    until(lambda: Log(home / "logs" / "child.log").tail() == "tied")
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_however_the_supervisor_ends_its_children_end(home: Path, supervised, sign: signal.Signals) -> None:
    child = psutil.Process(state(home, "child").pid)
    assert supervisor_pid(home) == supervised.pid
    supervised.send_signal(sign)
    supervised.wait(20)
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert supervisor_pid(home) is None


def test_a_home_has_one_supervisor(home: Path, supervised) -> None:
    with pytest.raises(AlreadyRunning, match=str(supervised.pid)), sole_supervisor(home):
        pass


def test_a_folder_of_other_things_is_not_taken_for_a_home(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    mode = tmp_path.stat().st_mode
    with pytest.raises(NotAHome):
        open_home(tmp_path)
    assert tmp_path.stat().st_mode == mode


def test_a_long_log_is_cut_while_it_is_written(tmp_path: Path) -> None:
    log = Log(tmp_path / "hub.log")
    handle = log.open()
    os.write(handle, b"x" * (LOG_BYTES + 1))
    log.rotate()
    os.write(handle, b"next\n")
    os.close(handle)
    assert log.path.read_text() == "next\n"
    assert (tmp_path / "hub.log.1").stat().st_size == LOG_BYTES + 1


def test_circles_and_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="a"):
        waves([part("a", STAY, after=("b",)), part("b", STAY, after=("a",))])
    with pytest.raises(ValueError, match="a"):
        waves([part("a", STAY, after=("nobody",))])
