"""Any part may be killed at any moment of a bad night: nothing measured is lost, nobody is told twice, no step is left out.

A real drill hurts a node while hub, worker, web, PostgreSQL and ClickHouse are killed (SIGKILL) at moments drawn from a seed; the
supervisor starts each again. `TALLY_SEED=<seed>` repeats a run.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tallylight.embedded import mailbox
from tallylight.kernel.chance import generator
from tests.promises.installation import NOBODY_ANSWERS, Installation, installed, private_folder, until

EXAMPLES = Path(__file__).parents[2] / "examples" / "contracts"
MORTALS = ("hub", "worker", "web", "postgres", "clickhouse")
DRILL_S = 70
#: The kills fall into this part of the drill (s).
FIRST_S, LAST_S = 0.5, 60.0

pytestmark = pytest.mark.timeout(480)


@dataclass(frozen=True, slots=True)
class Night:
    """What is left of it: the drill's report, what the agents say was acknowledged, and the installation, up again."""

    report: dict[str, Any]
    drill_output: str
    acknowledged: dict[str, int]
    here: Installation


@pytest.fixture(scope="module")
def night() -> Iterator[Night]:
    seed = int(os.environ.get("TALLY_SEED") or generator().randrange(1 << 32))
    print(f"\nseed {seed}")
    with private_folder("tally-night-") as folder, installed(folder / "home") as here:
        shorten_clocks(here, folder)
        until(here.measures, "every node is measured", within_s=60)
        report, output = drill_while_parts_die(here, seed)
        until(here.is_well, "everything is back")
        assert here.stop() == 0
        acknowledged = here.acknowledged()
        print(f"second start: {here.start('--no-demo'):.1f} s")
        yield Night(report, output, acknowledged, here)


def shorten_clocks(here: Installation, folder: Path) -> None:
    """The example contracts with a minute to respond, so that every step of every ladder falls into the drill."""
    for name, slug in (("key-account", "astra-voice"), ("starter", "lumen-live")):
        text = re.sub(r"response: \S+", "response: 1m", (EXAMPLES / f"{name}.yaml").read_text())
        copy = folder / f"{name}.yaml"
        copy.write_text(text)
        applied = here.tally("contract", "apply", str(copy), "--organisation", slug)
        assert applied.returncode == 0, applied.stderr


def drill_while_parts_die(here: Installation, seed: int) -> tuple[dict[str, Any], str]:
    """The drill's report and all that it printed."""
    words = ("drill", "latency", "--node", "sin-1", "--amount", "450ms", "--for", f"{DRILL_S}s", "--json")
    log = here.home.with_name("drill.log")
    with log.open("wb") as told:
        drill = subprocess.Popen(
            here.words(*words), env=here.environment, stdout=subprocess.PIPE, stderr=told, text=True
        )
    with drill:
        try:
            until(lambda: drill.poll() is not None or "the path is hurt" in log.read_text(), "the drill begins")
            kill_in_turn(here, seed)
            output, _ = drill.communicate(timeout=300)
        finally:
            drill.kill()
    print(log.read_text())
    assert drill.returncode == 0
    return json.loads(output), output


def kill_in_turn(here: Installation, seed: int) -> None:
    chance = generator(seed)
    victims = chance.sample(MORTALS, len(MORTALS))
    moments = sorted(chance.uniform(FIRST_S, LAST_S) for _ in victims)
    began = time.monotonic()
    for name, moment in zip(victims, moments, strict=True):
        pid = running(here, name)
        time.sleep(max(0.0, began + moment - time.monotonic()))
        os.kill(pid, signal.SIGKILL)
        print(f"{time.monotonic() - began:6.1f} s  killed {name} ({pid})")


def running(here: Installation, name: str) -> int:
    """The process of a part that is up (an earlier victim is up again)."""

    def found() -> int | None:
        part = here.part(name)
        return part["pid"] if part["health"] == "ok" else None

    pid = until(found, f"{name} is up", within_s=30)
    assert pid is not None
    return pid


def test_every_acknowledged_second_is_in_history_once(night: Night) -> None:
    counted = {node: (count, count) for node, count in night.acknowledged.items()}
    assert night.here.seconds_in_history() == counted


