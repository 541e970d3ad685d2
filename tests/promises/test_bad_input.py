"""Whatever is thrown at hub and web gets a plain answer that a program can read, is counted at the hub, and stops nothing."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx
import msgspec
import pytest
import zstandard

from tallylight.config.environment import HUB
from tallylight.kernel import clock
from tallylight.kernel.chance import generator
from tallylight.wire import doors
from tallylight.wire.batch import Batch, HostColumns, encode
from tallylight.wire.columns import pack
from tests.promises.installation import Installation, installed, private_folder

REGION = "ap-southeast"
JSON = "application/json"

pytestmark = pytest.mark.timeout(240)


class Node:
    """A node of our own at the hub: it may send whatever it likes."""

    def __init__(self, here: Installation, name: str) -> None:
        self.here, self.name, self.sequence = here, name, int(clock.unix_seconds() * 1_000)
        token = here.tally("manage", "enrol", name, REGION).stdout.strip()
        facts = {"token": token, "name": name, "agent": "test", "host": "127.0.0.1", "stamp_port": 9, "viewer_port": 9}
        self.key = httpx.post(here.hub_url(doors.ENROL_PATH), json=facts).raise_for_status().json()["key"]

    def batch(self, **changed: Any) -> Batch:
        """A good batch of this second, but for what is changed."""
        self.sequence += 1
        now_us = int(clock.unix_seconds() * 1e6)
        good = Batch(node=self.name, sequence=self.sequence, sent_at_us=now_us, agent="test", host=machine())
        return msgspec.structs.replace(good, **changed)

    def send(self, body: bytes | Iterable[bytes], *, clock_off_s: float = 0.0) -> httpx.Response:
        """Post a body as a batch."""
        now_us = int((clock.unix_seconds() + clock_off_s) * 1e6)
        headers = {"Authorization": f"Bearer {self.key}", doors.CLOCK_HEADER: str(now_us)}
        return httpx.post(self.here.hub_url(doors.BATCHES_PATH), content=body, headers=headers, timeout=30)

    def refused(self) -> dict[str, int]:
        """How often the hub has refused something, by the problem's code."""
        counts = httpx.get(self.here.hub_url("/healthz")).json()["counts"]
        return dict(counts["refused"])


def machine(**changed: bytes) -> HostColumns:
    columns = {name: pack(dtype, [0]) for name, dtype in HostColumns.DTYPES.items()}
    at = {"at_s": pack("<u4", [int(clock.unix_seconds())])}
    return HostColumns(**{**columns, **at, **changed})


@pytest.fixture(scope="module")
def here() -> Iterator[Installation]:
    with private_folder("tally-bad-") as folder, installed(folder / "home", "--no-demo") as found:
        region = f"from tallylight.fleet import api; api.add_region('{REGION}', en='Singapore', zh='新加坡')"
        assert found.tally("manage", "shell", "--no-imports", "-c", region).returncode == 0
        yield found


@pytest.fixture(scope="module")
def node(here: Installation) -> Node:
    return Node(here, "lab-1")


@pytest.fixture(autouse=True)
def stops_nothing(node: Node) -> Iterator[None]:
    """After whatever it was, the next good batch is taken."""
    yield
    answer = node.send(encode(node.batch()))
    assert answer.status_code == 200, answer.text
    assert answer.json()["sequence"] == node.sequence


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    """Whether it is a problem that names itself, in sentences for a person too."""
    assert answer.headers["content-type"] == doors.PROBLEM_TYPE, answer.text
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code), body
    return bool(body["type"].endswith(code) and body["title"] and body["detail"])


