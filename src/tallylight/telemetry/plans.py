"""Whom each node probes now: the fleet and its detours, as last read, and the plans that follow."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime

from tallylight.fleet import api as fleet
from tallylight.fleet.api import DetourLease, NodeCard
from tallylight.wire.plan import Peer, Plan


class PlanBoard:
    """Plans by node name. `put` what was read; `plan_of` makes a plan when it is first asked for after a change."""

    def __init__(self) -> None:
        self.nodes: tuple[NodeCard, ...] = ()
        self._leases: dict[str, DetourLease] = {}
        self._detours: dict[str, DetourLease] = {}
        self._plans: dict[str, Plan] = {}

    def put(self, nodes: tuple[NodeCard, ...], leases: Mapping[str, DetourLease], *, now: datetime) -> bool:
        """What PostgreSQL says; whether the nodes changed."""
        changed = nodes != self.nodes
        if changed:
            self.nodes = nodes
            self._plans.clear()
        self._leases = dict(leases)
        self.expire(now)
        return changed

    def expire(self, now: datetime) -> None:
        """Take back detours whose lease is over, also while PostgreSQL is away."""
        detours = {name: lease for name, lease in self._leases.items() if lease.until > now}
        if _addresses(detours) != _addresses(self._detours):
            self._plans.clear()
        self._detours = detours

    def plan_of(self, node: str) -> Plan | None:
        """The plan of a node; None for one that is not of the fleet."""
        plan = self._plans.get(node)
        if plan is None and any(card.name == node for card in self.nodes):
            plan = self._plans[node] = wire_plan(fleet.plan_for(node, self.nodes, self._detours))
        return plan


def _addresses(detours: Mapping[str, DetourLease]) -> dict[str, object]:
    """Detours without their ends: a renewed lease changes no plan."""
    return {
        name: (lease.host, lease.stamp_port, lease.viewer_port, dict(lease.outbound)) for name, lease in detours.items()
    }


def wire_plan(plan: fleet.ProbePlan) -> Plan:
    """The plan as it travels: everybody asks with the key of the reflector that is asked, and answers to nothing else."""
    peers = [
        Peer(name=peer.name, host=peer.host, port=peer.port, mode="authenticated", key_b64=_b64(peer.key))
        for peer in plan.peers
    ]
    return Plan(version=plan.version, peers=peers, reflect_key_b64=_b64(plan.reflect_key), reflect_open=False)


def _b64(key: bytes) -> str:
    return base64.b64encode(key).decode()
