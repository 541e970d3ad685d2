"""The hub's doors over HTTP: a few addresses, bounded bodies, problem details. An ASGI program of its own, small on purpose."""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import structlog

from tallylight.kernel.errors import NotSignedIn, TallyError, TooMany, Unavailable
from tallylight.telemetry.bucket import Bucket
from tallylight.telemetry.errors import BodyTooSlow, HubTooBusy, NodeTooBusy, NoSuchDoor
from tallylight.telemetry.ingest import Ingest
from tallylight.telemetry.live import LIVE_PATH
from tallylight.wire import doors
from tallylight.wire.errors import BatchTooLarge
from tallylight.wire.plan import EnrolReply, EnrolRequest, from_json, to_json

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
#: An error as a problem details object.
Problem = Callable[[TallyError], dict[str, Any]]

HEALTH_PATH: Final = "/healthz"
MAX_ENROL_BODY: Final = 16 << 10
#: A body has to be here within this long (s).
BODY_S: Final = 20.0
#: Enrolments taken a second, and at once: tokens can't be guessed, and PostgreSQL is spared.
ENROLMENTS_RATE: Final = 5.0
ENROLMENTS_BURST: Final = 50.0
#: What a sender is asked to wait (s).
RETRY_AFTER_S: Final = {NodeTooBusy.code: 2, HubTooBusy.code: 1}
RETRY_LATER_S: Final = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What a door is told. The body is read when the door asks for it: after it knows who is there."""

    headers: dict[bytes, bytes]
    receive: Receive

    def header(self, name: str) -> str:
        """A header's value, "" without it."""
        return self.headers.get(name.lower().encode(), b"").decode("latin-1")

    @property
    def bearer(self) -> str:
        """The bearer token. Raises NotSignedIn without one."""
        scheme, _, token = self.header("Authorization").partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > 512:
            raise NotSignedIn
        return token

    async def body(self, bound: int) -> bytes:
        """The body. Raises BatchTooLarge as soon as it passes `bound`, by its stated length if it has one."""
        stated = self.header("Content-Length")
        if stated.isdecimal() and int(stated) > bound:
            raise BatchTooLarge(what="octets", size=int(stated), bound=bound)
        try:
            async with asyncio.timeout(BODY_S):
                return await _read(self.receive, bound)
        except TimeoutError:
            raise BodyTooSlow from None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a door says."""

    body: bytes
    status: int = 200
    kind: str = doors.JSON_TYPE
    retry_after_s: int = 0


Door = Callable[[Request], Awaitable[Reply]]


@dataclass(slots=True)
class Hub:
    """The ASGI program. `enrol` redeems a token; `live` is the snapshot's JSON; `health` says (well, facts).

    Every refusal is counted in `refused` by its problem code.
    """

    ingest: Ingest
    enrol: Callable[[EnrolRequest], Awaitable[EnrolReply]]
    live: Callable[[], bytes]
    health: Callable[[], tuple[bool, dict[str, Any]]]
    live_token: str
    problem: Problem
    refused: Counter[str] = field(default_factory=Counter)
    enrolments: Bucket = field(default_factory=lambda: Bucket(ENROLMENTS_RATE, ENROLMENTS_BURST))
    _doors: dict[tuple[str, str], Door] = field(init=False)

    def __post_init__(self) -> None:
        self._doors = {
            ("POST", doors.BATCHES_PATH): self._take_batch,
            ("POST", doors.ENROL_PATH): self._enrol,
            ("GET", LIVE_PATH): self._live,
            ("GET", HEALTH_PATH): self._health,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. Whatever happens, an answer is sent and the next request is not affected."""
        if scope["type"] != "http":
            return
        try:
            reply = await self._answer(scope, receive)
        except TallyError as error:
            reply = self._refusal(error)
        except Exception:
            log.exception("unexpected error", path=scope["path"])
            reply = self._refusal(TallyError())
        await _send(send, reply)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        door = self._doors.get((scope["method"], scope["path"]))
        if door is None:
            raise NoSuchDoor
        return await door(Request(dict(scope["headers"]), receive))

    async def _take_batch(self, request: Request) -> Reply:
        node = await self.ingest.sender(request.bearer)
        ack = await self.ingest.take(
            node,
            await request.body(doors.MAX_BODY),
            plan_version=request.header(doors.PLAN_HEADER),
            node_clock=request.header(doors.CLOCK_HEADER),
        )
        return Reply(to_json(ack))

    async def _enrol(self, request: Request) -> Reply:
        if not self.enrolments.spend():
            raise TooMany
        body = await request.body(MAX_ENROL_BODY)
        return Reply(to_json(await self.enrol(from_json(body, EnrolRequest))))

    async def _live(self, request: Request) -> Reply:
        if not hmac.compare_digest(request.bearer.encode(), self.live_token.encode()):
            raise NotSignedIn
        return Reply(self.live())

    async def _health(self, _request: Request) -> Reply:
        well, facts = self.health()
        return Reply(msgspec.json.encode(facts), status=200 if well else 503)

    def _refusal(self, error: TallyError) -> Reply:
        self.refused[error.code] += 1
        later = isinstance(error, TooMany | Unavailable)
        body = msgspec.json.encode(self.problem(error))
        wait = RETRY_AFTER_S.get(error.code, RETRY_LATER_S) if later else 0
        return Reply(body, error.status, doors.PROBLEM_TYPE, retry_after_s=wait)


async def _read(receive: Receive, bound: int) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BodyTooSlow
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > bound:
            raise BatchTooLarge(what="octets", size=size, bound=bound)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _send(send: Send, reply: Reply) -> None:
    headers = [
        (b"content-type", reply.kind.encode()),
        (b"content-length", str(len(reply.body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if reply.retry_after_s:
        headers.append((b"retry-after", str(reply.retry_after_s).encode()))
    if reply.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
