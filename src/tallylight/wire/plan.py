"""What the hub tells a node: who its peers are, that a batch is safe, and, once, who the node is. JSON."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec

from tallylight.wire import doors
from tallylight.wire.errors import GarbledMessage

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=doors.MAX_NAME)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Pps = Annotated[int, msgspec.Meta(ge=1, le=doors.MAX_PPS)]
TimeoutMs = Annotated[int, msgspec.Meta(ge=100, le=10_000)]


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """The far end of a path: a STAMP reflector at `host`:`port` (UDP; `host` an address or a DNS name).

    In mode "authenticated" `key_b64` is the HMAC-SHA-256 key of the peer's reflector in base64; it authenticates
    packets both ways. `stateful` is False for a reflector without a sequence of its own (a plain TWAMP-Light one):
    loss to it is not told apart by direction.
    """

    name: Name
    host: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    port: Port
    mode: Literal["open", "authenticated"] = "open"
    key_b64: str | None = None
    stateful: bool = True


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a node measures. A node that names another `version` in `Tally-Plan` is sent the plan again.

    `pps` packets a second on every path; a packet without reply after `timeout_ms` is lost. `reflect_key_b64` is the
    key that the node's own reflector asks of authenticated packets; with `reflect_open` False it answers those only.
    """

    version: int
    peers: list[Peer] = []
    pps: Pps = doors.DEFAULT_PPS
    timeout_ms: TimeoutMs = doors.TIMEOUT_MS
    reflect_key_b64: str | None = None
    reflect_open: bool = True


class Ack(msgspec.Struct, frozen=True, kw_only=True):
    """The batch `sequence` is durable at the hub (or was already: `duplicate`). `plan` is there when the node's is
    outdated.
    """

    sequence: int
    plan_version: int
    plan: Plan | None = None
    duplicate: bool = False


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A node's first words: its one-time `token`, its `name`, and where peers (UDP) and viewers (TCP) reach it at
    `host`.

    `agent` is the version of its software.
    """

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    name: Name
    agent: Name
    host: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    stamp_port: Port
    viewer_port: Port


class EnrolReply(msgspec.Struct, frozen=True, kw_only=True):
    """The node's name as the hub knows it, its secret `key` for every batch from now on, and its first plan."""

    node: Name
    key: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    plan: Plan


Message = TypeVar("Message", Plan, Ack, EnrolRequest, EnrolReply)


def to_json(message: Plan | Ack | EnrolRequest | EnrolReply) -> bytes:
    """`message` as the octets of a JSON body."""
    return msgspec.json.encode(message)


def from_json(body: bytes, kind: type[Message]) -> Message:
    """The `kind` of message in `body`. Raises `GarbledMessage` when it is anything else."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise GarbledMessage(message=kind.__name__, reason=str(wrong)) from wrong
