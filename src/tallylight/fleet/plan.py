"""Whom each node probes, and through which addresses. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from tallylight.fleet.cards import DetourLease, NodeCard, PeerAddress, ProbePlan


def plan_for(name: str, nodes: Iterable[NodeCard], detours: Mapping[str, DetourLease]) -> ProbePlan:
    """Every other node, at its own address unless a detour of either end stands in for it. `detours` is by node name.

    Raises KeyError if `name` is none of `nodes`.
    """
    everybody = {node.name: node for node in nodes}
    me, mine = everybody.pop(name), detours.get(name)
    peers = tuple(_peer(mine, node, detours.get(node.name)) for _, node in sorted(everybody.items()))
    return ProbePlan(version=_version(me.stamp_key, peers), peers=peers, reflect_key=me.stamp_key)


def _peer(mine: DetourLease | None, node: NodeCard, theirs: DetourLease | None) -> PeerAddress:
    if mine and node.name in mine.outbound:
        host, port = mine.outbound[node.name]
    elif theirs:
        host, port = theirs.host, theirs.stamp_port
    else:
        host, port = node.host, node.stamp_port
    return PeerAddress(name=node.name, host=host, port=port, key=node.stamp_key)


def _version(reflect_key: bytes, peers: tuple[PeerAddress, ...]) -> int:
    """63 bits of SHA-256 over what the plan says: equal plans have equal versions, in every process."""
    text = reflect_key.hex() + "\n".join(f"{peer.name} {peer.host} {peer.port} {peer.key.hex()}" for peer in peers)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1
