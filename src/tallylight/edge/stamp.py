"""STAMP test packets (RFC 8762), with the session identifier of RFC 8972. Octets in, octets out; no socket, no clock.

    sender, unauthenticated     44 octets   RFC 8762 figure 2
    sender, authenticated      112 octets   figure 4
    reflector, unauthenticated  44 octets   figure 5
    reflector, authenticated   112 octets   figure 6

A TWAMP-Light sender (RFC 5357 appendix I) may send less (14 octets) or more (padding): the reply is as long as the
request, and at least 44. A TWAMP-Light reflector's reply is the same from octet 0 to 40. Timestamps are NTP 64-bit
values on the wire and integer nanoseconds of the unix epoch everywhere else.
"""

from __future__ import annotations

import hmac
import struct
from typing import Final, NamedTuple

OPEN_SIZE: Final = 44
AUTHENTICATED_SIZE: Final = 112
SHORTEST_REQUEST: Final = 14
SHORTEST_REPLY: Final = 41

_SIGNED: Final = 96
_NTP_OF_UNIX_EPOCH: Final = 2_208_988_800
_SYNCHRONISED: Final = 0x8000
_PTP: Final = 0x4000
#: Error estimate of a clock that nobody vouches for: not synchronised, the largest error the field can say (Multiplier
#: not 0).
UNSYNCHRONISED: Final = 0x3FFF

_OPEN_REQUEST = struct.Struct(">IQHH28x")
_OPEN_REPLY = struct.Struct(">IQHHQIQHHB3x")
_AUTHENTICATED_REQUEST = struct.Struct(">I12xQHH68x")
_AUTHENTICATED_REPLY = struct.Struct(">I12xQHH4xQ8xI12xQH6xB15x")
_REQUEST_HEAD = struct.Struct(">IQH")
_REPLY_HEAD = struct.Struct(">IQHHQIQHHB")
_SSID = struct.Struct(">H")


class Request(NamedTuple):
    """A sender's packet as the reflector reads it; `timestamp` and `error` are kept raw, to be echoed."""

    sequence: int
    timestamp: int
    error: int
    ssid: int


class Reply(NamedTuple):
    """A reflector's packet: `t2_ns` arrival and `t3_ns` departure by its clock, `timestamp` the echo of what was
    sent.
    """

    sequence: int
    t2_ns: int
    t3_ns: int
    error: int
    sent_sequence: int
    timestamp: int
    ttl: int


def ntp(unix_ns: int) -> int:
    """The NTP 64-bit timestamp (RFC 5905 section 6) of an instant: 32 bits of seconds since 1900, wrapping, 32 of
    fraction.
    """
    seconds, rest = divmod(unix_ns, 1_000_000_000)
    return (seconds + _NTP_OF_UNIX_EPOCH & 0xFFFF_FFFF) << 32 | (rest << 32) // 1_000_000_000


def unix_ns(ntp_timestamp: int) -> int:
    """The inverse of `ntp`, to a nanosecond, for instants from 1970 to 2106 (eras 0 and 1)."""
    seconds = (ntp_timestamp >> 32) - _NTP_OF_UNIX_EPOCH
    if seconds < 0:
        seconds += 1 << 32
    return seconds * 1_000_000_000 + ((ntp_timestamp & 0xFFFF_FFFF) * 1_000_000_000 + (1 << 31) >> 32)


def error_estimate(error_us: int | None) -> int:
    """The Error Estimate field (RFC 4656 section 4.1.2): S, Z, scale and multiplier of an error rounded up; None: not
    synchronised.
    """
    if error_us is None:
        return UNSYNCHRONISED
    multiplier, scale = (error_us << 32) // 1_000_000 + 1, 0
    while multiplier > 0xFF:
        multiplier, scale = (multiplier + 1) >> 1, scale + 1
    return _SYNCHRONISED | min(scale, 63) << 8 | multiplier


def error_us(estimate: int) -> int | None:
    """Microseconds that an Error Estimate states, rounded up, or None for a clock that is not synchronised."""
    if not estimate & _SYNCHRONISED:
        return None
    return (((estimate & 0xFF) << (estimate >> 8 & 0x3F)) * 1_000_000 + 0xFFFF_FFFF) >> 32


