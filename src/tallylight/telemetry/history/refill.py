"""Fills the live window's past from history after a start, so that charts and long windows need not begin empty."""

from __future__ import annotations

import asyncio
from typing import Final

import numpy as np

from tallylight.telemetry.history.client import History
from tallylight.telemetry.rings import SLOTS
from tallylight.telemetry.window import LiveWindow

_SPAN: Final = "at > toDateTime(%(start)s) AND at <= toDateTime(%(end)s)"
_PATHS: Final = f"""SELECT toUnixTimestamp(at), node, peer, sent, received, lost, length(rtts_us), silent_ms, jitter_us,
    arraySum(rtts_us) FROM path_second WHERE {_SPAN} LIMIT 5000000"""  # noqa: S608 - constants
_HOSTS: Final = f"""SELECT toUnixTimestamp(at), node, cpu, memory, disk, egress_bps, ingress_bps, sockets, descriptors, stall_ms
    FROM node_second WHERE {_SPAN} LIMIT 5000000"""  # noqa: S608 - constants
_PATH_NAMES: Final = ("sent", "received", "lost", "rtts", "silent_ms", "jitter_us", "rtt_us")
_HOST_NAMES: Final = (
    *("cpu", "memory", "disk", "egress_bps", "ingress_bps"),
    *("sockets", "descriptors", "stall_ms"),
)


async def refill(window: LiveWindow, history: History, *, until_s: int) -> None:
    """Write the seconds before `until_s` that the rings hold. Asks on a thread, writes in the window's. Raises HistoryAway."""
    facts = {"start": until_s - SLOTS, "end": until_s}
    paths = await asyncio.to_thread(history.columns, _PATHS, facts)
    hosts = await asyncio.to_thread(history.columns, _HOSTS, facts)
    if paths:
        at_s, node, peer, *values = paths
        window.place_paths(
            np.asarray(at_s, np.int64), node, peer, dict(zip(_PATH_NAMES, map(np.asarray, values), strict=True))
        )
    if hosts:
        at_s, node, *values = hosts
        window.place_hosts(
            np.asarray(at_s, np.int64), node, dict(zip(_HOST_NAMES, map(np.asarray, values), strict=True))
        )
