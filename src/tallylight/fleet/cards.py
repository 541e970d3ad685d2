"""What other rooms get to know of the fleet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RegionCard:
    """A region with its name in both languages."""

    code: str
    name_en: str
    name_zh: str

    def name(self, language: str) -> str:
        """The name in `language` (a Django language code)."""
        return self.name_zh if language.startswith("zh") else self.name_en


@dataclass(frozen=True, slots=True)
class NodeCard:
    """A node: its region's code, and where peers (UDP) and viewers (TCP) reach it."""

    id: UUID
    name: str
    region: str
    host: str
    stamp_port: int
    viewer_port: int
    stamp_key: bytes


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A node that just joined, and its key, which is shown this once."""

    node: NodeCard
    key: str


@dataclass(frozen=True, slots=True)
class DetourLease:
    """Addresses that stand in for a node's own until `until`: see `models.Detour`."""

    host: str
    stamp_port: int
    viewer_port: int
    outbound: Mapping[str, tuple[str, int]]
    until: datetime


@dataclass(frozen=True, slots=True)
class PeerAddress:
    """A peer as one node should probe it; `key` is its reflector's and authenticates STAMP both ways."""

    name: str
    host: str
    port: int
    key: bytes


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """Whom a node probes, and the key that its own reflector asks for. `version` changes exactly when any of it does."""

    version: int
    peers: tuple[PeerAddress, ...]
    reflect_key: bytes
