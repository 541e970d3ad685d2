"""Three workers take every step once, in order and in time, though each of them is killed and PostgreSQL goes away.

The database is one that the test can stop. TALLY_OUTAGE_S says for how many seconds it is away: 12 in a usual run, 600 for the
ten minutes of the promise.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tallylight.embedded import postgres
from tallylight.embedded.testing import child_environment, free_ports
from tallylight.notify.tests.sink import Sink

OUTAGE_S = float(os.environ.get("TALLY_OUTAGE_S", "12"))
LADDERS, EVERY_S, WORKERS = 50, 1.0, 3
#: How late a step may be on a machine that does much else beside the test; the promise itself is measured by bench-paging.
BUSY_S = 10.0
TAKEN = """
select fired.escalation_id, fired.step, fired.due_at, fired.at, fired.late
from escalation_stepfired fired order by fired.escalation_id, fired.step
"""


@dataclass
class House:
    """PostgreSQL, workers and the mail server that they write to."""

    cluster: postgres.Cluster
    environment: dict[str, str]
    database: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_database(self) -> None:
        self.database = subprocess.Popen(
            postgres.command(self.cluster), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(lambda: postgres.ready(self.cluster), "PostgreSQL is there")

    def stop_database(self) -> None:
        assert self.database is not None
        self.database.send_signal(signal.SIGQUIT)  # at once, as when the machine fails
        self.database.wait(30)

    def start_worker(self) -> None:
        words = [sys.executable, "-c", "from tallylight.cli import main; raise SystemExit(main(['worker']))"]
        self.workers.append(subprocess.Popen(words, env=self.environment, stderr=subprocess.DEVNULL))

    def kill_worker(self, place: int) -> None:
        self.workers[place].kill()
        self.workers[place].wait()

    def write(self, ladders: int) -> None:
        words = [sys.executable, "-m", "tests.promises.ladder_house", str(ladders), str(EVERY_S)]
        subprocess.run(words, env=self.environment, check=True, timeout=240)

    def ask(self, query: str) -> list[Any]:
        with psycopg.connect(self.cluster.url) as connection:
            return connection.execute(query).fetchall()

    def all_there(self) -> None:
        """Wait until as many workers as there should be were heard of lately."""
        living = "select count(*) from procrastinate_workers where last_heartbeat > now() - interval '3 seconds'"
        until(lambda: self.ask(living)[0][0] == WORKERS, "the workers are there")

    def at_work(self, *, more: int) -> None:
        """Wait until so many further steps were taken."""
        before = len(self.ask(TAKEN))
        until(lambda: len(self.ask(TAKEN)) >= before + more, "they are at work")

    def end(self) -> None:
        for each in self.workers:
            if each.poll() is None:
                each.terminate()
        for each in self.workers:
            each.wait(30)
        if self.database is not None and self.database.poll() is None:
            self.stop_database()


@pytest.fixture
def house(tmp_path: Path, sink: Sink) -> Iterator[House]:
    folder = tmp_path / "postgres"
    folder.mkdir(mode=0o700)
    cluster = postgres.Cluster(folder, free_ports() + 3, "test-only-password", durable=True)
    postgres.prepare(cluster)
    found = House(
        cluster,
        child_environment()
        | {
            "TALLY_DATABASE_URL": cluster.url,
            "TALLY_SMTP_URL": sink.url,
            "DJANGO_SETTINGS_MODULE": "tallylight.config.settings",
            "TALLY_LOG_LEVEL": "WARNING",
        },
    )
    try:
        found.start_database()
        found.write(0)
        for _ in range(WORKERS):
            found.start_worker()
        found.all_there()
        until(lambda: bool(found.ask("select 1 from escalation_pulse where at is not null")), "one of them looks")
        yield found
    finally:
        found.end()


@pytest.mark.timeout(600)
def test_each_step_once_in_order_and_in_time_though_every_worker_is_killed(house: House, sink: Sink) -> None:
    house.write(LADDERS)
    for place in range(WORKERS):
        house.at_work(more=5)
        house.kill_worker(place)
        house.start_worker()
        house.all_there()
    until(lambda: len(house.ask(TAKEN)) == 2 * LADDERS, "every step was taken")
    rows = house.ask(TAKEN)
    once_and_in_order(rows)
    delays = sorted((at - due).total_seconds() for _, _, due, at, _ in rows)
    assert min(delays) >= 0
    assert max(delays) < BUSY_S, delays[-5:]
    assert {late["why"] for *_, late in rows if late} <= {"busy"}, "somebody was at work all the while"
    until(lambda: len(sink.accepted) >= 2 * LADDERS, "everybody was told")
    assert len({str(each["Message-ID"]) for each in sink.messages}) == 2 * LADDERS


@pytest.mark.timeout(max(600, OUTAGE_S + 300))
def test_after_an_outage_of_the_database_late_steps_come_once_each_and_say_why(house: House, sink: Sink) -> None:
    house.write(LADDERS)
    until(lambda: len(house.ask(TAKEN)) >= 4, "the first steps were taken")
    house.stop_database()
    time.sleep(OUTAGE_S)  # the outage itself
    house.start_database()
    until(lambda: len(house.ask(TAKEN)) == 2 * LADDERS, "every step was taken")
    rows = house.ask(TAKEN)
    once_and_in_order(rows)
    ((back,),) = house.ask("select pg_postmaster_start_time()")
    during = [(due, at, late) for _, _, due, at, late in rows if at >= back > due]
    assert during, "steps were due meanwhile"
    late = [each for due, at, each in during if (at - due).total_seconds() > 2]
    assert late
    assert {each["why"] for each in late if each} == {"database-away"}
    assert None not in late
    assert max((at - back).total_seconds() for _, at, _ in during) < 30, "they come as soon as it is back"
    until(lambda: len(sink.accepted) >= 2 * LADDERS, "everybody was told")
    assert len({str(each["Message-ID"]) for each in sink.messages}) == 2 * LADDERS


def once_and_in_order(rows: list[Any]) -> None:
    steps: dict[Any, list[tuple[int, Any]]] = {}
    for ladder, step, _due, at, _late in rows:
        steps.setdefault(ladder, []).append((step, at))
    assert len(steps) == LADDERS
    for taken in steps.values():
        assert [step for step, _ in taken] == [0, 1]
        assert taken[0][1] <= taken[1][1]


def until(true: Callable[[], bool], what: str, *, within_s: float = 120) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.1)
