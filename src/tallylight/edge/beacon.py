"""The viewers' listener: players tell `/beacon/<customer>` every few seconds that they play (CMCD, CTA-5004 query
form).

    GET or POST /beacon/<customer slug>?CMCD=<sid="…",cid="…">    204
    GET /healthz                                                  200

Any page may call it (CORS). Everything is bounded: request size, connections, sessions, idle time.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httptools

from tallylight.edge.cmcd import read_beat
from tallylight.edge.errors import AddressUnusable
from tallylight.edge.viewers import Viewers
from tallylight.kernel import clock

#: Octets of one request: its URL, headers and body.
MAX_REQUEST: Final = 16_384
MAX_CONNECTIONS: Final = 10_000
IDLE_S: Final = 60.0

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_REASONS: Final = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    503: "Service Unavailable",
}
_CORS: Final = (
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Methods: GET, POST, OPTIONS\r\n"
    "Access-Control-Allow-Headers: *\r\n"
    "Access-Control-Max-Age: 86400\r\n"
    "Cache-Control: no-store\r\n"
)


class BeaconListener:
    """Listens at `host`:`port` between `start` and `stop`, and notes heartbeats in `viewers`."""

    def __init__(self, host: str, port: int, viewers: Viewers) -> None:
        self._host, self._port = host, port
        self.viewers = viewers
        self.connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> tuple[str, int]:
        """Begin to listen; returns the address. Raises AddressUnusable."""
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _Connection(self), self._host, self._port)
        except OSError as wrong:
            raise AddressUnusable(address=f"{self._host}:{self._port}", reason=wrong.strerror or str(wrong)) from wrong
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def stop(self) -> None:
        """Stop listening and close what is open."""
        if self._server is not None:
            self._server.close()
            for connection in list(self.connections):
                connection.close()
            await self._server.wait_closed()

    def answer(self, method: str, url: str) -> int:
        """The status for a request, after noting its heartbeat."""
        target = urlsplit(url)
        if target.path == "/healthz":
            return 200
        top, _, customer = target.path.lstrip("/").partition("/")
        if top != "beacon" or not _SLUG.fullmatch(customer):
            return 404
        if method == "OPTIONS":
            return 204
        if method not in ("GET", "POST"):
            return 405
        beat = read_beat(parse_qs(target.query, max_num_fields=32).get("CMCD", [""])[0])
        if beat is None:
            return 400
        return 204 if self.viewers.heard(customer, beat, now_s=clock.monotonic()) else 503


class _Connection(asyncio.Protocol):
    """One player's connection, kept alive; httptools (llhttp) reads it."""

    def __init__(self, listener: BeaconListener) -> None:
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._size = 0
        self._unfinished = 0

    # asyncio calls these.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP has no other
        self._transport = transport
        if len(self._listener.connections) >= MAX_CONNECTIONS:
            self._respond(503, keep_alive=False)
            return
        self._listener.connections.add(self)
        self._wait()

    def data_received(self, data: bytes) -> None:
        self._unfinished += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.close()  # answered as if it had not been asked for
        except httptools.HttpParserError:
            self._respond(413 if self._size > MAX_REQUEST else 400, keep_alive=False)
        else:
            if self._unfinished > 2 * MAX_REQUEST:
                self._respond(413, keep_alive=False)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._listener.connections.discard(self)
        if self._idle is not None:
            self._idle.cancel()

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()

    # httptools calls these.

    def on_url(self, url: bytes) -> None:
        self._url += url
        self._grow(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._grow(len(name) + len(value))

    def on_body(self, body: bytes) -> None:
        self._grow(len(body))

    def _grow(self, octets: int) -> None:
        self._size += octets
        if self._size > MAX_REQUEST:
            raise ValueError("the request is too large")  # the parser stops and says HttpParserError

    def on_message_complete(self) -> None:
        method = self._parser.get_method().decode("ascii")
        status = self._listener.answer(method, self._url.decode("ascii", "replace"))
        self._respond(status, keep_alive=self._parser.should_keep_alive())
        self._url, self._size, self._unfinished = b"", 0, 0
        self._wait()

    def _respond(self, status: int, *, keep_alive: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        connection = "keep-alive" if keep_alive else "close"
        length = "" if status == 204 else "Content-Length: 0\r\n"
        head = f"HTTP/1.1 {status} {_REASONS[status]}\r\n{_CORS}{length}Connection: {connection}\r\n\r\n"
        self._transport.write(head.encode("ascii"))
        if not keep_alive:
            self._transport.close()

    def _wait(self) -> None:
        """Close the connection if nothing comes for a while."""
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_S, self.close)
