"""UDP sockets whose packets carry the instant at which the kernel took them in."""

from __future__ import annotations

import socket
import struct
import time
from typing import Final

#: (host, port) or, for IPv6, (host, port, flow, scope), as the socket module has it.
Address = tuple[str, int] | tuple[str, int, int, int]

#: Linux numbers that the socket module does not name.
_TIMESTAMPNS: Final = 35
_RCVBUFFORCE: Final = 33
_RECVTTL: Final = 12
_IPV6_HOPLIMIT: Final = 52
_TIMESPEC = struct.Struct("@qq")
_INT = struct.Struct("@i")
_CONTROL_SIZE: Final = 128
_LARGEST: Final = 2048
_RECEIVE_BUFFER: Final = 4 << 20
_UNKNOWN_TTL: Final = 255


def udp_socket(family: int, *, bind: Address | None = None) -> socket.socket:
    """A non-blocking UDP socket with kernel receive timestamps where the system gives them. Raises OSError if it can't
    bind.
    """
    sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        _enlarge(sock)
        _ask(sock, socket.SOL_SOCKET, _TIMESTAMPNS)
        if family == socket.AF_INET6:
            _ask(sock, socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT)
        else:
            _ask(sock, socket.IPPROTO_IP, _RECVTTL)
        if bind is not None:
            sock.bind(bind)
    except OSError:
        sock.close()
        raise
    return sock


def has_kernel_timestamps(sock: socket.socket) -> bool:
    """Whether `receive` tells when the kernel took a packet in; otherwise it tells when it was read, so read at
    once.
    """
    try:
        return bool(sock.getsockopt(socket.SOL_SOCKET, _TIMESTAMPNS))
    except OSError:
        return False


def receive(sock: socket.socket) -> tuple[bytes, Address, int, int] | None:
    """The next packet: octets, source, unix nanoseconds of arrival, TTL (255 when not told). None when there is none
    now.
    """
    try:
        packet, control, _, source = sock.recvmsg(_LARGEST, _CONTROL_SIZE)
    except (BlockingIOError, InterruptedError):
        return None
    arrival_ns, ttl = 0, _UNKNOWN_TTL
    for level, kind, value in control:
        if kind == _TIMESTAMPNS and level == socket.SOL_SOCKET:
            seconds, nanos = _TIMESPEC.unpack(value)
            arrival_ns = seconds * 1_000_000_000 + nanos
        elif kind in (socket.IP_TTL, _IPV6_HOPLIMIT):
            ttl = _INT.unpack(value)[0]
    return packet, source, arrival_ns or time.time_ns(), ttl


def _ask(sock: socket.socket, level: int, option: int) -> None:
    """Switch `option` on; a system without it is read less exactly, not refused."""
    try:
        sock.setsockopt(level, option, 1)
    except OSError:
        return


def _enlarge(sock: socket.socket) -> None:
    """Room for about a second of packets while the process is kept from running: past the system's bound where
    allowed.
    """
    for option in (_RCVBUFFORCE, socket.SO_RCVBUF):
        try:
            sock.setsockopt(socket.SOL_SOCKET, option, _RECEIVE_BUFFER)
        except OSError:
            continue
        return
