"""The machine's counters, once a second, without asking much of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import psutil

from tallylight.kernel import clock

_SOCKETS: Final = Path("/proc/net/sockstat")
_DESCRIPTORS: Final = Path("/proc/sys/fs/file-nr")


class HostRow(NamedTuple):
    """One reading; the fields are those of `wire.batch.HostColumns` without time and stall."""

    cpu: float
    memory: float
    disk: float
    egress_bps: int
    ingress_bps: int
    sockets: int
    descriptors: int


@dataclass(slots=True)
class _Traffic:
    at: float
    sent: int
    received: int


class HostCounters:
    """Reads the machine; shares and rates are those since the reading before. `folder` is on the disk that is
    watched.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._traffic = _read_traffic()
        psutil.cpu_percent()

    def read(self) -> HostRow:
        """The counters now."""
        before, self._traffic = self._traffic, _read_traffic()
        elapsed = max(self._traffic.at - before.at, 1e-3)
        return HostRow(
            cpu=_share(psutil.cpu_percent()),
            memory=_share(psutil.virtual_memory().percent),
            disk=_share(psutil.disk_usage(self._folder).percent),
            egress_bps=int(max(self._traffic.sent - before.sent, 0) * 8 / elapsed),
            ingress_bps=int(max(self._traffic.received - before.received, 0) * 8 / elapsed),
            sockets=_sockets(),
            descriptors=_descriptors(),
        )


def _share(percent: float) -> float:
    return min(max(percent / 100.0, 0.0), 1.0)


def _read_traffic() -> _Traffic:
    """Octets over all interfaces but loopback."""
    interfaces = psutil.net_io_counters(pernic=True)
    outside = [counters for name, counters in interfaces.items() if name != "lo"]
    sent, received = sum(c.bytes_sent for c in outside), sum(c.bytes_recv for c in outside)
    return _Traffic(clock.monotonic(), sent, received)


def _sockets() -> int:
    """Sockets in use on the machine; 0 where the system doesn't say at a bearable price."""
    try:
        return int(_SOCKETS.read_text().split(maxsplit=3)[2])
    except (OSError, ValueError, IndexError):
        return 0


def _descriptors() -> int:
    """File descriptors in use on the machine; 0 where the system doesn't say."""
    try:
        return int(_DESCRIPTORS.read_text().split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return 0
