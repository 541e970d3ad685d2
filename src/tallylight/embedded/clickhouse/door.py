"""ClickHouse's HTTP interface as an ASGI program. See https://clickhouse.com/docs/interfaces/http."""

from __future__ import annotations

import asyncio
import base64
import binascii
import gzip
import hmac
import json
import os
import time
import zlib
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import lz4.frame
import uvicorn
import zstandard

from tallylight.embedded.clickhouse.engine import Answer, EngineError, Pool
from tallylight.embedded.clickhouse.statement import BadStatement, Kind, Statement, read_statement
from tallylight.kernel.ids import new_id

USER = DATABASE = "tallylight"
#: Bounds in bytes, as sent and unpacked.
MAX_BODY, MAX_UNPACKED = 64 << 20, 256 << 20
#: More statements than this at once are turned away with 503.
MAX_WAITING = 64
#: Answers shorter than this are not worth compressing, in bytes.
MIN_COMPRESSED = 1024

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = dict[str, str]

#: ClickHouse's error codes to HTTP statuses, as its server does; all others are 500.
STATUS_OF = {
    **dict.fromkeys((6, 26, 27, 33, 38, 41, 43, 53, 62, 69, 70, 72, 117, 130), 400),
    **dict.fromkeys((46, 47, 50, 56, 60, 81, 115, 111), 404),
    **dict.fromkeys((164, 192, 193, 194, 497, 516), 403),
    48: 501,
    159: 408,
    202: 503,
    307: 413,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    body: bytes
    headers: Headers


class Refusal(Exception):
    """The request ends here, with ClickHouse's error `code`."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(f"Code: {code}. DB::Exception: {message}")


class Door:
    """The ASGI program. The engine comes up in its lifespan and goes down with it."""

    def __init__(self, folder: Path, password: str) -> None:
        self._folder = folder
        self._credentials = f"{USER}:{password}"
        self._waiting = 0
        self._pool: Pool | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await _answer(send, await self._reply(scope, receive), _headers(scope))

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            self._pool = await asyncio.to_thread(Pool, self._folder)
            await self._run(Statement(Kind.WRITE, f"CREATE DATABASE IF NOT EXISTS {DATABASE}", "TSV", "default"))
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.to_thread(self._pool.close)
        await send({"type": "lifespan.shutdown.complete"})

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        headers = _headers(scope)
        parameters = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        if scope["path"] in ("/ping", "/replicas_status"):
            return Reply(200, b"Ok.\n", {})
        query_id = parameters.get("query_id") or str(new_id())
        try:
            self._authorise(parameters, headers)
            body = _unpack(await _read_body(receive), headers.get("content-encoding", ""))
            statement = read_statement(parameters, body)
            answer = await self._run(_runnable(statement, scope))
        except (BadStatement, Refusal, EngineError) as error:
            return _refused(error, query_id)
        return Reply(200, answer.body, _about(statement, answer, query_id))

    def _authorise(self, parameters: dict[str, str], headers: Headers) -> None:
        sent = _credentials(parameters, headers)
        if not hmac.compare_digest(sent.encode(), self._credentials.encode()):
            raise Refusal(516, "Authentication failed: password is incorrect, or there is no such user.")

    async def _run(self, statement: Statement) -> Answer:
        assert self._pool is not None  # noqa: S101 - requests come after the lifespan began
        if self._waiting >= MAX_WAITING:
            raise Refusal(202, f"Too many simultaneous queries. Maximum: {MAX_WAITING}.")
        self._waiting += 1
        try:
            return await asyncio.shield(asyncio.wrap_future(self._pool.submit(statement)))
        finally:
            self._waiting -= 1


def serve(folder: Path, port: int, password: str) -> None:
    """Serve the engine's data in `folder` on loopback until told to stop. Times are UTC throughout."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    config = uvicorn.Config(
        Door(folder, password),
        host="127.0.0.1",
        port=port,
        access_log=False,
        log_level="warning",
        lifespan="on",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
        limit_concurrency=512,
    )
    uvicorn.Server(config).run()


