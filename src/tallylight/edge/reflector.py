"""The stateful session-reflector (RFC 8762 section 4.3): every session has a sequence of its own, so that a sender can
tell loss on the way here from loss on the way back."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from tallylight.edge import stamp
from tallylight.edge.sockets import Address

#: Sessions remembered; the one unused for longest makes room, so that forged sources cost nothing but their own.
MAX_SESSIONS: Final = 4096


@dataclass(slots=True)
class ReflectorCounters:
    """Packets since the start: answered, unreadable (too short), refused (not authentic, or open while only authentic
    are taken).
    """

    answered: int = 0
    unreadable: int = 0
    refused: int = 0


class Reflector:
    """Answers senders. `key` is what authenticated senders share; with `open_too` unauthenticated ones are answered as
    well.

    A session is a source address and a session identifier (RFC 8972).
    """

    def __init__(self, *, key: bytes | None = None, open_too: bool = True, max_sessions: int = MAX_SESSIONS) -> None:
        self.key = key
        self.open_too = open_too
        self.error = stamp.UNSYNCHRONISED
        self.counters = ReflectorCounters()
        self._max_sessions = max_sessions
        self._sessions: OrderedDict[tuple[Address, int], int] = OrderedDict()

    def answer(self, packet: bytes, source: Address, arrival_ns: int, ttl: int) -> bytes | None:
        """The reply to `packet`, or None when there is to be none. `arrival_ns` is unix nanoseconds."""
        key = self.key
        if key is not None and len(packet) >= stamp.AUTHENTICATED_SIZE and stamp.is_authentic(packet, key):
            request = stamp.read_authenticated_request(packet)
        elif self.open_too:
            request, key = stamp.read_open_request(packet), None
        else:
            self.counters.refused += 1
            return None
        if request is None:
            self.counters.unreadable += 1
            return None
        self.counters.answered += 1
        sequence = self._next_sequence((source, request.ssid))
        t2, t3, error = stamp.ntp(arrival_ns), stamp.ntp(time.time_ns()), self.error
        if key is None:
            return stamp.open_reply(request, packet, sequence=sequence, t2=t2, t3=t3, error=error, ttl=ttl)
        return stamp.authenticated_reply(
            request, packet, sequence=sequence, t2=t2, t3=t3, error=error, ttl=ttl, key=key
        )

    def _next_sequence(self, session: tuple[Address, int]) -> int:
        sessions = self._sessions
        sequence = sessions.get(session, 0)
        sessions[session] = sequence + 1 & 0xFFFF_FFFF
        if sequence:
            sessions.move_to_end(session)
        elif len(sessions) > self._max_sessions:
            sessions.popitem(last=False)
        return sequence