def open_request(sequence: int, timestamp: int, error: int) -> bytes:
    """An unauthenticated sender packet; `timestamp` is NTP."""
    return _OPEN_REQUEST.pack(sequence, timestamp, error, 0)


def authenticated_request(sequence: int, timestamp: int, error: int, key: bytes) -> bytes:
    """An authenticated sender packet: HMAC-SHA-256 over the first 96 octets, its first 16 octets at the end (section
    4.4).
    """
    return _sign(_AUTHENTICATED_REQUEST.pack(sequence, timestamp, error, 0), key)


def is_authentic(packet: bytes, key: bytes) -> bool:
    """Whether a packet of 112 octets or more carries the HMAC of `key`."""
    tag = packet[_SIGNED:AUTHENTICATED_SIZE]
    return hmac.compare_digest(hmac.digest(key, packet[:_SIGNED], "sha256")[:16], tag)


def read_open_request(packet: bytes) -> Request | None:
    """What an unauthenticated sender (STAMP or TWAMP-Light) sent; None when it is too short to be one."""
    if len(packet) < SHORTEST_REQUEST:
        return None
    ssid = _SSID.unpack_from(packet, 14)[0] if len(packet) >= OPEN_SIZE else 0
    sequence, timestamp, error = _REQUEST_HEAD.unpack_from(packet)
    return Request(sequence, timestamp, error, ssid)


def read_authenticated_request(packet: bytes) -> Request | None:
    """What an authenticated sender sent; None when it is too short. Check `is_authentic` first."""
    if len(packet) < AUTHENTICATED_SIZE:
        return None
    return Request(*_AUTHENTICATED_REQUEST.unpack_from(packet))


def open_reply(request: Request, packet: bytes, *, sequence: int, t2: int, t3: int, error: int, ttl: int) -> bytes:
    """The unauthenticated reply to `packet`, as long as it was (padding and extensions come back as sent), at least 44
    octets.

    `t2` (arrival) and `t3` (departure) are NTP timestamps; `ttl` is what the packet arrived with.
    """
    reply = _OPEN_REPLY.pack(
        sequence, t3, error, request.ssid, t2, request.sequence, request.timestamp, request.error, 0, ttl
    )
    return reply if len(packet) <= OPEN_SIZE else reply + packet[OPEN_SIZE:]


def authenticated_reply(
    request: Request, packet: bytes, *, sequence: int, t2: int, t3: int, error: int, ttl: int, key: bytes
) -> bytes:
    """The authenticated reply to `packet`; see `open_reply`."""
    head = _AUTHENTICATED_REPLY.pack(
        sequence, t3, error, request.ssid, t2, request.sequence, request.timestamp, request.error, ttl
    )
    return _sign(head, key) + packet[AUTHENTICATED_SIZE:]


def read_open_reply(packet: bytes) -> Reply | None:
    """What an unauthenticated reflector (STAMP or TWAMP-Light) answered; None when it is too short to be a reply."""
    if len(packet) < SHORTEST_REPLY:
        return None
    sequence, t3, error, _, t2, sent, timestamp, _, _, ttl = _REPLY_HEAD.unpack_from(packet)
    instant = _ptp_ns if error & _PTP else unix_ns
    return Reply(sequence, instant(t2), instant(t3), error, sent, timestamp, ttl)


def read_authenticated_reply(packet: bytes) -> Reply | None:
    """What an authenticated reflector answered; None when it is too short. Check `is_authentic` first."""
    if len(packet) < AUTHENTICATED_SIZE:
        return None
    sequence, t3, error, _, t2, sent, timestamp, _, ttl = _AUTHENTICATED_REPLY.unpack_from(packet)
    instant = _ptp_ns if error & _PTP else unix_ns
    return Reply(sequence, instant(t2), instant(t3), error, sent, timestamp, ttl)


def _sign(head: bytes, key: bytes) -> bytes:
    return head + hmac.digest(key, head, "sha256")[:16]


def _ptp_ns(timestamp: int) -> int:
    """A truncated PTPv2 timestamp (Z bit set): 32 bits of seconds, 32 of nanoseconds."""
    return (timestamp >> 32) * 1_000_000_000 + (timestamp & 0xFFFF_FFFF)
