"""The door of `fleet`."""

from __future__ import annotations

from datetime import datetime

from tallylight.fleet.cards import DetourLease, Enrolment, NodeCard, PeerAddress, ProbePlan, RegionCard
from tallylight.fleet.errors import DetourTaken, EnrolmentRefused, NodeKeyRefused, NodeUnknown, RegionUnknown
from tallylight.fleet.models import Detour, Node, Region
from tallylight.fleet.plan import plan_for
from tallylight.fleet.services import (
    add_region,
    authenticate,
    card,
    close_detour,
    enrol,
    find_node,
    grant_enrolment,
    open_detour,
    renew_detour,
)

__all__ = [
    "DetourLease",
    "DetourTaken",
    "Enrolment",
    "EnrolmentRefused",
    "NodeCard",
    "NodeKeyRefused",
    "NodeUnknown",
    "PeerAddress",
    "ProbePlan",
    "RegionCard",
    "RegionUnknown",
    "add_region",
    "authenticate",
    "close_detour",
    "enrol",
    "grant_enrolment",
    "live_detours",
    "node",
    "nodes",
    "open_detour",
    "plan_for",
    "regions",
    "renew_detour",
]


def regions() -> list[RegionCard]:
    """All regions, by code."""
    return [RegionCard(row.code, row.name_en, row.name_zh) for row in Region.objects.order_by("code")]


def nodes() -> list[NodeCard]:
    """All nodes that were not retired, by name."""
    return [card(row) for row in Node.objects.filter(retired_at=None).order_by("name")]


def node(name: str) -> NodeCard:
    """One node by name. Raises NodeUnknown."""
    return card(find_node(name))


def live_detours(*, now: datetime) -> dict[str, DetourLease]:
    """The detours whose lease lives, by node name."""
    rows = Detour.objects.select_related("node").filter(lease_until__gt=now)
    return {
        row.node.name: DetourLease(
            host=row.inbound_host,
            stamp_port=row.inbound_stamp_port,
            viewer_port=row.inbound_viewer_port,
            outbound={peer: (host, port) for peer, (host, port) in row.outbound.items()},
            until=row.lease_until,
        )
        for row in rows
    }
