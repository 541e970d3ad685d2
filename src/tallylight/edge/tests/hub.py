"""A small hub for tests: real HTTP, everything it was sent kept in memory, answers as told."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

from tallylight.wire import doors
from tallylight.wire.batch import Batch, decode
from tallylight.wire.plan import Ack, EnrolReply, EnrolRequest, Plan, from_json, to_json

KEY = "node-key-for-tests"
TOKEN = "enrol-token-for-tests"


def until(condition: Callable[[], object], *, seconds: float = 15.0) -> None:
    """Wait until `condition` holds; fail the test when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class TestHub:
    """Listens between `start` and `stop` on one port, again and again; `batches` are those it acknowledged, in
    order.
    """

    __test__ = False

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.enrolments: list[EnrolRequest] = []
        self.plan = Plan(version=1)
        self.token = TOKEN
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.refused = False
        self.requests = 0
        self.port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sequences(self) -> list[int]:
        return [batch.sequence for batch in self.batches]

    def start(self) -> None:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                hub.connections.append(self.connection)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers, answer = hub.respond(self.path, dict(self.headers), body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
                return  # a connection that `stop` has cut

        self.connections: list[socket.socket] = []
        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def respond(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.requests += 1
        if self.answers:
            return self.answers.pop(0)
        if path == doors.ENROL_PATH:
            return self._enrol(from_json(body, EnrolRequest))
        if self.refused or headers.get("Authorization") != f"Bearer {KEY}":
            return problem(401, "This node key is not known, or the node was retired.")
        batch = decode(body)
        self.batches.append(batch)
        known = int(headers[doors.PLAN_HEADER])
        plan = None if known == self.plan.version else self.plan
        return 200, {}, to_json(Ack(sequence=batch.sequence, plan_version=self.plan.version, plan=plan))

    def _enrol(self, request: EnrolRequest) -> tuple[int, dict[str, str], bytes]:
        if request.token != self.token or self.enrolments:
            return problem(403, "This enrolment token is not valid for node sin-1 (used).")
        self.enrolments.append(request)
        return 200, {}, to_json(EnrolReply(node=request.name, key=KEY, plan=self.plan))


def problem(status: int, title: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    body = msgspec.json.encode({"type": "about:blank", "status": status, "title": title})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, {"Content-Type": doors.PROBLEM_TYPE, **named}, body
