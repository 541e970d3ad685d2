"""The hub as the agent sees it: one kept-alive connection, one request at a time, a bound on everything."""

from __future__ import annotations

import http.client
import ssl
from contextlib import suppress
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from tallylight.edge.errors import HubUnreachable
from tallylight.kernel import clock
from tallylight.wire import doors

_LARGEST_ANSWER: Final = 4 << 20
_LONGEST_RETRY_S: Final = 300.0


class Answer(NamedTuple):
    """What the hub said; `retry_after_s` only if it asked for a pause."""

    status: int
    body: bytes
    retry_after_s: float | None

    @property
    def reason(self) -> str:
        """The title of a problem-details answer, or the status."""
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            problem = msgspec.json.decode(self.body, type=_Problem)
            return " ".join(part for part in (problem.title, problem.detail) if part) or f"HTTP {self.status}"
        return f"HTTP {self.status}"


class _Problem(msgspec.Struct):
    title: str = ""
    detail: str = ""


class Hub:
    """Posts to the hub at `base` (http or https). Not for use by several threads, but `abort` may come from any."""

    def __init__(self, base: str, *, timeout_s: float = 5.0) -> None:
        address = urlsplit(base)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise HubUnreachable(hub=base, reason="it is not an http or https address")
        self.base = base
        self._prefix = address.path.rstrip("/")
        self._connection: http.client.HTTPConnection
        if address.scheme == "https":
            context = ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(
                address.hostname, address.port, timeout=timeout_s, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(address.hostname, address.port, timeout=timeout_s)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """The hub's answer. Raises HubUnreachable when there is none.

        A kept connection that the hub has closed meanwhile is opened again once: everything posted here is harmless
        when repeated.
        """
        kept = self._connection.sock is not None
        try:
            return self._exchange(path, body, headers)
        except (OSError, http.client.HTTPException) as wrong:
            self._connection.close()
            if not kept or isinstance(wrong, TimeoutError):
                raise self._unreachable(wrong) from wrong
        try:
            return self._exchange(path, body, headers)
        except (OSError, http.client.HTTPException) as wrong:
            self._connection.close()
            raise self._unreachable(wrong) from wrong

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def abort(self) -> None:
        """Make a `post` that waits for the hub fail now."""
        sock = self._connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(2)

    def _exchange(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        self._connection.request("POST", self._prefix + path, body, headers)
        response = self._connection.getresponse()
        content = response.read(_LARGEST_ANSWER)
        if not response.isclosed():
            self._connection.close()
        return Answer(response.status, content, _seconds(response.headers.get("Retry-After")))

    def _unreachable(self, wrong: Exception) -> HubUnreachable:
        reason = wrong.strerror if isinstance(wrong, OSError) and wrong.strerror else str(wrong) or type(wrong).__name__
        return HubUnreachable(hub=self.base, reason=reason)


def batch_headers(key: str, plan_version: int) -> dict[str, str]:
    """The headers of a batch that is sent now. They hold the node key: not for logs."""
    return {
        "Authorization": f"Bearer {key}",
        "Content-Type": doors.BATCH_TYPE,
        "Content-Encoding": doors.BATCH_ENCODING,
        doors.PLAN_HEADER: str(plan_version),
        doors.CLOCK_HEADER: str(int(clock.unix_seconds() * 1_000_000)),
    }


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After in its form of seconds, bounded; the form of a date is left to our own back-off."""
    if retry_after is None or not retry_after.strip().isdigit():
        return None
    return min(float(retry_after), _LONGEST_RETRY_S)
