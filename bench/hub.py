"""The hub's price: durable ingest with its history, and one pass over all thresholds.

    python -m bench.hub                        20 s of ingest over two connections; 10,000 to 1,000,000 thresholds
    python -m bench.hub --seconds 60

Engines and hub are processes of their own in a temporary folder on free ports. Batches are made beforehand, so that the senders
cost next to nothing. The processor's time is the hub's and ClickHouse's together, until everything that was sent is in history.
Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import psutil

BATCH_SECONDS, PEERS, NODES = 5, 50, 40


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure ingest and evaluation.")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--connections", type=int, default=2)
    args = parser.parse_args()
    figures = {"rules": [measure_pass(count) for count in (10_000, 100_000, 1_000_000)]}
    figures["ingest"] = measure_ingest(args.seconds, args.connections)
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    print(json.dumps({"bench": "hub", "machine": machine, "figures": figures, "aims": []}))


def measure_pass(count: int, passes: int = 30) -> dict[str, float]:
    """One evaluation of `count` thresholds over 4,000 nodes' figures, of which 1 % change sides every pass."""
    from tallylight.alerts.evaluate import Cells, Readings, Standing, evaluate

    chance, nodes = np.random.default_rng(1), 4_000
    cells = Cells(
        series=chance.integers(0, nodes, count),
        raise_above=np.full(count, 200.0),
        clear_below=np.full(count, 180.0),
        for_s=np.full(count, 1),
        clear_for_s=np.full(count, 1),
        min_samples=np.full(count, 5.0),
    )
    standing, times = Standing.unknown(count), []
    value, samples = np.full(nodes, 20.0), np.full(nodes, 60.0)
    for second in range(passes):
        value[:] = 20.0
        value[chance.integers(0, nodes, nodes // 100)] = 250.0
        readings = Readings(value, samples, np.full(nodes, second))
        started = time.perf_counter()
        evaluate(cells, standing, readings)
        times.append(time.perf_counter() - started)
    octets = sum(getattr(table, name).nbytes for table in (cells, standing) for name in table.__slots__)
    return {
        "thresholds": count,
        "pass_ms": round(float(np.median(times[2:])) * 1000, 2),
        "megabytes": round(octets / 1e6, 1),
    }


@dataclass
class Sender:
    """One connection that sends prepared batches one after another."""

    port: int
    work: list[tuple[str, bytes]]
    acknowledged: int = 0
    pushed_back: int = 0

    def run(self, until: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        for key, body in self.work:
            while time.monotonic() < until and not self._sent(connection, key, body):
                time.sleep(0.05)

    def _sent(self, connection: http.client.HTTPConnection, key: str, body: bytes) -> bool:
        connection.request("POST", "/ingest/v1/batches", body, {"Authorization": f"Bearer {key}", "Tally-Plan": "0"})
        answer = connection.getresponse()
        answer.read()
        self.acknowledged += answer.status == 200
        self.pushed_back += answer.status == 429
        return answer.status == 200


def measure_ingest(seconds: float, connections: int) -> dict[str, Any]:
    """Rows and samples a second until acknowledged, and what they cost until they are in history."""
    from tallylight.embedded import testing

    testing.start_postgres()
    testing.start_clickhouse()
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallylight.config.settings")
    django.setup()
    from django.core.management import call_command

    from tallylight.config.tests.surroundings import HubUnderTest, free_port
    from tallylight.telemetry.history.client import History

    call_command("migrate", verbosity=0)
    hub = HubUnderTest(
        testing._home(), free_port(), os.environ["TALLY_DATABASE_URL"], os.environ["TALLY_CLICKHOUSE_URL"]
    )
    hub.start()
    try:
        work = prepare({f"n-{i}": hub.enrol(f"n-{i}", "eu") for i in range(NODES)}, rounds=int(seconds * 8))
        return _drive(hub, History(os.environ["TALLY_CLICKHOUSE_URL"]), work, seconds, connections)
    finally:
        hub.end()


def prepare(keys: dict[str, str], *, rounds: int) -> list[list[tuple[str, bytes]]]:
    """By node: batches of `BATCH_SECONDS` seconds, 10 packets a second to each of `PEERS` peers, round trips of many values."""
    from tallylight.telemetry.synthetic import Weather, batch
    from tallylight.wire.batch import encode

    chance, peers = np.random.default_rng(2), [f"n-{i}" for i in range(PEERS + 1)]
    first = int(time.time()) - rounds * BATCH_SECONDS - 60
    work = []
    for node, key in keys.items():
        weather = {peer: Weather(rtt_ms=float(chance.gamma(8, 10))) for peer in peers if peer != node}
        names = [peer for peer in peers if peer != node][:PEERS]
        work.append(
            [
                (
                    key,
                    encode(
                        batch(node, i, first + (i + 1) * BATCH_SECONDS, names, weather=weather, seconds=BATCH_SECONDS)
                    ),
                )
                for i in range(rounds)
            ]
        )
    return work


def _drive(
    hub: Any, history: Any, work: list[list[tuple[str, bytes]]], seconds: float, connections: int
) -> dict[str, Any]:
    shares: list[list[tuple[str, bytes]]] = [[] for _ in range(connections)]
    for turn in zip(*work, strict=True):
        for i, item in enumerate(turn):
            shares[i % connections].append(item)
    senders = [Sender(hub.port + 1, share) for share in shares]
    engines = [
        psutil.Process(hub.process.pid),
        *(p for p in psutil.Process().children(recursive=True) if _is_clickhouse(p)),
    ]
    before, started = sum(map(_cpu_s, engines)), time.monotonic()
    threads = [threading.Thread(target=sender.run, args=(started + seconds,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    while hub.health["history_lag_s"] or hub.health["log_octets"]:
        time.sleep(0.1)
    drained = time.monotonic() - started
    cost = sum(map(_cpu_s, engines)) - before
    counts = hub.health["counts"]
    stored = int(history.rows("SELECT count() FROM path_second")[0][0])
    return {
        "connections": connections,
        "batches_per_s": round(counts["batches"] / took),
        "rows_per_s": round(counts["rows"] / took),
        "samples_per_s": round(counts["samples"] / took),
        "cpu_s_per_million_rows": round(cost / counts["rows"] * 1e6, 2),
        "cpu_s_per_million_samples": round(cost / counts["samples"] * 1e6, 2),
        "history_behind_s": round(drained - took, 1),
        "hub_megabytes": round(engines[0].memory_info().rss / 1e6),
        "pushed_back": sum(sender.pushed_back for sender in senders),
        "all_in_history_once": stored == counts["batches"] * BATCH_SECONDS * PEERS,
    }


def _is_clickhouse(process: psutil.Process) -> bool:
    return "clickhouse" in " ".join(process.cmdline())


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
