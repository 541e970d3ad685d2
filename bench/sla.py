"""The price of a month: 1,000 customers with 4 objectives in 4 regions attained and credited, 691 million slices.

    python -m bench.sla                        1,000 customers, of whom 20 are sealed day by day
    python -m bench.sla --customers 50 --sealed 50

Made beforehand, and told apart: contracts, a month of measured minutes in ClickHouse, and the sealed days. Those of the first
customers are sealed by the same code that seals them every day; the others get rows of their own with the same days. What is
timed is the product's own monthly report for every customer, in two processes beside the database on the same machine: reading
contracts, links and verdicts from PostgreSQL, following each slice, attainment, credit and its derivation. No report is
remembered. `processor_s` is what all of it takes of the processor, PostgreSQL included, and says more on a busy machine.

Peers, in the same run: ClickHouse counting verdicts that are stored as plain rows, one a slice, grouped by customer, objective
and region (for a sample, and per slice); and one pass of numpy over as many octets in memory, as fast as this machine counts.
Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import platform
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import psutil

from bench import sla_world as world

AIM_S, AIM_CUSTOMERS, PROCESSES = 60.0, 1_000, 2
#: Customers whose slices ClickHouse holds as rows.
SAMPLE = 10

Facts = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure a month's attainment and credits.")
    parser.add_argument("--customers", type=int, default=AIM_CUSTOMERS)
    parser.add_argument("--sealed", type=int, default=20, help="customers whose days are sealed one by one")
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    figures = measure(args.customers, min(args.sealed, args.customers), args.repeats)
    held = figures["reports"]["seconds"] < AIM_S and args.customers >= AIM_CUSTOMERS
    aim = "a month for 1,000 customers x 4 objectives x 4 regions attained and credited in under 60 s on two cores"
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    aims = [{"aim": aim, "measured": f"{figures['reports']['seconds']} s", "held": held}]
    print(json.dumps({"bench": "sla", "machine": machine, "figures": figures, "aims": aims}))


def measure(customers: int, sealed: int, repeats: int) -> Facts:
    """Everything, on engines of its own in a temporary folder."""
    from tallylight.embedded import testing

    testing.start_postgres()
    testing.start_clickhouse()
    world.set_up()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    world.measure_minutes()
    ids = world.take_on(customers)
    links, sealing = in_two(_seal, ids[:sealed])
    world.copy_sealed(ids[:sealed], ids[sealed:])
    runs = [in_two(_report, ids) for _ in range(repeats)]
    found, spent = merged(runs[0][0]), sorted((spent for _, spent in runs), key=lambda each: each.seconds)[repeats // 2]
    slices, seconds = found["slices"], spent.seconds
    return {
        "customers": customers,
        "slices": slices,
        "reports": {
            "seconds": round(seconds, 2),
            "all_seconds": [round(each.seconds, 2) for _, each in runs],
            "processor_s": round(spent.processor_s, 2),
            "slices_per_s": round(slices / seconds),
            **found,
        },
        "sealing": {"links": sum(links), "processor_ms_each": round(1000 * sealing.processor_s / sum(links), 2)},
        "storage": storage(slices),
        "clickhouse_rows": measure_clickhouse(ids[:SAMPLE], slices, seconds),
        "memory_pass": measure_memory(slices, seconds),
        "evidence": measure_evidence(ids[0]),
    }


class Spent(NamedTuple):
    """What some work took: time until the last was done, and time of the processor, engines included."""

    seconds: float
    processor_s: float


def in_two(work: Callable[[list[UUID]], Any], customers: list[UUID]) -> tuple[list[Any], Spent]:
    """`work` on halves of the customers in processes that are ready before the clock starts: their answers, and what it took."""
    spawn = multiprocessing.get_context("spawn")
    ready, answers = spawn.Barrier(PROCESSES + 1), spawn.SimpleQueue()
    halves = [customers[i::PROCESSES] for i in range(PROCESSES)]
    processes = [spawn.Process(target=_child, args=(work, half, ready, answers)) for half in halves]
    for process in processes:
        process.start()
    ready.wait()
    started, engines = time.perf_counter(), engines_s()
    found = [answers.get() for _ in processes]
    took = Spent(time.perf_counter() - started, sum(own_s for _, own_s in found) + engines_s() - engines)
    for process in processes:
        process.join()
    return [answer for answer, _ in found], took


def engines_s() -> float:
    """What the processes of PostgreSQL and ClickHouse that live now have taken of the processor."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            words = " ".join(process.cmdline())
            if "postgres" in words or "clickhouse" in words:
                total += process.cpu_times().user + process.cpu_times().system
    return total


def _child(work: Callable[[list[UUID]], Any], customers: list[UUID], ready: Any, answers: Any) -> None:
    world.set_up()
    from tallylight.accounts.api import organisations

    organisations()  # a connection, and the modules it takes
    ready.wait()
    started = time.process_time()
    answer = work(customers)
    answers.put((answer, time.process_time() - started))


def _seal(customers: list[UUID]) -> int:
    return world.seal(customers)


