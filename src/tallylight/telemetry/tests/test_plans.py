"""Plans follow the fleet and its detours, and a detour ends with its lease even when nobody says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tallylight.fleet.api import DetourLease, NodeCard
from tallylight.kernel.ids import new_id
from tallylight.telemetry.plans import PlanBoard

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def node(name: str, port: int) -> NodeCard:
    return NodeCard(new_id(), name, "ap-southeast", "10.0.0.1", port, port, b"k" * 32)


NODES = (node("fra-1", 1001), node("sin-1", 1002), node("dxb-1", 1003))


def lease(until: datetime) -> DetourLease:
    return DetourLease("127.0.0.1", 9001, 9002, {"fra-1": ("127.0.0.1", 9003)}, until)


def ports(board: PlanBoard, name: str) -> dict[str, int]:
    plan = board.plan_of(name)
    assert plan is not None
    return {peer.name: peer.port for peer in plan.peers}


def test_every_other_node_is_a_peer_and_a_stranger_has_no_plan() -> None:
    board = PlanBoard()
    assert board.put(NODES, {}, now=NOW)
    assert ports(board, "sin-1") == {"fra-1": 1001, "dxb-1": 1003}
    assert board.plan_of("nobody") is None


def test_a_detour_changes_the_plans_of_both_sides_and_ends_by_itself() -> None:
    board = PlanBoard()
    board.put(NODES, {}, now=NOW)
    before = board.plan_of("dxb-1")
    board.put(NODES, {"sin-1": lease(NOW + timedelta(seconds=5))}, now=NOW)
    assert ports(board, "dxb-1")["sin-1"] == 9001
    assert ports(board, "sin-1") == {"fra-1": 9003, "dxb-1": 1003}
    board.expire(NOW + timedelta(seconds=6))
    assert board.plan_of("dxb-1") == before


def test_a_renewed_lease_changes_no_plan() -> None:
    board = PlanBoard()
    board.put(NODES, {"sin-1": lease(NOW + timedelta(seconds=5))}, now=NOW)
    plan = board.plan_of("dxb-1")
    assert not board.put(NODES, {"sin-1": lease(NOW + timedelta(seconds=9))}, now=NOW)
    assert board.plan_of("dxb-1") is plan
