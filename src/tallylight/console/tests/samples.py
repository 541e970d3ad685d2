"""A live picture as the hub tells it, for rules that judge it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tallylight.telemetry.api import HubFacts, LiveSnapshot, NodeLive, Presence, RegionLive, ViewersLive

AT = datetime(2026, 11, 23, 13, 4, 12, tzinfo=UTC)


def node(name: str, region: str, **facts: Any) -> NodeLive:
    """A node that is up and well unless `facts` say otherwise."""
    well = {
        "presence": Presence.UP,
        "judged": "ok",
        "latency_ms": 42.0,
        "loss_pct": 0.5,
        "jitter_ms": 1.0,
        "silent_ms": 0.0,
        "cpu": 0.2,
        "memory": 0.3,
        "disk": 0.4,
        "egress_bps": 1e6,
        "ingress_bps": 1e6,
        "sockets": 10,
        "viewers": 7,
        "heard_at": AT,
        "clock_offset_ms": 0.1,
    }
    return NodeLive(name=name, region=region, **{**well, **facts})


def region(code: str, **facts: Any) -> RegionLive:
    """A region with one node."""
    well = {"nodes": 1, "up": 1, "firing": 0, "latency_ms": 42.0, "loss_pct": 0.5, "viewers": 12}
    return RegionLive(code=code, **{**well, **facts})


def snapshot(**facts: Any) -> LiveSnapshot:
    """Two regions, a node each; Lumen has 5 viewers in Singapore, Astra 7 there and 4 in Dubai."""
    told = {
        "at": AT,
        "nodes": (node("sin-1", "ap-southeast"), node("dxb-1", "me-central")),
        "paths": (),
        "regions": (region("ap-southeast"), region("me-central", viewers=4)),
        "viewers": (
            ViewersLive(customer="lumen-live", region="ap-southeast", node="sin-1", viewers=5),
            ViewersLive(customer="astra-voice", region="ap-southeast", node="sin-1", viewers=7),
            ViewersLive(customer="astra-voice", region="me-central", node="dxb-1", viewers=4),
        ),
        "hub": HubFacts(
            started_at=AT,
            judging_since=AT,
            rows=1,
            batches=1,
            refused={},
            history_lag_s=0.0,
            history_fault="",
            records_fault="",
            wal_bytes=0,
            pending_transitions=0,
            thresholds=3,
            evaluation_ms=1.0,
        ),
    }
    return LiveSnapshot(**{**told, **facts})
