"""The price of a million clocks: logs with pauses under 50 business calendars, brought up to date, and the next 1,000 due.

    python -m bench.clocks                     1,000,000 clocks, 7 repeats, on one core
    python -m bench.clocks --clocks 100000

What is timed is a whole reading of every clock from its log at a new instant, and the search for the next due. Made beforehand:
the logs as columns, and the compiled calendars, whose price is told apart. Peers are asked for a sample, in the same run:

- `read`, our own clock engine, one clock after the other: the same question. Every answer must be the same.
- `businesstimedelta`: the same due instant and the same time used. It knows no logs, so it is given the stretches in which each
  clock ran, and only its own arithmetic is timed.
- `CustomBusinessHour` of pandas: it counts whole hours, so it is asked for the due instant of a clock that was never paused, and
  compared with what we need for that question.

Times are of the processor: what one thread that waits for nothing takes on a core of its own, whoever else uses that core now.
Times by the clock on the wall are given beside them. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
import tracemalloc
from datetime import timedelta
from typing import Any

import numpy as np

from bench.clocks_peers import Question, ask_businesstimedelta, ask_pandas, ask_read
from bench.clocks_world import NOW, OFFICES, SINCE, only_started, world
from tallylight.clocks.columns import STATES, Logs, Readings, logs_of
from tallylight.clocks.many import AHEAD, read_many
from tallylight.clocks.tables import OpenHours, compile_hours

NEXT = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure many clocks at once.")
    parser.add_argument("--clocks", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--sample", type=int, default=1_000, help="clocks that the peers are asked for")
    args = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    hours, compiled_s = compile_cold()
    logs = world(args.clocks)
    ours = measure(logs, hours, args.repeats)
    plain = measure(only_started(logs), hours, args.repeats)
    figures = {
        "clocks": len(logs),
        "events": int(logs.kind.size),
        "calendars": len(hours.calendars),
        "compile_s": round(compiled_s, 3),
        "with_pauses": ours,
        "never_paused": plain,
        "columns_us_a_clock": measure_columns(logs),
        "memory": measure_memory(logs, hours),
        "states": states(read_many(logs, hours, NOW)),
        "peers": measure_peers(logs, hours, ours, plain, args.sample),
    }
    machine = {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps({"bench": "clocks", "machine": machine, "figures": figures, "aims": aims(figures)}))


def compile_cold() -> tuple[OpenHours, float]:
    """The tables of all calendars, of which nothing is remembered in a new process, and what they cost."""
    those = [office.calendar for office in OFFICES]
    started = time.process_time()
    hours = compile_hours(those, SINCE, NOW + AHEAD)
    return hours, time.process_time() - started


def measure(logs: Logs, hours: OpenHours, repeats: int) -> dict[str, Any]:
    """Seconds to bring all clocks up to date and to find the next due, each time at another instant; the first is left out."""
    walls, cores = [], []
    for repeat in range(repeats + 1):
        now = NOW + repeat * timedelta(seconds=1)
        wall, core = time.perf_counter(), time.process_time()
        found = read_many(logs, hours, now).next_due(NEXT)
        walls.append(time.perf_counter() - wall)
        cores.append(time.process_time() - core)
        assert found.size == min(NEXT, len(logs)) or len(logs) < 100 * NEXT
    walls, cores = walls[1:], cores[1:]
    return {
        "median_s": round(float(np.median(cores)), 3),
        "least_s": round(min(cores), 3),
        "most_s": round(max(cores), 3),
        "wall_median_s": round(float(np.median(walls)), 3),
        "wall_most_s": round(max(walls), 3),
        "repeats": repeats,
        "us_a_clock": round(float(np.median(cores)) / len(logs) * 1e6, 4),
    }


def measure_columns(logs: Logs, count: int = 2_000) -> float:
    """Microseconds to bring one clock's events, as objects of Python, into columns."""
    question = Question(logs, OFFICES, NOW, np.arange(min(count, len(logs))))
    clocks = [question.clock(i) for i in question.chosen]
    started = time.process_time()
    logs_of(clocks)
    return round((time.process_time() - started) / len(clocks) * 1e6, 1)


def measure_memory(logs: Logs, hours: OpenHours) -> dict[str, float]:
    """Megabytes: what is kept between readings, what a reading is, and the most that making one takes besides."""
    tracemalloc.start()
    found = read_many(logs, hours, NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    octets = {"logs": logs.nbytes, "calendars": hours.nbytes, "readings": found.nbytes, "scratch": peak - found.nbytes}
    return {name: round(count / 1e6, 1) for name, count in octets.items()}


def states(found: Readings) -> dict[str, int]:
    """How many clocks are in which state: what the peers and we were asked about is no monoculture."""
    counts = np.bincount(found.state, minlength=len(STATES))
    return {state.value: int(count) for state, count in zip(STATES, counts, strict=True)}


def measure_peers(
    logs: Logs, hours: OpenHours, ours: dict[str, Any], plain: dict[str, Any], sample: int
) -> dict[str, Any]:
    """Each peer's time a clock, how many times ours that is, and where its answers differ."""
    chosen = np.random.default_rng(3).choice(len(logs), size=min(sample, len(logs)), replace=False)
    question = Question(logs, OFFICES, NOW, np.sort(chosen))
    full, unpaused = read_many(logs, hours, NOW), read_many(only_started(logs), hours, NOW)
    figures = {}
    for name, answer, own in (
        ("read", ask_read(question, full), ours),
        ("businesstimedelta", ask_businesstimedelta(question, full), ours),
        ("CustomBusinessHour", ask_pandas(question, unpaused), plain),
    ):
        figures[name] = {
            "asked": answer.asked,
            "us_a_clock": round(answer.seconds / answer.asked * 1e6, 1),
            "times_ours": round(answer.seconds / answer.asked * 1e6 / own["us_a_clock"]),
            "a_million_s": round(answer.seconds / answer.asked * 1e6),
            "differs": answer.differs,
        }
    return figures


def aims(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """What was promised, what was measured, and whether it held."""
    took, wall, peers = figures["with_pauses"]["median_s"], figures["with_pauses"]["wall_median_s"], figures["peers"]
    enough = figures["clocks"] >= 1_000_000
    ratios = {name: f"{each['times_ours']} times" for name, each in peers.items()}
    return [
        {
            "aim": "1,000,000 clocks with pauses under 50 calendars up to date and the next 1,000 due found in < 1 s on one core",
            "measured": f"{took} s, {wall} s by the wall ({figures['clocks']} clocks)",
            "held": enough and took < 1.0,
        },
        {
            "aim": "ratio to businesstimedelta and pandas CustomBusinessHour in the same run",
            "measured": ratios,
            "held": {"businesstimedelta", "CustomBusinessHour"} <= set(ratios),
        },
        {
            "aim": "equal to the clock engine read one by one",
            "measured": f"{sum(peers['read']['differs'].values())} of {peers['read']['asked']} differ",
            "held": not any(peers["read"]["differs"].values()),
        },
    ]


if __name__ == "__main__":
    main()
