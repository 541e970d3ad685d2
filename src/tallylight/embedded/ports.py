"""Who holds a port."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable

import psutil

from tallylight.embedded.errors import AlreadyRunning
from tallylight.kernel import clock

#: A predecessor that was killed a moment ago may still be letting go, in seconds.
RELEASE_S = 3.0


def require_free(ports: Iterable[int]) -> None:
    """Wait shortly until all are free on loopback. Raises AlreadyRunning naming who holds one."""
    deadline = clock.monotonic() + RELEASE_S
    for port in ports:
        while not is_free(port):
            if clock.monotonic() > deadline:
                raise AlreadyRunning(what=f"Port {port}", holder=holder(port))
            time.sleep(0.1)


def is_free(port: int) -> bool:
    """Whether `port` could be listened on (TCP, loopback)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def holder(port: int) -> str:
    """Who listens on `port`, as well as we may know: other users' processes are not shown to us."""
    process = _listener(port)
    return f"{process.name()} (process {process.pid})" if process else "another user's process"


def _listener(port: int) -> psutil.Process | None:
    try:
        found = psutil.net_connections("inet")
    except psutil.AccessDenied:
        return None
    for connection in found:
        if (
            connection.laddr
            and connection.laddr.port == port
            and connection.pid
            and connection.status == psutil.CONN_LISTEN
        ):
            try:
                return psutil.Process(connection.pid)
            except psutil.NoSuchProcess:
                return None
    return None
