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
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
NODES = ("sin-1", "iad-1", "fra-1", "dxb-1")
KINDS = {"latency": "250ms", "dead": None, "loss": "5%"}
LENGTHS = {"latency": "15s", "dead": "15s", "loss": "30s"}
#: From the injection to the mail that the SMTP server accepted, 95th percentile (s).
AIMS = {"latency": 4.0, "dead": 4.0, "loss": 15.0}
MOMENTS = ("breached", "alert", "ticket", "mail_accepted", "recovered")
START_S = 240.0
MEASURED_S = 120.0
#: Stands for a moment that never came.
NEVER_S = 3_600.0

Report = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description="Run drills one after the other and say which promises held.")
    parser.add_argument("--drills", type=int, default=20)
    parser.add_argument("--quiet", type=float, default=600.0, help="quiet seconds before the first drill")
    args = parser.parse_args()
    with installation() as env:
        wait_until_measured(env)
        false_alarms = alarms_while_quiet(env, args.quiet)
        reports = [run_one(env, number) for number in range(args.drills)]
    kinds = [kind for kind in KINDS if any(report["kind"] == kind for report in reports)]
    figures = {kind: {moment: spread(told(reports, kind, moment)) for moment in MOMENTS} for kind in kinds}
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    aims = judge(reports, kinds, false_alarms, args.quiet)
    print(json.dumps({"bench": "drill", "machine": machine, "figures": figures, "aims": aims}))


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def tally(*words: str) -> list[str]:
    return [sys.executable, "-c", "from tallylight.cli import main; raise SystemExit(main())", *words]


def free_base() -> int:
    """A port with the ones that derive from it free, as far as one can tell."""
    for base in range(21_000, 60_000, 100):
        with contextlib.ExitStack() as held:
            try:
                for port in (*range(base, base + 5), *range(base + 10, base + 14), *range(base + 30, base + 36)):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return base
    raise RuntimeError("no free ports")


@contextlib.contextmanager
def installation() -> Iterator[dict[str, str]]:
    """`tally up` in a folder of its own; yields the environment that commands need to find it."""
    home, base = tempfile.mkdtemp(prefix="tally-bench-"), free_base()
    source = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    env = os.environ | {"TALLY_HOME": home, "TALLY_PORT": str(base), "PYTHONPATH": source}
    log = Path(home + ".log")
    with log.open("wb") as output:
        up = subprocess.Popen(tally("up"), env=env, stdout=output, stderr=output)
        try:
            wait_until_well(f"http://127.0.0.1:{base}/healthz", up, log)
            yield env
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(60)
            shutil.rmtree(home, ignore_errors=True)
            log.unlink()


def wait_until_well(url: str, up: subprocess.Popen[bytes], log: Path) -> None:
    say("starting")
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and up.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=5).is_success:
                return
        time.sleep(0.5)
    raise RuntimeError(f"tally up did not get well:\n{log.read_text()[-3000:]}")


def ask_rows(env: dict[str, str], script: str) -> Any:
    """What a few lines over the installation's own models print as JSON."""
    words = tally("manage", "shell", "-v", "0", "--no-imports", "-c", "import json\n" + script)
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def wait_until_measured(env: dict[str, str]) -> None:
    """The hub has fresh figures of every node."""
    script = (
        "from tallylight.telemetry.api import live_snapshot\n"
        "print(json.dumps(sum(node.latency_ms is not None for node in live_snapshot().nodes)))"
    )
    deadline = time.monotonic() + MEASURED_S
    while time.monotonic() < deadline:
        with contextlib.suppress(subprocess.CalledProcessError):
            if ask_rows(env, script) == len(NODES):
                return
        time.sleep(1)
    raise RuntimeError(f"not every node was measured within {MEASURED_S:g} s")


def alarms_while_quiet(env: dict[str, str], seconds: float) -> int:
    """Alerts raised while nothing is done to the network."""
    script = "from tallylight.alerts.models import Alert\nprint(json.dumps(Alert.objects.count()))"
    before = int(ask_rows(env, script))
    say(f"quiet for {seconds:g} s")
    time.sleep(seconds)
    return int(ask_rows(env, script)) - before


def run_one(env: dict[str, str], number: int) -> Report:
    kind, node = list(KINDS)[number % len(KINDS)], NODES[number % len(NODES)]
    amount = KINDS[kind]
    words = ["drill", kind, "--node", node, "--for", LENGTHS[kind], "--json", *(["--amount", amount] if amount else [])]
    done = subprocess.run(tally(*words), env=env, capture_output=True, text=True, timeout=600, check=False)
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
