"""What the prober works by: a `wire.plan.Plan` with its names resolved."""

from __future__ import annotations

import base64
import binascii
import socket
from dataclasses import dataclass
from ipaddress import ip_address

import structlog

from tallylight.edge.sockets import Address
from tallylight.wire import doors
from tallylight.wire.plan import Peer, Plan

log = structlog.get_logger("tallylight.edge")


@dataclass(frozen=True, slots=True)
class Target:
    """A peer's reflector at a resolved address; `key` for authenticated mode."""

    peer: str
    address: Address
    key: bytes | None = None
    stateful: bool = True


@dataclass(frozen=True, slots=True)
class Targets:
    """What to measure."""

    targets: tuple[Target, ...] = ()
    pps: int = doors.DEFAULT_PPS
    timeout_ms: int = doors.TIMEOUT_MS
    reflect_key: bytes | None = None
    reflect_open: bool = True


def resolve(plan: Plan) -> tuple[Targets, bool]:
    """`plan` with addresses for names, and whether every peer has one; a peer without is left out. May wait for the
    DNS.

    With a second name at one address the first is measured: their replies could not be told apart.
    """
    targets: dict[Address, Target] = {}
    for peer in plan.peers:
        target = _target(peer)
        if target is None:
            continue
        if targets.setdefault(target.address, target) is not target:
            log.warning("two peers at one address", peer=peer.name, measured=targets[target.address].peer)
    found = Targets(
        targets=tuple(targets.values()),
        pps=plan.pps,
        timeout_ms=plan.timeout_ms,
        reflect_key=_key(plan.reflect_key_b64),
        reflect_open=plan.reflect_open,
    )
    return found, len(targets) == len(plan.peers)


def has_names(plan: Plan) -> bool:
    """Whether an address of the plan can change without the plan: some peer is given by a DNS name."""
    return not all(_is_address(peer.host) for peer in plan.peers)


def _target(peer: Peer) -> Target | None:
    key = _key(peer.key_b64) if peer.mode == "authenticated" else None
    if peer.mode == "authenticated" and key is None:
        log.error("a peer's key is missing or garbled; it is not measured", peer=peer.name)
        return None
    try:
        found = socket.getaddrinfo(peer.host, peer.port, type=socket.SOCK_DGRAM)
    except OSError as wrong:
        log.warning("a peer's name can't be resolved", peer=peer.name, host=peer.host, reason=wrong.strerror)
        return None
    address: Address = found[0][4]  # type: ignore[assignment]  # UDP over IP has no other shape
    return Target(peer.name, address, key, peer.stateful)


def _key(key_b64: str | None) -> bytes | None:
    try:
        return base64.b64decode(key_b64, validate=True) or None if key_b64 else None
    except (binascii.Error, ValueError):
        return None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