BAD: dict[str, tuple[int, str, Callable[[Node], httpx.Response]]] = {
    "noise": (400, "garbled-batch", lambda node: node.send(generator(1).randbytes(4_096))),
    "half a batch": (400, "garbled-batch", lambda node: node.send(encode(node.batch())[:-9])),
    "two batches in one": (400, "garbled-batch", lambda node: node.send(encode(node.batch()) * 2)),
    "something else, well packed": (
        400,
        "garbled-batch",
        lambda node: node.send(zstandard.compress(b"\x81\xa4node\x01")),
    ),
    "a negative share": (
        400,
        "garbled-batch",
        lambda node: node.send(encode(node.batch(host=machine(memory=struct.pack("<d", -0.5))))),
    ),
    "a negative sequence": (400, "garbled-batch", lambda node: node.send(encode(node.batch(sequence=-1)))),
    "a clock hours behind": (400, "clock-off", lambda node: node.send(encode(node.batch()), clock_off_s=-7_200)),
    "too many octets, without saying how many": (
        413,
        "batch-too-large",
        lambda node: node.send(bytes(1 << 16) for _ in range((doors.MAX_BODY >> 16) + 1)),
    ),
    "a great deal of nothing": (
        413,
        "batch-too-large",
        lambda node: node.send(zstandard.ZstdCompressor(level=19).compress(bytes(256 << 20))),
    ),
    "an enrolment without end": (
        413,
        "batch-too-large",
        lambda node: httpx.post(node.here.hub_url(doors.ENROL_PATH), content=bytes(1 << 20)),
    ),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_answered_and_counted(node: Node, bad: str) -> None:
    status, code, send = BAD[bad]
    before = node.refused().get(code, 0)
    assert is_problem(send(node), status, code)
    assert node.refused()[code] == before + 1


def test_octets_that_are_no_request_end_only_their_own_connection(node: Node) -> None:
    for octets in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"GET\r\n\r\n", generator(2).randbytes(2_048)):
        with socket.create_connection(("127.0.0.1", node.here.port + HUB), timeout=5) as line:
            line.sendall(octets + b"\r\n\r\n")
            assert not line.recv(4_096).startswith(b"HTTP/1.1 2")


def test_a_request_that_never_ends_keeps_nobody_waiting(node: Node) -> None:
    head = f"POST {doors.BATCHES_PATH} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {node.key}\r\nContent-Length: 900\r\n\r\n"
    lines = [socket.create_connection(("127.0.0.1", node.here.port + HUB), timeout=5) for _ in range(50)]
    try:
        for line in lines:
            line.sendall(head.encode() + b"x")
        assert node.send(encode(node.batch())).status_code == 200
    finally:
        for line in lines:
            line.close()


WEB: dict[str, tuple[int, str, dict[str, Any]]] = {
    "an address that is none": (404, "not-found", {"url": "/api/v1/nothing"}),
    "a page that is none": (404, "not-found", {"url": "/nothing", "headers": {"Accept": "application/json"}}),
    "a token that nobody has": (401, "not-signed-in", {"headers": {"Authorization": "Bearer tally_nobody"}}),
    "a session that is none": (401, "not-signed-in", {"headers": {"Cookie": "sessionid=%00../../etc/passwd"}}),
    "another method": (405, "other-method", {"method": "DELETE"}),
    "half a document": (
        400,
        "invalid",
        {"method": "POST", "content": b'{"title": ', "headers": {"Content-Type": JSON}},
    ),
    "too much": (413, "too-large", {"method": "POST", "content": bytes(3 << 20), "headers": {"Content-Type": JSON}}),
    "a character that ends strings": (400, "nul-byte", {"url": "/api/v1/tickets/%00"}),
    "another host's name": (400, "invalid", {"headers": {"Host": "evil.example"}}),
    "a form without its token": (
        403,
        "form-expired",
        {"method": "POST", "url": "/login", "data": {"a": "b"}, "headers": {"Accept": "application/json"}},
    ),
}


@pytest.mark.parametrize("bad", WEB)
def test_bad_requests_to_the_web_are_answered_and_stop_nothing(here: Installation, bad: str) -> None:
    status, code, request = WEB[bad]
    facts = {"method": "GET", "url": "/api/v1/tickets"} | request
    answer = httpx.request(facts.pop("method"), here.url(facts.pop("url")), timeout=30, **facts)
    assert is_problem(answer, status, code)
    assert httpx.get(here.url("/api/v1/openapi.json"), timeout=30).status_code == 200
