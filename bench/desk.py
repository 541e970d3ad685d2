"""A hundred thousand open tickets, four clocks each, and twenty agents at work: how long does each of their deeds take?

    python -m bench.desk                       100,000 tickets, 20 agents, each a deed every 5 s, for two minutes
    python -m bench.desk --tickets 10000 --pace 1 --seconds 20

PostgreSQL (durable: fsync on) and `tally web` (as an installation runs it) are processes of their own; all goes through the HTTP
API. In turn each agent lists the queue, takes the next ticket, replies on it, while a customer opens another, each over a
connection of its own; a time is from sending the request to having read its answer. Then the same for a while without any
pause, which tells what the machine can carry. Beside it, in the same run, at the same pace and on the same PostgreSQL: a bare
INSERT with its commit, and a bare SELECT of fifty rows by an index. No worker runs: what deeds cause for later (mails, jobs) is
written, not sent. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psutil

from bench.desk_world import Desk, checked, make

AIM_MS, START_S, CROWDED_S = 100.0, 180.0, 20.0
DEEDS = ("list", "next", "reply", "open")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the desk under many tickets.")
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument(
        "--pace", type=float, default=5.0, help="seconds from one deed of an agent to the next; 0: no pause"
    )
    parser.add_argument("--seconds", type=float, default=120.0)
    args = parser.parse_args()
    _surround()
    started = time.monotonic()
    desk = make(args.tickets, args.agents)
    made_s, wrong = time.monotonic() - started, checked(200)
    with serving() as (port, web):
        work(desk, port, pace=args.pace, seconds=min(10.0, args.seconds))  # what is read once is read
        before, load = web.cpu_times(), os.getloadavg()[0]
        at_work = work(desk, port, pace=args.pace, seconds=args.seconds)
        spent = web.cpu_times()
        crowded = work(desk, port, pace=0.0, seconds=min(CROWDED_S, args.seconds))
    bare = limits(args.agents, args.pace, min(20.0, args.seconds))
    found = {deed: spread([ms for each in at_work for ms in each.times[deed]]) for deed in DEEDS}
    whole = args.tickets == 100_000 and args.agents == 20 and not wrong
    figures = {
        "tickets": args.tickets,
        "agents": args.agents,
        "pace_s": args.pace,
        "deeds": found,
        "refused": sum(each.refused for each in at_work),
        "deeds_a_second": round(sum(each["count"] for each in found.values()) / args.seconds, 1),
        "web_processor_s": round(spent.user + spent.system - before.user - before.system, 2),
        "rows_made_s": round(made_s, 1),
        "sampled_rows_that_differ_from_their_clocks": wrong,
        "without_pause": without_pause(crowded),
        "bare": bare,
        "times_bare": {
            deed: round(found[deed]["p95_ms"] / bare["select" if deed == "list" else "insert"]["p95_ms"], 1)
            for deed in DEEDS
        },
        "load_before": round(load, 1),
    }
    refused = figures["refused"]
    aims = [
        {
            "aim": f"{deed}: p95 under 100 ms with 100,000 open tickets of 4 clocks each and 20 agents working",
            "measured": found[deed]["p95_ms"],
            "held": whole and not refused and found[deed]["p95_ms"] < AIM_MS,
        }
        for deed in DEEDS
    ]
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    print(json.dumps({"bench": "desk", "machine": machine, "figures": figures, "aims": aims}))


def without_pause(agents: list[Agent]) -> dict[str, Any]:
    """What the machine carries when nobody pauses: how many deeds a second, and how long each then takes."""
    times = {deed: [ms for each in agents for ms in each.times[deed]] for deed in DEEDS}
    total_s = sum(map(sum, times.values())) / 1000
    deeds = sum(map(len, times.values()))
    return {
        "deeds_a_second": round(deeds * len(agents) / total_s, 1),
        "median_ms": {deed: spread(each)["median_ms"] for deed, each in times.items()},
    }


def spread(times: list[float]) -> dict[str, float]:
    """Median, p95 and the longest, in ms."""
    if not times:
        return {"count": 0, "median_ms": 0.0, "p95_ms": float("inf"), "most_ms": 0.0}
    median, p95, most = map(float, np.percentile(times, [50, 95, 100]))
    return {"count": len(times), "median_ms": round(median, 1), "p95_ms": round(p95, 1), "most_ms": round(most, 1)}


@dataclass
class Agent:
    """One of the desk, with a customer beside; `times` in ms by deed."""

    token: str
    customer: str
    port: int
    times: dict[str, list[float]] = field(default_factory=lambda: {deed: [] for deed in DEEDS})
    refused: int = 0
    ticket: str = ""
    _connection: http.client.HTTPConnection | None = None

    def do(self, deed: str) -> None:
        """One deed through the API."""
        match deed:
            case "list":
                self._ask(deed, "GET", "/api/v1/tickets?pending=true&limit=50", self.token)
            case "next":
                answer = self._ask(deed, "POST", "/api/v1/desk/next", self.token)
                self.ticket = (answer or {}).get("id", self.ticket)
            case "reply" if self.ticket:
                sent = {"text": "We see it too and are moving your viewers to another node."}
                self._ask(deed, "POST", f"/api/v1/tickets/{self.ticket}/messages", self.token, sent)
            case "open":
                sent = {"title": "It freezes", "text": "Since a minute ago, in Dubai.", "level": "fault"}
                self._ask(deed, "POST", "/api/v1/tickets", self.customer, sent)

    def _ask(self, deed: str, method: str, path: str, token: str, sent: Any = None) -> dict[str, Any] | None:
        body = json.dumps(sent) if sent is not None else None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        started = time.perf_counter()
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        self.times[deed].append((time.perf_counter() - started) * 1000)
        if answer.status >= 400:
            self.refused += 1
            if self.refused == 1:
                print(deed, answer.status, text[:300], file=sys.stderr)
            return None
        found = json.loads(text) if text else None
        return found if isinstance(found, dict) else None


def work(desk: Desk, port: int, *, pace: float, seconds: float) -> list[Agent]:
    """Every agent at work for so long, one deed after the other, each in its own turn of the second."""
    agents = [Agent(token, desk.members[n % len(desk.members)], port) for n, token in enumerate(desk.agents)]
    together([_drive(agent.do, n, len(agents), pace, seconds) for n, agent in enumerate(agents)])
    return agents


def _drive(do: Callable[[str], None], place: int, of: int, pace: float, seconds: float) -> Callable[[], None]:
    def run() -> None:
        begun = time.monotonic()
        due, number = begun + pace * place / of, place
        while due < begun + seconds:
            time.sleep(max(0.0, due - time.monotonic()))
            do(DEEDS[number % len(DEEDS)])
            number += 1
            due = max(due + pace, time.monotonic())

    return run


def together(runs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=run) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def limits(agents: int, pace: float, seconds: float) -> dict[str, dict[str, float]]:
    """What the same PostgreSQL takes for one row and its commit, and for fifty rows of tickets by the index of the queue."""
    import psycopg

    times: dict[str, list[float]] = {"insert": [], "select": []}
    url = os.environ["TALLY_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "create table if not exists bench_bare (id bigserial primary key, at timestamptz, said text)"
        )
    insert = "insert into bench_bare (at, said) values (now(), repeat('said ', 60))"
    select = "select * from support_ticket where state in ('open', 'acknowledged') order by rank_at, id limit 50"

    def runner(place: int) -> Callable[[], None]:
        connection = psycopg.connect(url, autocommit=True)

        def do(deed: str) -> None:
            name, words = ("select", select) if deed in ("list", "next") else ("insert", insert)
            started = time.perf_counter()
            cursor = connection.execute(words)
            if cursor.description:
                cursor.fetchall()
            times[name].append((time.perf_counter() - started) * 1000)

        drive = _drive(do, place, agents, pace, seconds)

        def run() -> None:
            with connection:
                drive()

        return run

    together([runner(place) for place in range(agents)])
    return {name: spread(each) for name, each in times.items()}


@contextmanager
def serving() -> Iterator[tuple[int, psutil.Process]]:
    """`tally web`, answering."""
    from tallylight.embedded.testing import child_environment

    port = int(os.environ["TALLY_PORT"])
    words = [sys.executable, "-c", "from tallylight.cli import main; raise SystemExit(main(['web']))"]
    process = subprocess.Popen(words, env=child_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_S
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError("tally web does not answer")
            time.sleep(0.1)
        yield port, psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", "/api/v1/openapi.json")
        return connection.getresponse().status == 200
    except OSError:
        return False


def _surround() -> None:
    """A durable PostgreSQL of our own with the tables in it."""
    from tallylight.embedded import postgres, testing

    testing.surround()
    cluster = postgres.Cluster(
        testing._home() / "durable", testing._port() + 3, testing.POSTGRES_PASSWORD, durable=True
    )
    postgres.prepare(cluster)
    testing._start("postgres", postgres.command(cluster), signal.SIGQUIT, lambda: postgres.ready(cluster))
    os.environ["TALLY_DATABASE_URL"] = cluster.url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallylight.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
