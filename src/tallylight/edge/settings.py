"""What one agent is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """Settings of one agent.

    `name` is the node's name at the hub, `hub` the hub's base URL, `state` the folder that is the agent's own (created
    0700).
    `token` is the one-time enrolment token, needed until the node has enrolled. The reflector listens on
    `stamp_host`:`stamp_port` (UDP), the viewers' listener on `viewer_host`:`viewer_port` (TCP); `host` is what peers
    and viewers are told to reach the node at, by default `stamp_host`. `patience_s` is how long enrolment waits for a
    hub that is not there; `spool_bytes` bounds what is kept on disk while it is away.
    """

    name: str
    hub: str
    state: Path
    token: str | None
    stamp_host: str
    stamp_port: int
    viewer_host: str
    viewer_port: int
    host: str = ""
    patience_s: float = 15.0
    spool_bytes: int = 256 << 20
    seed: int | None = None

    @property
    def public_host(self) -> str:
        """Where others reach this node."""
        return self.host or self.stamp_host
