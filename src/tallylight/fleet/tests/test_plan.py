"""A node probes every other node, through a detour while one is leased."""

from __future__ import annotations

from datetime import UTC, datetime

from tallylight.fleet.cards import DetourLease, NodeCard
from tallylight.fleet.plan import plan_for
from tallylight.kernel.ids import new_id

UNTIL = datetime(2026, 11, 23, tzinfo=UTC)


def node(name: str, port: int) -> NodeCard:
    return NodeCard(new_id(), name, "ap-southeast", "127.0.0.1", port, port, name.encode() * 8)


NODES = [node("fra-1", 3), node("iad-1", 2), node("sin-1", 1)]
LEASE = DetourLease("127.0.0.1", 30, 30, {"fra-1": ("127.0.0.1", 33), "iad-1": ("127.0.0.1", 32)}, UNTIL)


def ports(name: str, detours: dict[str, DetourLease]) -> dict[str, int]:
    return {peer.name: peer.port for peer in plan_for(name, NODES, detours).peers}


def test_a_node_probes_all_others_and_never_itself() -> None:
    assert ports("sin-1", {}) == {"fra-1": 3, "iad-1": 2}


def test_a_detour_stands_in_for_the_node_at_its_peers() -> None:
    assert ports("iad-1", {"sin-1": LEASE}) == {"fra-1": 3, "sin-1": 30}


def test_a_detour_stands_in_for_the_peers_at_the_node() -> None:
    assert ports("sin-1", {"sin-1": LEASE}) == {"fra-1": 33, "iad-1": 32}


def test_the_version_changes_exactly_when_the_plan_does() -> None:
    plain = plan_for("iad-1", NODES, {})
    assert plan_for("iad-1", list(reversed(NODES)), {}).version == plain.version
    assert plan_for("iad-1", NODES, {"sin-1": LEASE}).version != plain.version


def test_a_peer_is_asked_with_the_key_its_own_plan_names() -> None:
    plans = {node.name: plan_for(node.name, NODES, {}) for node in NODES}
    for plan in plans.values():
        assert all(peer.key == plans[peer.name].reflect_key for peer in plan.peers)
    assert len({plan.reflect_key for plan in plans.values()}) == len(NODES)