def _headers(scope: Scope) -> Headers:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _credentials(parameters: dict[str, str], headers: Headers) -> str:
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return ""
    user = headers.get("x-clickhouse-user") or parameters.get("user", "")
    return f"{user}:{headers.get('x-clickhouse-key') or parameters.get('password', '')}"


def _runnable(statement: Statement, scope: Scope) -> Statement:
    """The statement if this request may run it: a GET changes nothing, as on a server."""
    if statement.kind is Kind.SESSION:
        raise Refusal(48, "This door keeps no sessions: send settings and the database with each request.")
    if not statement.answers_rows and scope["method"] not in ("POST", "PUT"):
        raise Refusal(164, "Cannot execute query in readonly mode. Use POST.")
    return statement


async def _read_body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(210, "The client went away.")
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise Refusal(307, f"The body is larger than {MAX_BODY} bytes.")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _unpack(body: bytes, encoding: str) -> bytes:
    """The body without its Content-Encoding, never larger than MAX_UNPACKED."""
    if encoding in ("", "identity"):
        return body
    readers: dict[str, Callable[[], Iterable[bytes]]] = {
        "lz4": lambda: [lz4.frame.LZ4FrameDecompressor().decompress(body, MAX_UNPACKED + 1)],
        "zstd": lambda: [
            zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True).read(MAX_UNPACKED + 1)
        ],
        "gzip": lambda: [zlib.decompressobj(31).decompress(body, MAX_UNPACKED + 1)],
        "deflate": lambda: [zlib.decompressobj().decompress(body, MAX_UNPACKED + 1)],
    }
    if encoding not in readers:
        raise Refusal(89, f"Unknown compression method: {encoding}")
    try:
        unpacked = b"".join(readers[encoding]())
    except (RuntimeError, zlib.error, zstandard.ZstdError, EOFError) as error:
        raise Refusal(271, f"Cannot decompress: {error}") from error
    if len(unpacked) > MAX_UNPACKED:
        raise Refusal(307, f"The unpacked body is larger than {MAX_UNPACKED} bytes.")
    return unpacked


def _about(statement: Statement, answer: Answer, query_id: str) -> Headers:
    summary = {
        "read_rows": answer.read_rows,
        "read_bytes": answer.read_bytes,
        "written_rows": answer.written_rows,
        "written_bytes": answer.written_bytes,
        "total_rows_to_read": 0,
        "result_bytes": len(answer.body),
        "elapsed_ns": int(answer.elapsed_s * 1e9),
    }
    headers = {
        "x-clickhouse-query-id": query_id,
        "x-clickhouse-server-display-name": "tallylight",
        "x-clickhouse-timezone": "UTC",
        "x-clickhouse-summary": json.dumps({name: str(value) for name, value in summary.items()}),
    }
    if statement.answers_rows:
        headers["x-clickhouse-format"] = statement.format
    return headers


def _refused(error: BadStatement | Refusal | EngineError, query_id: str) -> Reply:
    text = str(error) if str(error).startswith("Code: ") else f"Code: {error.code}. DB::Exception: {error}"
    headers = {"x-clickhouse-exception-code": str(error.code), "x-clickhouse-query-id": query_id}
    status = STATUS_OF.get(error.code, 500)
    if status == 503:
        headers["retry-after"] = "1"
    return Reply(status, text.encode() + b"\n", headers)


async def _answer(send: Send, reply: Reply, asked: Headers) -> None:
    body, encoding = await _pack(reply.body, asked.get("accept-encoding", ""))
    headers = {"content-type": "text/plain; charset=UTF-8", **reply.headers, "content-length": str(len(body))}
    if encoding:
        headers["content-encoding"] = encoding
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _pack(body: bytes, accepted: str) -> tuple[bytes, str]:
    names = {word.split(";")[0].strip() for word in accepted.split(",")}
    if len(body) < MIN_COMPRESSED:
        return body, ""
    if "zstd" in names:
        return await asyncio.to_thread(zstandard.ZstdCompressor(level=1).compress, body), "zstd"
    if "gzip" in names:
        return await asyncio.to_thread(gzip.compress, body, 1), "gzip"
    return body, ""
