"""Ten thousand mails through the outbox to a local SMTP server that refuses one in ten for a while: how long; all there, once?

    python -m bench.notify                     10,000 mails, two workers
    python -m bench.notify --mails 2000 --workers 1 --repeats 1

PostgreSQL (durable: fsync on), the workers (`tally worker`, as an installation runs it) and the SMTP server are processes of
their own. The clock runs from the outbox's first row until the last acceptance is written down; writing the rows is in it.
Mails go to 200 domains, in English and Chinese, with an HTML part. Beside it, in the same run and over as many connections:
the same letters handed to the same server by smtplib in a bare loop, without outbox, proof, retry or any guarantee.
Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import smtplib
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

DOMAINS, CHUNK, AIM_S, PATIENCE_S = 200, 500, 60.0, 900.0
WORDS = (
    (
        "en",
        "Singapore loses 4.1 % of its packets",
        "We saw it at 21:04 UTC and are on it. The next news comes by 21:34.\n\n",
    ),
    ("zh-hans", "新加坡丢包 4.1 %", "我们在 21:04（UTC）发现，正在处理。下一次消息不晚于 21:34。\n\n"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure delivery of mail.")
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    _surround()
    runs = [measure(args.mails, args.workers) for _ in range(args.repeats)]
    peers = [bare(args.mails, connections=runs[0]["connections_at_once"]) for _ in range(args.repeats)]
    seconds = statistics.median(run["seconds"] for run in runs)
    bare_s = statistics.median(peers)
    figures = {
        "mails": args.mails,
        "workers": args.workers,
        "runs": runs,
        "seconds": seconds,
        "bare_smtplib_s": [round(each, 2) for each in peers],
        "times_bare_smtplib": round(seconds / bare_s, 1),
    }
    whole = args.mails == 10_000
    aims = [
        {"aim": "10,000 mails in under 60 s on two cores", "measured": seconds, "held": whole and seconds < AIM_S},
        {"aim": "none lost", "measured": max(r["lost"] for r in runs), "held": not any(r["lost"] for r in runs)},
        {
            "aim": "none doubled",
            "measured": max(r["doubled"] for r in runs),
            "held": not any(r["doubled"] for r in runs),
        },
        {
            "aim": "while the server refuses one in ten for a while",
            "measured": min(r["refused"] for r in runs),
            "held": all(r["refused"] >= args.mails // 2 // 10 for r in runs),
        },
    ]
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    print(json.dumps({"bench": "notify", "machine": machine, "figures": figures, "aims": aims}))


def _surround() -> None:
    """A durable PostgreSQL of our own with the tables in it."""
    from tallylight.embedded import postgres, testing

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


def measure(mails: int, workers: int) -> dict[str, Any]:
    """One run: workers up and idle, then so many mails. Seconds from the first row to the last recorded acceptance."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("truncate notify_message cascade")
    with server(refuse_until=mails // 2) as (port, books), working(workers, port) as processes:
        before, load = _processor_s(processes), os.getloadavg()[0]
        started = time.monotonic()
        write(mails)
        written = time.monotonic() - started
        wait_until(lambda: unsettled() == 0)
        seconds = time.monotonic() - started
        spent = _processor_s(processes) - before
        said = books()
    return {
        "seconds": round(seconds, 2),
        "written_s": round(written, 2),
        "workers_processor_s": round(spent, 2),
        "lost": mails - said["taken"] + not_accepted(),
        "doubled": said["doubled"],
        "refused": said["refused"],
        "connections_at_once": CONNECTIONS * workers,
        "connections_made": said["connections"],
        "load_before": round(load, 1),
    }


#: What a worker holds open at once (notify.jobs says so for itself; a peer gets as many).
CONNECTIONS = 2


def write(mails: int) -> None:
    """The outbox's rows, in transactions of `CHUNK`."""
    from django.db import transaction

    from tallylight.kernel import clock
    from tallylight.kernel.ids import new_id
    from tallylight.notify import api as notify

    for first in range(0, mails, CHUNK):
        with transaction.atomic():
            for number in range(first, min(first + CHUNK, mails)):
                to, content = letter(number)
                notify.send(f"bench:{new_id()}", to=to, content=content, now=clock.now())


def letter(number: int) -> tuple[Any, Any]:
    from tallylight.notify import api as notify

    locale, subject, text = WORDS[number % len(WORDS)]
    to = notify.Recipient(f"person-{number}@customer-{number % DOMAINS}.example", locale, name=f"Person {number}")
    paragraphs = text * 4
    return to, notify.Text(subject, paragraphs, f"<html lang={locale}><body><p>{paragraphs}</p></body></html>")


def unsettled() -> int:
    from tallylight.notify.models import Message

    return int(Message.objects.exclude(state__in=["accepted", "failed"]).count())


def not_accepted() -> int:
    from tallylight.notify.models import Message

    return int(Message.objects.exclude(state="accepted").count())


def bare(mails: int, connections: int) -> float:
    """Seconds that smtplib takes to hand the same letters over, in threads, each with one connection."""
    from tallylight.kernel import clock
    from tallylight.kernel.ids import new_id
    from tallylight.notify.letter import Letter
    from tallylight.notify.mime import mime

    def drive(share: range, port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, "bench") as session:
            for number in share:
                to, content = letter(number)
                whole = Letter(
                    new_id(), "Tallylight <desk@tallylight.example>", to.address, to.locale, content, None, clock.now()
                )
                session.sendmail("desk@tallylight.example", [to.address], mime(whole).as_bytes())

    with server(refuse_until=0) as (port, _):
        started = time.monotonic()
        threads = [
            threading.Thread(target=drive, args=(range(i, mails, connections), port)) for i in range(connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - started


@contextmanager
def server(*, refuse_until: int) -> Iterator[tuple[int, Any]]:
    """The SMTP server; yields its port and what to call for its books."""
    words = [sys.executable, "-m", "bench.notify_server", "--refuse-until", str(refuse_until)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        out, into = process.stdout, process.stdin

        def books() -> dict[str, int]:
            into.write("report\n")
            into.flush()
            found: dict[str, int] = json.loads(out.readline())
            return found

        try:
            yield int(out.readline()), books
        finally:
            process.terminate()


@contextmanager
def working(workers: int, port: int) -> Iterator[list[psutil.Process]]:
    """So many `tally worker`s, heard of."""
    from tallylight.embedded.installation import worker_beats
    from tallylight.embedded.testing import child_environment

    words = [sys.executable, "-c", "from tallylight.cli import main; raise SystemExit(main(['worker']))"]
    own = {"TALLY_SMTP_URL": f"smtp://127.0.0.1:{port}"}
    processes = [
        subprocess.Popen(words, env=child_environment() | own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(workers)
    ]
    try:
        wait_until(lambda: heard_of() >= workers and worker_beats(os.environ["TALLY_DATABASE_URL"]))
        yield [psutil.Process(each.pid) for each in processes]
    finally:
        for each in processes:
            each.terminate()
        for each in processes:
            each.wait(30)


def heard_of() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_workers")
        (found,) = cursor.fetchone()
    return int(found)


def wait_until(what: Any) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        if time.monotonic() > deadline:
            raise TimeoutError("the mails did not all arrive")
        time.sleep(0.1)


def _processor_s(processes: list[psutil.Process]) -> float:
    return float(sum(each.cpu_times().user + each.cpu_times().system for each in processes))


if __name__ == "__main__":
    main()
