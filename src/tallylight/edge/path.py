"""The account of one path: what was sent to a peer, what came back, and what each second of it amounts to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from tallylight.edge.stamp import Reply, error_us

#: How long after its timeout a packet's late reply is still recognised.
LATE_NS: Final = 10_000_000_000

_PENDING, _ANSWERED, _LOST, _MOVED = range(1, 5)


class PathRow(NamedTuple):
    """One second of one path; the fields are those of `wire.batch.PathColumns`."""

    peer: str
    sent: int
    received: int
    lost: int
    late: int
    duplicated: int
    reordered: int
    lost_forward: int
    lost_backward: int
    silent_ms: int
    jitter_us: int
    clock_error_us: int | None
    rtts_us: Sequence[int]


@dataclass(slots=True)
class _Second:
    """What is counted in the second that runs."""

    sent: int = 0
    received: int = 0
    lost: int = 0
    late: int = 0
    duplicated: int = 0
    reordered: int = 0
    lost_forward: int = 0
    lost_backward: int = 0


class Path:
    """Counts one path. Instants named `mono` are monotonic nanoseconds, those named `wall` unix nanoseconds.

    A packet is decided once: answered within `timeout_ns`, or lost when that has passed; a reply after that is late
    and does not undo the loss. Packets in flight when the peer's address changes are answered as any, but never lost:
    nobody knows whether the network or the move took them.

    Loss is told apart by direction between two answered packets p < n, once all between them are decided: the
    reflector's sequence grew by the packets that reached it, so (its growth - 1) of the lost ones were lost (or too
    late) on the way back.
    """

    def __init__(self, peer: str, *, pps: int, timeout_ns: int, stateful: bool = True) -> None:
        self.peer = peer
        self.stateful = stateful
        self.timeout_ns = timeout_ns
        slots = 1 << (pps * (timeout_ns + LATE_NS) // 1_000_000_000).bit_length()
        self._mask = slots - 1
        self._sequences = [-1] * slots
        self._timestamps = [0] * slots
        self._walls = [0] * slots
        self._monos = [0] * slots
        self._states = [0] * slots
        self._echoes = [0] * slots
        self.next_sequence = 0
        self._undecided = 0
        self._highest = -1
        self._waiting_since: int | None = None
        self._reflected: int | None = None
        self._unattributed = 0
        self._session_start = 0
        self._peer_error: int | None = None
        self._second = _Second()
        self._rtts_us: list[int] = []

    def send(self, timestamp: int, wall: int, mono: int) -> int:
        """Note a packet as sent with the NTP `timestamp`, meant to leave at `wall` and `mono`; returns its sequence."""
        sequence = self.next_sequence
        slot = sequence & self._mask
        self._sequences[slot] = sequence
        self._timestamps[slot] = timestamp
        self._walls[slot] = wall
        self._monos[slot] = mono
        self._states[slot] = _PENDING
        self.next_sequence = sequence + 1
        self._second.sent += 1
        if self._waiting_since is None:
            self._waiting_since = mono
        return sequence & 0xFFFF_FFFF

    def reply(self, reply: Reply, arrival_wall: int, now_mono: int) -> bool:
        """Note a reply that the kernel took in at `arrival_wall`; False when it answers nothing that was sent
        lately.
        """
        sequence = self._long_sequence(reply.sent_sequence)
        slot = sequence & self._mask
        if self._sequences[slot] != sequence or self._timestamps[slot] != reply.timestamp:
            return False
        if self._states[slot] == _ANSWERED:
            self._second.duplicated += 1
            return True
        transit = self._transit(slot, arrival_wall, now_mono)
        self._decide(slot, transit)
        self._echoes[slot] = reply.sequence
        self._peer_error = error_us(reply.error)
        residence = reply.t3_ns - reply.t2_ns
        self._rtts_us.append((transit - residence if 0 <= residence <= transit else transit) // 1000)
        self._heard(sequence, self._monos[slot] + transit)
        return True

    def move(self) -> None:
        """The peer has another address from now on."""
        for sequence in range(self._undecided, self.next_sequence):
            slot = sequence & self._mask
            if self._states[slot] == _PENDING:
                self._states[slot] = _MOVED
        self._waiting_since = None
        self._session_start = self.next_sequence

    def clock_stepped(self, by_ns: int) -> None:
        """The wall clock jumped: what is in flight is judged as if it had left by the new one."""
        self._walls = [wall + by_ns for wall in self._walls]

    def close(self, now_mono: int, own_error_us: int | None) -> PathRow:
        """End the second: decide what timed out, and hand out the row."""
        self._expire(now_mono - self.timeout_ns)
        second, rtts = self._second, self._rtts_us
        self._second, self._rtts_us = _Second(), []
        silent = 0 if self._waiting_since is None else max(now_mono - self._waiting_since, 0) // 1_000_000
        known = own_error_us is not None and self._peer_error is not None
        return PathRow(
            self.peer,
            second.sent,
            second.received,
            second.lost,
            second.late,
            second.duplicated,
            second.reordered,
            second.lost_forward,
            second.lost_backward,
            silent,
            mean_difference(rtts),
            own_error_us + self._peer_error if known else None,  # type: ignore[operator]  # told by `known`
            rtts,
        )

    def _long_sequence(self, short: int) -> int:
        """The full sequence of which a packet carries the low 32 bits: the latest that was sent."""
        latest = self.next_sequence - 1
        return latest - (latest - short & 0xFFFF_FFFF)

    def _transit(self, slot: int, arrival_wall: int, now_mono: int) -> int:
        """Nanoseconds from the intended departure to the arrival; by the monotonic clock when the wall clock can't be
        right.
        """
        transit, elapsed = arrival_wall - self._walls[slot], now_mono - self._monos[slot]
        return transit if 0 <= transit <= elapsed + 5_000_000 else max(elapsed, 0)

    def _decide(self, slot: int, transit: int) -> None:
        state, second = self._states[slot], self._second
        self._states[slot] = _ANSWERED
        if state == _LOST:
            second.late += 1
        elif transit <= self.timeout_ns:
            second.received += 1
        elif state == _PENDING:
            second.lost += 1
            second.late += 1

    def _heard(self, sequence: int, at_mono: int) -> None:
        if sequence < self._highest:
            self._second.reordered += 1
            if self._waiting_since is not None:
                self._waiting_since = max(self._waiting_since, at_mono)
            return
        self._highest = sequence
        following = sequence + 1
        if following == self.next_sequence:
            self._waiting_since = None
        else:
            self._waiting_since = max(at_mono, self._monos[following & self._mask])

    def _expire(self, deadline_mono: int) -> None:
        while self._undecided < self.next_sequence:
            slot = self._undecided & self._mask
            if self._states[slot] in (_PENDING, _MOVED) and self._monos[slot] > deadline_mono:
                return
            if self._undecided == self._session_start:
                # Another address is another session of the reflector, whose sequence starts anew.
                self._reflected, self._unattributed = None, 0
            self._attribute(slot)
            self._undecided += 1

    def _attribute(self, slot: int) -> None:
        """Move the frontier of decided packets over one, and say of the lost ones behind an answered one which way
        they went.
        """
        state = self._states[slot]
        if state == _ANSWERED:
            growth = 0 if self._reflected is None else self._echoes[slot] - self._reflected
            if self._unattributed and growth > 0 and self.stateful:
                back = min(self._unattributed, growth - 1)
                self._second.lost_backward += back
                self._second.lost_forward += self._unattributed - back
            self._reflected, self._unattributed = self._echoes[slot], 0
        elif state != _MOVED:
            self._states[slot] = _LOST
            self._second.lost += 1
            self._unattributed += 1


def mean_difference(rtts_us: Sequence[int]) -> int:
    """Mean of the absolute differences of successive samples (RFC 3393), 0 below two."""
    if len(rtts_us) < 2:
        return 0
    return round(sum(abs(b - a) for a, b in pairwise(rtts_us)) / (len(rtts_us) - 1))
