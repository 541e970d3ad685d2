"""Twenty drills in a row, after ten quiet minutes: how soon somebody is told, and whether anybody is told for nothing.

    make bench-drill                                  20 drills, 600 quiet seconds
    make bench-drill ARGS="--drills 6 --quiet 60"

An installation of its own is started in a temporary folder on free ports, exactly as `tally up` starts it for everybody, and
ended at the end. The drills are `tally drill KIND --json`, one after the other over every node and kind; nothing is taken from
anywhere but their reports, except the false alarms, which are rows of alerts raised while nothing was done. Ends with one
line of JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.promises.installation import Installation, installed, private_folder, until

from tallylight.config.places import NODES

KINDS = {"latency": "250ms", "dead": None, "loss": "5%"}
LENGTHS = {"latency": "15s", "dead": "15s", "loss": "30s"}
#: From the injection to the mail that the SMTP server accepted, 95th percentile (s).
AIMS = {"latency": 4.0, "dead": 4.0, "loss": 15.0}
MOMENTS = ("breached", "alert", "ticket", "mail_accepted", "recovered")
MEASURED_S = 120.0
#: Stands for a moment that never came.
NEVER_S = 3_600.0

Report = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description="Run drills one after the other and say which promises held.")
    parser.add_argument("--drills", type=int, default=20)
    parser.add_argument("--quiet", type=float, default=600.0, help="quiet seconds before the first drill")
    args = parser.parse_args()
    with installation() as here:
        false_alarms = alarms_while_quiet(here, args.quiet)
        reports = [run_one(here, number) for number in range(args.drills)]
    kinds = [kind for kind in KINDS if any(report["kind"] == kind for report in reports)]
    figures = {kind: {moment: spread(told(reports, kind, moment)) for moment in MOMENTS} for kind in kinds}
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    aims = judge(reports, kinds, false_alarms, args.quiet)
    print(json.dumps({"bench": "drill", "machine": machine, "figures": figures, "aims": aims}))


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


@contextlib.contextmanager
def installation() -> Iterator[Installation]:
    """`tally up` in a folder of its own, once every node is measured."""
    say("starting")
    with private_folder("tally-bench-") as folder, installed(folder / "home") as here:
        until(here.is_well, "all is well", within_s=MEASURED_S)
        until(here.measures, "every node is measured", within_s=MEASURED_S)
        yield here


def alarms_while_quiet(here: Installation, seconds: float) -> int:
    """Alerts raised while nothing is done to the network."""
    before = alarms(here)
    say(f"quiet for {seconds:g} s")
    time.sleep(seconds)
    return alarms(here) - before


def alarms(here: Installation) -> int:
    """All alerts ever raised."""
    return int(here.rows("SELECT count(*) FROM alerts_alert")[0][0])


def run_one(here: Installation, number: int) -> Report:
    kind, node = list(KINDS)[number % len(KINDS)], list(NODES)[number % len(NODES)]
    amount = KINDS[kind]
    words = ["drill", kind, "--node", node, "--for", LENGTHS[kind], "--json", *(["--amount", amount] if amount else [])]
    done = here.tally(*words, within_s=600)
    if done.returncode:
        raise RuntimeError(f"{words} failed:\n{done.stderr[-3000:]}")
    report: Report = json.loads(done.stdout.strip().splitlines()[-1])
    say(f"{number + 1:3} {kind:8} {node}  {report['seconds']}")
    return report


def p95(values: list[float]) -> float:
    """The nearest-rank 95th percentile: of few values, the largest."""
    ordered = sorted(values)
    return ordered[max(0, -(-95 * len(ordered) // 100) - 1)]


def spread(values: list[float]) -> dict[str, Any]:
    figures = {"median": statistics.median(values), "min": min(values), "max": max(values), "p95": p95(values)}
    return {name: round(value, 3) for name, value in figures.items()} | {"n": len(values)}


def told(reports: list[Report], kind: str, moment: str) -> list[float]:
    """Seconds to that moment in each drill of that kind."""
    seconds = [report["seconds"][moment] for report in reports if report["kind"] == kind]
    return [NEVER_S if each is None else each for each in seconds]


def judge(reports: list[Report], kinds: list[str], false_alarms: int, quiet_s: float) -> list[dict[str, Any]]:
    waits = {kind: p95(told(reports, kind, "mail_accepted")) for kind in kinds}
    once = [p for r in reports for p in r["promises"] if p["promise"].startswith("recovery is announced")]
    recovered = sum(bool(report["recovered_at"]) for report in reports)
    kept = sum(bool(promise["held"]) for promise in once)
    return [
        *(
            {
                "aim": f"{kind}: injection to mail accepted, p95 <= {AIMS[kind]:g} s",
                "measured": waits[kind],
                "held": waits[kind] <= AIMS[kind],
            }
            for kind in kinds
        ),
        {
            "aim": f"no false alarm in {quiet_s / 60:g} quiet minutes",
            "measured": false_alarms,
            "held": false_alarms == 0,
        },
        {
            "aim": "recovery announced once to every customer in every drill",
            "measured": f"{kept} of {len(once)} tickets, {recovered} of {len(reports)} drills",
            "held": kept == len(once) > 0 and recovered == len(reports),
        },
    ]


if __name__ == "__main__":
    main()