def _report(customers: list[UUID]) -> Facts:
    from tallylight.sla.api import month_report

    slices = steps = rows = 0
    credits_: dict[str, int] = {}
    for customer in customers:
        report = month_report(customer, world.MONTH, world.NOW)
        for segment in report.segments:
            rows += len(segment.rows)
            slices += sum(row.counts.slices for row in segment.rows)
            steps += len(segment.credit.steps)
        for amount in report.credits:
            credits_[amount.currency] = credits_.get(amount.currency, 0) + amount.minor
    return {"slices": slices, "rows": rows, "derivation_steps": steps, "credits_minor": credits_}


def merged(halves: list[Facts]) -> Facts:
    """The sums of both halves."""
    currencies = {currency for half in halves for currency in half["credits_minor"]}
    sums = {name: sum(half[name] for half in halves) for name in ("slices", "rows", "derivation_steps")}
    return sums | {
        "credits_minor": {c: sum(half["credits_minor"].get(c, 0) for half in halves) for c in sorted(currencies)}
    }


def storage(slices: int) -> Facts:
    """What the sealed month takes on disk, indices and all, in octets a slice."""
    from django.db import connection

    def size(table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_total_relation_size(%s)", [table])
            return int(cursor.fetchone()[0])

    sizes = {table: size(table) for table in ("sla_sealedlink", "sla_series", "sla_chain")}
    return {
        "megabytes": {table: round(octets / 1e6, 1) for table, octets in sizes.items()},
        "octets_per_slice": round(sum(sizes.values()) / slices, 4),
    }


def measure_clickhouse(customers: list[UUID], slices: int, seconds: float) -> Facts:
    """The same verdicts as plain rows, counted by GROUP BY; per slice against ours."""
    from tallylight.contracts.api import segments_between
    from tallylight.sla.judged import Judged
    from tallylight.telemetry.history.client import shared
    from tallylight.telemetry.history.native import Block

    history = shared()
    history.run(
        """CREATE TABLE bench_slices (customer LowCardinality(String), objective LowCardinality(String),
        region LowCardinality(String), at DateTime('UTC') CODEC(Delta, ZSTD), verdict UInt8)
        ENGINE = MergeTree ORDER BY (customer, objective, region, at)"""
    )
    for customer in customers:
        judged = Judged.between(customer, world.FIRST, world.LAST, as_of=world.NOW)
        (segment,) = segments_between(customer, world.FIRST, world.LAST)
        for objective in segment.agreement.objectives:
            for region in objective.regions:
                verdicts = judged.verdicts(objective, region, segment)
                block, none = Block(verdicts.size), np.zeros(verdicts.size, np.uint32)
                for name, word in (("customer", str(customer)), ("objective", objective.name), ("region", region)):
                    block.names_of(name, [word], none)
                start = int(segment.start.timestamp())
                block.numbers("at", "DateTime('UTC')", (start + 60 * np.arange(verdicts.size)).astype("<u4"))
                block.numbers("verdict", "UInt8", verdicts.astype("u1"))
                history.insert("bench_slices", block, token=f"{customer}{objective.name}{region}")
    history.run("OPTIMIZE TABLE bench_slices FINAL")
    question = """SELECT customer, objective, region, countIf(verdict = 1), countIf(verdict = 2), countIf(verdict = 0)
        FROM bench_slices GROUP BY customer, objective, region"""
    took = min(timed(lambda: history.rows(question)) for _ in range(5))
    ((rows, octets),) = history.rows(
        "SELECT sum(rows), sum(bytes_on_disk) FROM system.parts WHERE table = 'bench_slices' AND active"
    )
    return {
        "rows": int(rows),
        "seconds": round(took, 3),
        "octets_per_slice": round(int(octets) / int(rows), 2),
        "seconds_for_all": round(took / int(rows) * slices, 2),
        "ours_in_its_time": round(seconds / (took / int(rows) * slices), 2),
    }


def measure_memory(slices: int, seconds: float) -> Facts:
    """One pass that counts as many octets as there are slices, by blocks of a month, in memory."""
    letters = np.full(43_200, ord("g"), np.uint8)
    months = max(1, slices // letters.size // 100)
    took = min(timed(lambda: [np.bincount(letters, minlength=4) for _ in range(months)]) for _ in range(3))
    whole = took / (months * letters.size) * slices / PROCESSES
    return {"seconds_for_all": round(whole, 2), "ours_in_its_time": round(seconds / whole, 2)}


def measure_evidence(customer: UUID) -> Facts:
    """One customer's month as a file, and what recomputing it takes."""
    import tempfile
    from pathlib import Path

    from tallylight.sla.evidence import verify_tallylight_evidence as verifier
    from tallylight.sla.evidence.export import evidence_of

    started = time.perf_counter()
    made = evidence_of(customer, world.MONTH, now=world.NOW)
    export_s = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / made.name
        path.write_bytes(made.octets)
        verify_s = timed(lambda: verifier.verify(str(path)))
    return {
        "megabytes": round(len(made.octets) / 1e6, 2),
        "export_s": round(export_s, 2),
        "verify_s": round(verify_s, 2),
    }


def timed(act: Callable[[], Any]) -> float:
    """How long it takes (s)."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
