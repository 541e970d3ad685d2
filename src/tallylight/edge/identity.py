"""Who this node is: its name, its key and the last plan it was given, in a file of its own (0600)."""

from __future__ import annotations

import fcntl
import hashlib
import os
from pathlib import Path
from typing import Final

import msgspec

from tallylight.edge.errors import StateUnusable
from tallylight.wire.plan import Plan

_FILE: Final = "node.json"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What enrolment yields. `token_digest` tells whether a token that is offered later is another one."""

    node: str
    key: str
    hub: str
    token_digest: str
    plan: Plan


def token_digest(token: str) -> str:
    """A name for a token that does not give it away."""
    return hashlib.sha256(token.encode()).hexdigest()


def hold(state: Path) -> int:
    """Make the folder (0700) and hold it for this process; returns the descriptor that does. Raises StateUnusable."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as wrong:
        raise StateUnusable(state=str(state), reason=wrong.strerror) from wrong
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as wrong:
        os.close(descriptor)
        raise StateUnusable(state=str(state), reason="another agent works in it") from wrong
    return descriptor


def load(state: Path) -> Identity | None:
    """The identity kept in `state`, or None before enrolment. Raises StateUnusable when it is there and can't be
    read.
    """
    try:
        return msgspec.json.decode((state / _FILE).read_bytes(), type=Identity)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as wrong:
        raise StateUnusable(state=str(state), reason=f"{_FILE}: {wrong}") from wrong


def save(state: Path, identity: Identity) -> None:
    """Keep `identity`, whole or not at all. Raises StateUnusable."""
    beside = state / f"{_FILE}.new"
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(msgspec.json.encode(identity))
            file.flush()
            os.fsync(descriptor)
        beside.replace(state / _FILE)
    except OSError as wrong:
        raise StateUnusable(state=str(state), reason=wrong.strerror) from wrong
