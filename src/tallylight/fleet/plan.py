"""Whom each node probes, and through which addresses. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from tallylight.fleet.cards import DetourLease, NodeCard, PeerAddress, ProbePlan


def plan_for(name: str, nodes: Iterable[NodeCard], detours: Mapping[str, DetourLease]) -> ProbePlan:
    """Every other node, at its own address unless a detour of either end stands in for it. `detours` is by node name."""
    mine = detours.get(name)
    peers = tuple(
        _peer(node, mine, detours.get(node.name)) for node in sorted(nodes, key=lambda n: n.name) if node.name != name
    )
    return ProbePlan(version=_version(peers), peers=peers)


def _peer(node: NodeCard, mine: DetourLease | None, theirs: DetourLease | None) -> PeerAddress:
    if mine and node.name in mine.outbound:
        host, port = mine.outbound[node.name]
    elif theirs:
        host, port = theirs.host, theirs.stamp_port
    else:
        host, port = node.host, node.stamp_port
    return PeerAddress(name=node.name, host=host, port=port, key=node.stamp_key)


def _version(peers: tuple[PeerAddress, ...]) -> int:
    """63 bits of SHA-256 over the peers: equal plans have equal versions, in every process."""
    text = "\n".join(f"{peer.name} {peer.host} {peer.port} {peer.key.hex()}" for peer in peers)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1
