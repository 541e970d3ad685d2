"""The live snapshot: what the window amounts to, as people and pages see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tallylight.telemetry.cards import HubFacts, LiveSnapshot, NodeLive, PathLive, RegionLive, ViewersLive
from tallylight.telemetry.readings import Paths, latency_ms, loss_pct, presence, silence_ms
from tallylight.telemetry.window import LiveWindow

#: Windows of what is shown (s): short enough to follow, long enough to be read.
SHORT_S: Final = 3
LONG_S: Final = 10
SILENT_AFTER_S: Final = 5.0

Values = NDArray[Any]


@dataclass(frozen=True, slots=True)
class _Figures:
    """Everything that is shown, by node number."""

    latency: Values
    loss: Values
    silence: Values
    jitter: Values
    host: Mapping[str, Values]


def snapshot(window: LiveWindow, *, at: datetime, judged: Mapping[str, str], hub: HubFacts) -> LiveSnapshot:
    """All that is known at `at`; `judged` is what the thresholds say of each node."""
    now_s = int(at.timestamp())
    short, long = window.paths_over(SHORT_S, end_s=now_s), window.paths_over(LONG_S, end_s=now_s)
    audiences = _audiences(window, now_s)
    nodes = _nodes(window, short, long, now_s, judged, audiences)
    return LiveSnapshot(
        at=at,
        nodes=nodes,
        paths=_paths(window, short, long),
        regions=_regions(nodes),
        viewers=audiences,
        hub=hub,
    )


def _nodes(
    window: LiveWindow,
    short: Paths,
    long: Paths,
    now_s: int,
    judged: Mapping[str, str],
    audiences: tuple[ViewersLive, ...],
) -> tuple[NodeLive, ...]:
    unheard = window.unheard(now_s, after_s=SILENT_AFTER_S)
    silence = silence_ms(short, unheard_by_hub=unheard)
    standing = presence(silence, unheard_by_hub=unheard)
    figures = _Figures(
        latency_ms(short).value, loss_pct(long).value, silence.value, _jitter(short), window.host_now(now_s)
    )
    viewers: dict[str, int] = {}
    for audience in audiences:
        viewers[audience.node] = viewers.get(audience.node, 0) + audience.viewers
    return tuple(
        NodeLive(
            name=name,
            region=window.regions[name],
            presence=standing[i],
            judged=judged.get(name, "unknown"),
            viewers=None if unheard[i] else viewers.get(name, 0),
            heard_at=_heard_at(window, name),
            clock_offset_ms=window.heard[name].offset_us / 1000 if name in window.heard else None,
            **_node_figures(figures, i),
        )
        for name, i in sorted(window.nodes.items())
    )


def _node_figures(figures: _Figures, i: int) -> dict[str, Any]:
    host = figures.host
    return {
        "latency_ms": _known(figures.latency[i]),
        "loss_pct": _known(figures.loss[i]),
        "silent_ms": _known(figures.silence[i]),
        "jitter_ms": _known(figures.jitter[i]),
        **{name: _known(host[name][i], 4) for name in ("cpu", "memory", "disk")},
        **{name: _known(host[name][i], 0) for name in ("egress_bps", "ingress_bps")},
        "sockets": int(host["sockets"][i]) if np.isfinite(host["sockets"][i]) else None,
    }


def _jitter(paths: Paths) -> Values:
    """Mean over the paths that end or begin at a node (ms)."""
    used = np.flatnonzero((paths.node >= 0) & (paths.rows > 0))
    ends = np.concatenate([paths.node[used], paths.peer[used]])
    jitter_ms = np.tile(paths.jitter_us[used] / paths.rows[used] / 1000, 2)
    count = np.bincount(ends, minlength=paths.nodes)
    total = np.bincount(ends, weights=jitter_ms, minlength=paths.nodes)
    mean: Values = np.divide(total, count, out=np.full(paths.nodes, np.nan), where=count > 0)
    return mean


def _heard_at(window: LiveWindow, name: str) -> datetime | None:
    heard = window.heard.get(name)
    return datetime.fromtimestamp(heard.at, UTC) if heard else None


def _paths(window: LiveWindow, short: Paths, long: Paths) -> tuple[PathLive, ...]:
    names = {number: name for name, number in window.nodes.items()}
    settled = long.lost + long.received
    with np.errstate(invalid="ignore", divide="ignore"):
        latency, loss = short.rtt_us / short.rtts / 1000, 100 * long.lost / settled
        jitter = short.jitter_us / short.rows / 1000
    stale = short.at_s < 0
    columns = [_all_known(np.where(stale, np.nan, figures)) for figures in (latency, loss, jitter, short.silent_ms)]
    return tuple(
        PathLive(
            node=names[one],
            peer=names[other],
            latency_ms=columns[0][i],
            loss_pct=columns[1][i],
            jitter_ms=columns[2][i],
            silent_ms=columns[3][i],
        )
        for (one, other), i in sorted(window.paths.items())
    )


def _regions(nodes: tuple[NodeLive, ...]) -> tuple[RegionLive, ...]:
    by_code: dict[str, list[NodeLive]] = {}
    for node in nodes:
        by_code.setdefault(node.region, []).append(node)
    return tuple(
        RegionLive(
            code=code,
            nodes=len(mine),
            up=sum(node.presence.value == "up" for node in mine),
            firing=sum(node.judged in ("firing", "clearing") for node in mine),
            latency_ms=max((node.latency_ms for node in mine if node.latency_ms is not None), default=None),
            loss_pct=max((node.loss_pct for node in mine if node.loss_pct is not None), default=None),
            viewers=sum(node.viewers or 0 for node in mine),
        )
        for code, mine in sorted(by_code.items())
    )


def _audiences(window: LiveWindow, now_s: int) -> tuple[ViewersLive, ...]:
    names = {number: name for name, number in window.nodes.items()}
    found = (
        ViewersLive(customer=customer, region=window.regions[names[node]], node=names[node], viewers=viewers)
        for node, customer, viewers in window.audiences_now(now_s)
        if viewers
    )
    return tuple(sorted(found, key=lambda seen: (seen.customer, seen.region, seen.node)))


def _all_known(values: Values) -> list[float | None]:
    return [None if value != value else value for value in np.round(values, 3).tolist()]


def _known(value: Any, digits: int = 3) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None
