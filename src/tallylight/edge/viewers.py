"""Who watches: sessions with a heartbeat in the last 30 s, each once. Pure."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Final

from tallylight.edge.cmcd import Beat

#: A session without a heartbeat for this long has left.
GONE_S: Final = 30.0
#: Sessions and (customer, stream) pairs remembered at once.
MAX_SESSIONS: Final = 200_000
MAX_STREAMS: Final = 10_000


class Viewers:
    """Sessions by customer. A session is counted for the stream it named last."""

    def __init__(self, *, max_sessions: int = MAX_SESSIONS, max_streams: int = MAX_STREAMS) -> None:
        self._max_sessions = max_sessions
        self._max_streams = max_streams
        self._sessions: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()
        self._watching: Counter[tuple[str, str]] = Counter()

    def heard(self, customer: str, beat: Beat, *, now_s: float) -> bool:
        """Note a heartbeat at monotonic `now_s`; False when there is no room for another session or stream."""
        key, stream = (customer, beat.session), (customer, beat.stream)
        self._forget(now_s)
        before = self._sessions.get(key)
        if before is None and len(self._sessions) >= self._max_sessions:
            return False
        if stream not in self._watching and len(self._watching) >= self._max_streams:
            return False
        if before is not None:
            self._leave(customer, before[1])
        self._watching[stream] += 1
        self._sessions[key] = (now_s, beat.stream)
        self._sessions.move_to_end(key)
        return True

    def count(self, *, now_s: float) -> dict[tuple[str, str], int]:
        """Sessions by (customer, stream)."""
        self._forget(now_s)
        return dict(self._watching)

    def _forget(self, now_s: float) -> None:
        while self._sessions:
            key, (heard_s, stream) = next(iter(self._sessions.items()))
            if heard_s > now_s - GONE_S:
                return
            del self._sessions[key]
            self._leave(key[0], stream)

    def _leave(self, customer: str, stream: str) -> None:
        self._watching[customer, stream] -= 1
        if not self._watching[customer, stream]:
            del self._watching[customer, stream]
