"""Kill the worker at its work, the hard way: what it had begun is finished by the next one, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tallylight.contracts.api import Level
from tallylight.embedded.testing import child_environment
from tallylight.escalation import services as escalation
from tallylight.escalation.api import Matter, Rung
from tallylight.escalation.models import StepFired
from tallylight.incidents.models import Incident
from tallylight.kernel import clock
from tallylight.kernel.ids import new_id
from tallylight.notify import api as notify
from tallylight.notify.jobs import MAIL_SEATS
from tallylight.notify.tests.sink import Sink
from tallylight.replay import api as replays
from tallylight.replay.models import ReplayStep
from tallylight.replay.tests.conftest import history
from tallylight.support.models import Ticket
from tallylight.support.tests.scene import CONTRACTS, LUMEN, Scene, playing

__all__ = ["history"]

pytestmark = pytest.mark.django_db(transaction=True)
#: A dead worker is noticed after six seconds and the sweeps come every five; a busy machine gets more patience than that.
PATIENCE_S = 60.0
MANY, COURIERS = 400, MAIL_SEATS.number
EXPERT, MANAGER = "engineer@tallylight.example", "manager@tallylight.example"


@pytest.fixture
def scene(transactional_db: None) -> Iterator[Scene]:
    with playing(clock.SystemClock()) as found:
        yield found


@pytest.fixture
def worker(sink: Sink, transactional_db: None) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real workers on the test's database; ends those that are left."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        words = [sys.executable, "-c", "from tallylight.cli import main; raise SystemExit(main(['worker']))"]
        process = subprocess.Popen(words, env=child_environment() | _surroundings(sink))
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.wait(20)


def test_killed_in_the_middle_of_a_step_the_step_is_taken_once(
    scene: Scene, sink: Sink, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    subject = _ladder(scene)
    with _held("notify_message") as waiting:  # the step is written, its mail is not: the worker waits in between
        victim = worker()
        _until(waiting, "the worker is in the middle of the step")
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
    assert not StepFired.objects.filter(name="expert").exists(), "half a step is no step"
    worker()
    _until(lambda: len(sink.to(MANAGER)) == 1, "the manager was reached")
    assert [each.name for each in StepFired.objects.order_by("step")] == ["expert", "manager"]
    assert (len(sink.to(EXPERT)), len(sink.to(MANAGER))) == (1, 1)
    assert {each.state for each in notify.deliveries(subject)} == {notify.State.ACCEPTED}


def test_killed_in_the_middle_of_a_mail_the_mail_is_sent_once(
    scene: Scene, sink: Sink, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    subject = _ladder(scene, "expert")
    victim = worker()
    killed = threading.Event()

    def kill() -> None:
        os.kill(victim.pid, signal.SIGKILL)
        killed.set()

    sink.before_data = kill  # the server knows the recipient, and not the message
    _until(killed.is_set, "the worker was at the mail")
    victim.wait()
    sink.before_data = lambda: None
    worker()
    _until(lambda: bool(sink.accepted), "the mail was sent")
    _until(lambda: notify.deliveries(subject)[0].state is notify.State.ACCEPTED, "the proof was kept")
    assert len(sink.to(EXPERT)) == 1
    assert [each.outcome for each in notify.deliveries(subject)[0].attempts] == ["abandoned", "accepted"]


@pytest.mark.timeout(300)
def test_killed_in_the_middle_of_many_mails_none_is_lost_and_none_doubled_but_what_was_on_the_wire(
    sink: Sink, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    about = new_id()
    for number in range(MANY):
        to = notify.Recipient(f"person-{number}@lumen-{number % 10}.example")
        notify.send(f"many:{number}", to=to, content=notify.Text("News", "text"), now=clock.now(), about=about)
    victim = worker()
    _until(lambda: len(sink.accepted) > MANY // 3, "the worker is in the middle")
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    assert len(sink.accepted) < MANY, "it was killed in the middle"
    worker()
    _until(
        lambda: all(each.state is notify.State.ACCEPTED for each in notify.deliveries(about)),
        "every mail was accepted and the proof kept",
        within_s=200,
    )
    times = Counter(str(each["Message-ID"]) for each in sink.messages)
    assert len(times) == MANY, "none was lost"
    unknown = {
        f"<{card.id}@" for card in notify.deliveries(about) if any(each.outcome == "unknown" for each in card.attempts)
    }
    doubled = {name.partition("@")[0] + "@" for name, count in times.items() if count > 1}
    assert doubled <= unknown, "only those may come twice of which nobody heard the answer"
    assert len(unknown) <= COURIERS, "and they are as many as were on the wire at once"


def test_killed_while_it_hears_of_an_alert_the_next_one_hears_of_it(
    scene: Scene, sink: Sink, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    with _held("support_ticket") as waiting:
        victim = worker()
        scene.fire()
        # Whoever sweeps tickets waits for the lock as well, so that a waiter alone does not say what the worker is at.
        _until(lambda: Incident.objects.exists() and waiting(), "the worker opens the ticket")
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
    assert Incident.objects.count() == 1
    assert not Ticket.objects.exists()
    worker()
    _until(Ticket.objects.exists, "the ticket was opened")
    _until(lambda: len(sink.accepted) == 2, "its mails were sent")
    assert (Incident.objects.count(), Ticket.objects.count()) == (1, 1)
    assert len({str(each["Message-ID"]) for each in sink.messages}) == 2


@pytest.mark.usefixtures("history")
def test_killed_between_months_a_replay_goes_on_from_there(
    scene: Scene, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    source = (CONTRACTS / "starter.yaml").read_text()
    asked = replays.ask(scene.viewer("omar"), source, "last-90-days", now=clock.now())
    with _taken(
        asked.id, place=2
    ) as waiting:  # somebody else's step, never finished: the worker waits for what becomes of it
        victim = worker()
        _until(waiting, "the worker is at the second month")
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
    before = list(ReplayStep.objects.values_list("place", "pk"))
    assert [place for place, _ in before] == [0, 1]
    worker()
    _until(lambda: _look(scene, asked.id).finished, "the replay was finished")
    steps = list(ReplayStep.objects.values_list("place", "pk"))
    assert steps[:2] == before
    assert [place for place, _ in steps] == list(range(len(asked.months) + 1))
    found = replays.result(scene.viewer("omar"), asked.id, now=clock.now())
    assert found == replays.replay(source, "last-90-days", now=asked.asked_at)


def _look(scene: Scene, run: UUID) -> replays.RunCard:
    return replays.run(scene.viewer("omar"), run, now=clock.now())


@contextmanager
def _taken(run: UUID, *, place: int) -> Iterator[Callable[[], bool]]:
    """Another transaction is about to take this step of a replay, and is undone in the end. Yields whether somebody waits."""
    with psycopg.connect(**_parameters()) as holder, psycopg.connect(**_parameters(), autocommit=True) as watcher:
        holder.execute(
            "insert into replay_replaystep (id, run_id, place, taken_at, part) values (%s, %s, %s, now(), 'null')",
            [new_id(), run, place],
        )

        def waiting() -> bool:
            blocked = "select count(*) from pg_stat_activity where %s = any(pg_blocking_pids(pid))"
            found = watcher.execute(blocked, [holder.info.backend_pid]).fetchone()
            return found is not None and found[0] > 0

        yield waiting
        holder.rollback()


def _ladder(scene: Scene, *names: str) -> UUID:
    """A ladder whose steps are all due now, by its row alone: no job knows of it."""
    soon = clock.now() + timedelta(milliseconds=10)
    rungs = (Rung("expert", "engineer", ("mail",), soon), Rung("manager", "manager", ("mail",), soon))
    subject = new_id()
    escalation.start(
        subject,
        scene.customers[LUMEN],
        Matter("T-1", "Lumen Live", Level.MAJOR, {"en": "No answer"}, "/tickets/1", 12, clock.now()),
        tuple(each for each in rungs if not names or each.name in names),
        contract_sha256="0" * 64,
        due_at=clock.now() + timedelta(minutes=30),
        owner=None,
        now=clock.now(),
    )
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
    return subject


@contextmanager
def _held(table: str) -> Iterator[Callable[[], bool]]:
    """Nobody can write to `table` meanwhile. Yields whether somebody waits for it."""
    with psycopg.connect(**_parameters()) as holder:
        holder.execute(f"lock table {table} in exclusive mode")

        def waiting() -> bool:
            found = holder.execute(
                "select count(*) from pg_locks where relation = %s::regclass and not granted", [table]
            ).fetchone()
            return found is not None and found[0] > 0

        yield waiting


def _until(true: Callable[[], bool], what: str, *, within_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.05)


def _surroundings(sink: Sink) -> dict[str, str]:
    found = connection.settings_dict
    address = f"{found['HOST']}:{found['PORT']}/{found['NAME']}"
    return {
        "TALLY_DATABASE_URL": f"postgresql://{found['USER']}:{found['PASSWORD']}@{address}",
        "TALLY_CLICKHOUSE_URL": settings.CLICKHOUSE_URL,
        "TALLY_SMTP_URL": sink.url,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "tallylight.config.settings"),
        "TALLY_LOG_LEVEL": "WARNING",
        "TALLY_PUBLIC_URL": settings.PUBLIC_URL,
    }


def _parameters() -> dict[str, object]:
    found = connection.settings_dict
    return {
        "dbname": found["NAME"],
        "user": found["USER"],
        "password": found["PASSWORD"],
        "host": found["HOST"],
        "port": found["PORT"],
    }
