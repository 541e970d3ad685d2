"""What an agent costs: 50 paths at 10 packets a second each way, measured and answered, with everything else it does.

    make bench-edge                            60 s in each mode after a warm-up
    make bench-edge ARGS="--seconds 20"

One `tally edge` process runs as everybody runs it; a second process plays 50 peers (a reflector and a sender each) on
loopback, and this one plays the hub. Processor time and memory are the kernel's own account of the agent (/proc). The
floor is what the same packets cost this machine as bare `sendto` and `recvmsg` calls in a loop, measured in the same
run. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tallylight.edge import stamp
from tallylight.edge.reflector import Reflector
from tallylight.edge.sockets import receive, udp_socket
from tallylight.wire import doors
from tallylight.wire.batch import Batch, decode
from tallylight.wire.columns import unpack
from tallylight.wire.plan import Ack, EnrolReply, Peer, Plan, to_json

ROOT = Path(__file__).resolve().parents[1]
PATHS, PPS = 50, 10
MAX_CPU, MAX_RSS_MB = 0.05, 80.0
WARM_UP_S = 8.0
LOOPBACK = "127.0.0.1"
#: How often the peers look at their sockets: they are not what is measured, and must not take the processor from it.
PEERS_LOOK_S = 0.005


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure an edge agent: processor, memory, honesty of its probes.")
    parser.add_argument("--seconds", type=float, default=60.0, help="measured seconds in each mode")
    parser.add_argument("--peers", nargs="*", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.peers:
        play_peers(*args.peers)
        return
    figures = {mode: measure(mode, args.seconds) for mode in ("open", "authenticated")}
    figures["floor"] = {"cpu": round(floor(), 4)}
    for mode in ("open", "authenticated"):
        figures[mode]["cpu_to_floor"] = round(figures[mode]["cpu"] / figures["floor"]["cpu"], 1)
    print(json.dumps({"bench": "edge", "machine": machine(), "figures": figures, "aims": list(judge(figures))}))


def judge(figures: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for mode in ("open", "authenticated"):
        seen = figures[mode]
        shape = f"{PATHS} paths x {PPS} packets/s, {mode}"
        yield aim(f"at most {MAX_CPU:.0%} of one core, {shape}", seen["cpu"], held=seen["cpu"] <= MAX_CPU)
        yield aim(f"at most {MAX_RSS_MB:.0f} MB resident, {shape}", seen["rss_mb"], held=seen["rss_mb"] <= MAX_RSS_MB)
        yield aim(f"no packet called lost on a loopback, {shape}", seen["lost"], held=seen["lost"] == 0)
        sent_well = abs(seen["sent_per_second"] / (PATHS * PPS) - 1) < 0.01
        yield aim(f"the whole grid is sent, {shape}", seen["sent_per_second"], held=sent_well)


def aim(name: str, measured: float, *, held: bool) -> dict[str, Any]:
    return {"aim": name, "measured": measured, "held": held}


def machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    versions = {"python": platform.python_version(), "kernel": platform.release()}
    return {"cores": os.cpu_count(), "cpu": cpu, "machine": platform.machine(), **versions}


def measure(mode: str, seconds: float) -> dict[str, Any]:
    """One agent in `mode`, from its enrolment to its end."""
    key = secrets.token_bytes(32) if mode == "authenticated" else None
    agent_port, *peer_ports = free_ports(PATHS + 1)
    with (
        hub(plan(peer_ports, key)) as (url, batches),
        peers(agent_port, peer_ports, key),
        agent(url, agent_port) as pid,
    ):
        wait_for(lambda: len(batches) >= WARM_UP_S)
        batches.clear()
        cpu, start = processor_s(pid), time.monotonic()
        time.sleep(seconds)
        cpu, elapsed = processor_s(pid) - cpu, time.monotonic() - start
        resident = resident_mb(pid)
        print(f"{mode}: {cpu / elapsed:.2%} of a core, {resident:.1f} MB", file=sys.stderr)
        return {"cpu": round(cpu / elapsed, 4), "rss_mb": round(resident, 1), **summary(list(batches))}


def summary(batches: list[Batch]) -> dict[str, Any]:
    rtts = sorted(rtt for batch in batches for rtt in unpack("<u4", batch.paths.rtts_us))
    totals = {
        name: int(sum(sum(unpack("<u4", getattr(batch.paths, name))) for batch in batches))
        for name in ("sent", "received", "lost", "late")
    }
    return {
        "sent_per_second": round(totals["sent"] / len(batches), 1),
        **totals,
        "rtt_us": {"p50": rtts[len(rtts) // 2], "p99": rtts[len(rtts) * 99 // 100]},
        "stall_ms_max": max(int(unpack("<u4", batch.host.stall_ms)[0]) for batch in batches),
    }


def plan(ports: list[int], key: bytes | None) -> Plan:
    secret = None if key is None else base64.b64encode(key).decode()
    mode = "open" if key is None else "authenticated"
    listed = [
        Peer(name=f"peer-{n}", host=LOOPBACK, port=port, mode=mode, key_b64=secret) for n, port in enumerate(ports)
    ]
    return Plan(version=1, peers=listed, pps=PPS, reflect_key_b64=secret)


@contextmanager
def agent(url: str, port: int) -> Iterator[int]:
    """A `tally edge` process; yields its id."""
    with tempfile.TemporaryDirectory(prefix="tally-bench-edge-") as folder:
        token = Path(folder, "token")
        token.write_text("bench")
        words = ["--name", "bench-1", "--hub", url, "--state", f"{folder}/state", "--token-file", str(token)]
        words += ["--stamp", f"{LOOPBACK}:{port}", "--viewer", f"{LOOPBACK}:{port}"]
        with child("-m", "tallylight.edge", *words) as pid:
            yield pid


@contextmanager
def peers(agent_port: int, ports: list[int], key: bytes | None) -> Iterator[None]:
    """The process that plays the peers."""
    with child("-m", "bench.edge", "--peers", str(agent_port), "" if key is None else key.hex(), *map(str, ports)):
        yield


@contextmanager
def child(*words: str) -> Iterator[int]:
    source = os.pathsep.join(filter(None, [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH")]))
    with open(os.devnull, "wb") as nothing:
        process = subprocess.Popen(
            [sys.executable, *words], env=os.environ | {"PYTHONPATH": source}, stderr=nothing, cwd=ROOT
        )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)


@contextmanager
def hub(plan: Plan) -> Iterator[tuple[str, list[Batch]]]:
    """Takes everything; yields its address and the batches as they come."""
    batches: list[Batch] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == doors.ENROL_PATH:
                answer = to_json(EnrolReply(node="bench-1", key="bench", plan=plan))
            else:
                batches.append(decode(body))
                answer = to_json(Ack(sequence=batches[-1].sequence, plan_version=plan.version))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}", batches
    finally:
        server.shutdown()
        server.server_close()


def play_peers(agent_port: str, key_hex: str, *ports: str) -> None:
    """50 peers in one process: answer the agent, and send to it on their own grids. Ends when it is terminated."""
    key = bytes.fromhex(key_hex) or None
    reflecting = [(udp_socket(socket.AF_INET, bind=(LOOPBACK, int(port))), Reflector(key=key)) for port in ports]
    sending = [udp_socket(socket.AF_INET) for _ in ports]
    looks = round(1 / PPS / PEERS_LOOK_S)
    start, look = time.monotonic(), 0
    while True:
        look += 1
        time.sleep(max(0.0, start + look * PEERS_LOOK_S - time.monotonic()))
        for sock, reflector in reflecting:
            while (arrived := receive(sock)) is not None:
                if answer := reflector.answer(*arrived):
                    sock.sendto(answer, arrived[1])
        for sock in sending[look % looks :: looks]:
            sock.sendto(request(look // looks, key), (LOOPBACK, int(agent_port)))
        for sock in sending:
            while receive(sock) is not None:
                pass


def request(sequence: int, key: bytes | None) -> bytes:
    now = stamp.ntp(time.time_ns())
    if key is None:
        return stamp.open_request(sequence, now, stamp.UNSYNCHRONISED)
    return stamp.authenticated_request(sequence, now, stamp.UNSYNCHRONISED, key)


def floor() -> float:
    """The share of a core that as many bare `sendto` and `recvmsg` calls on loopback take."""
    near, far = udp_socket(socket.AF_INET, bind=(LOOPBACK, 0)), udp_socket(socket.AF_INET, bind=(LOOPBACK, 0))
    packet, address, count = bytes(stamp.OPEN_SIZE), far.getsockname(), 20_000
    start = time.process_time()
    for _ in range(count):
        near.sendto(packet, address)
        far.recvmsg(2048, 128)
    each = (time.process_time() - start) / count
    near.close()
    far.close()
    return 2 * PATHS * PPS * each


def processor_s(pid: int) -> float:
    """User and system seconds of all threads (proc(5), fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """The most that was ever resident (VmHWM)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def free_ports(count: int) -> list[int]:
    """Ports free for UDP and TCP, as far as one can tell."""
    found: list[int] = []
    for port in range(8600, 60_000):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            try:
                udp.bind((LOOPBACK, port))
                tcp.bind((LOOPBACK, port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no free ports")


def wait_for(condition: Any, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("the agent did not report")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
