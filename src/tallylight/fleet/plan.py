"""Whom each node probes, and through which addresses. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping

from tallylight.fleet.cards import DetourLease, NodeCard, PeerAddress, ProbePlan


def plan_for(name: str, nodes: Iterable[NodeCard], detours: Mapping[str, DetourLease]) -> ProbePlan:
    """Every other node, at its own address unless a detour of either end stands in for it. `detours` is by node name.

    Raises KeyError if `name` is none of `nodes`.
    """
    everybody = {node.name: node for node in nodes}
    me, mine = everybody.pop(name), detours.get(name)
    peers = tuple(_peer(me, mine, node, detours.get(node.name)) for _, node in sorted(everybody.items()))
    return ProbePlan(version=_version(peers), peers=peers)


def _peer(me: NodeCard, mine: DetourLease | None, node: NodeCard, theirs: DetourLease | None) -> PeerAddress:
    if mine and node.name in mine.outbound:
        host, port = mine.outbound[node.name]
    elif theirs:
        host, port = theirs.host, theirs.stamp_port
    else:
        host, port = node.host, node.stamp_port
    return PeerAddress(name=node.name, host=host, port=port, key=_pair_key(me, node))


def _pair_key(one: NodeCard, other: NodeCard) -> bytes:
    """The key that both ends of a path share, in either direction, and no third node knows."""
    return hmac.digest(*sorted((one.stamp_key, other.stamp_key)), "sha256")


def _version(peers: tuple[PeerAddress, ...]) -> int:
    """63 bits of SHA-256 over the peers: equal plans have equal versions, in every process."""
    text = "\n".join(f"{peer.name} {peer.host} {peer.port} {peer.key.hex()}" for peer in peers)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1