def test_no_path_second_is_counted_twice_in_seconds_nor_minutes(night: Night) -> None:
    (raw,) = night.here.history("SELECT count(), uniqExact(node, peer, at), sum(sent), sum(lost) FROM path_second")
    (rolled,) = night.here.history("SELECT sum(seconds), sum(sent), sum(lost) FROM path_minute")
    rows, distinct, sent, lost = map(int, raw)
    assert rows == distinct > 0
    assert tuple(map(int, rolled)) == (rows, sent, lost)


def test_nothing_is_missing_from_the_minutes_of_nodes(night: Night) -> None:
    rows = night.here.history("SELECT node, sum(seconds) FROM node_minute GROUP BY node")
    assert {node: int(seconds) for node, seconds in rows} == night.acknowledged


def test_no_mail_is_sent_twice(night: Night) -> None:
    waiting = "SELECT id FROM notify_message WHERE state NOT IN ('accepted', 'failed')"
    until(lambda: not night.here.rows(waiting), "every mail has come to its end", within_s=60)
    stored = Counter(mail.message_id for mail in mailbox.messages(night.here.home, limit=1_000))
    mails = night.here.rows("SELECT id::text, state FROM notify_message WHERE channel = 'mail'")
    assert {state for _, state in mails} == {"accepted"}
    assert stored.most_common(1)[0][1] == 1
    assert len(stored) == len(mails)
    tries = night.here.rows(
        "SELECT m.key, count(*) FROM notify_message m JOIN notify_attempt a ON a.message_id = m.id"
        " WHERE a.outcome = 'accepted' GROUP BY m.key"
    )
    assert len(tries) == len(mails)
    assert {count for _, count in tries} == {1}


def test_every_step_is_taken_once_at_its_time_and_tells_its_people_once(night: Night) -> None:
    ladders = night.here.rows("SELECT id, ladder, taken, state FROM escalation_escalation")
    assert len(ladders) == 2, "both customers of the region have a ladder"
    for ladder, rungs, taken, state in ladders:
        assert (taken, state) == (len(rungs), "exhausted"), "nobody acknowledged: every step was due"
        fired = night.here.rows(
            "SELECT step, name, due_at, at, people FROM escalation_stepfired WHERE escalation_id = %s ORDER BY step",
            [ladder],
        )
        assert [(step, name) for step, name, *_ in fired] == [(step, rung["name"]) for step, rung in enumerate(rungs)]
        for step, name, due_at, at, people in fired:
            assert due_at <= at, name
            assert people, name
            told = night.here.rows(  # at once, or in the digest of an incident that says the same of several tickets
                "SELECT key FROM notify_message WHERE key LIKE %s UNION SELECT key FROM notify_digestitem WHERE key LIKE %s",
                [f"escalation:{ladder}:step:{step}:%"] * 2,
            )
            assert Counter(key.split(":")[4] for (key,) in told) == Counter(person["id"] for person in people)


def test_the_drill_says_one_thing_and_recovery_is_announced_once(night: Night) -> None:
    assert len(night.drill_output.strip().splitlines()) == 1
    seconds = night.report["seconds"]
    assert all(seconds[moment] is not None for moment in ("alert", "incident", "ticket", "mail_accepted", "recovered"))
    assert len(night.report["tickets"]) == 2
    announced = [p for p in night.report["promises"] if p["promise"].startswith("recovery is announced")]
    assert [promise["measured"] for promise in announced] == ["1", "1"]
    assert night.here.rows("SELECT count(*) FROM incidents_incident") == [(1,)]


def test_health_names_the_part_that_is_away(night: Night) -> None:
    """The supervisor is held still meanwhile, so that the part stays away until it was missed."""
    until(night.here.is_well, "everything is up")
    assert night.here.supervisor is not None
    for name in MORTALS:
        pid = running(night.here, name)
        night.here.supervisor.send_signal(signal.SIGSTOP)
        try:
            os.kill(pid, signal.SIGKILL)
            status = until(partial(missed, night.here, name), f"{name} is missed", within_s=20)
        finally:
            night.here.supervisor.send_signal(signal.SIGCONT)
        assert status == (NOBODY_ANSWERS if name == "web" else 503)
        until(night.here.is_well, f"{name} is back")


def missed(here: Installation, name: str) -> int | None:
    """The status of the answer in which `name` is missing."""
    status, missing = here.health()
    return status if name in missing else None
