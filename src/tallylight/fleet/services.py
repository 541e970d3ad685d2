"""Use cases: grant and redeem enrolment, tell a node whom to probe, lease a detour."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tallylight.fleet.cards import DetourLease, Enrolment, NodeCard
from tallylight.fleet.errors import DetourTaken, EnrolmentRefused, NodeKeyRefused, NodeUnknown, RegionUnknown
from tallylight.fleet.models import Detour, EnrolmentToken, Node, Region
from tallylight.kernel.secrets import digest, new_token

NODE_KEY_PREFIX = "tallynode_"
ENROL_PREFIX = "tallyenrol_"
STAMP_KEY_BYTES = 32


def add_region(code: str, *, en: str, zh: str) -> None:
    """A region by its code, with its name in both languages. Harmless when repeated."""
    Region.objects.update_or_create(code=code, defaults={"name_en": en, "name_zh": zh})


def grant_enrolment(node_name: str, region: str, *, now: datetime, lifetime: timedelta = timedelta(hours=24)) -> str:
    """A one-time token that lets a node of that name join that region. Raises RegionUnknown."""
    if not Region.objects.filter(code=region).exists():
        known = ", ".join(Region.objects.order_by("code").values_list("code", flat=True))
        raise RegionUnknown(region=region, known=known)
    token = new_token(ENROL_PREFIX)
    EnrolmentToken.objects.create(
        digest=digest(token), node_name=node_name, region_id=region, expires_at=now + lifetime
    )
    return token


@transaction.atomic
def enrol(token: str, name: str, *, host: str, stamp_port: int, viewer_port: int, now: datetime) -> Enrolment:
    """Redeem a token: the node exists (again) at that address and has a new key. Raises EnrolmentRefused."""
    grant = EnrolmentToken.objects.select_for_update().filter(digest=digest(token)).first()
    if reason := _refusal(grant, name, now=now):
        raise EnrolmentRefused(node=name, reason=reason)
    assert grant is not None  # noqa: S101 - told by _refusal
    grant.used_at = now
    grant.save(update_fields=["used_at"])
    key = new_token(NODE_KEY_PREFIX)
    node, _ = Node.objects.update_or_create(
        name=name,
        defaults={
            "region_id": grant.region_id,
            "host": host,
            "stamp_port": stamp_port,
            "viewer_port": viewer_port,
            "key_digest": digest(key),
            "stamp_key": secrets.token_bytes(STAMP_KEY_BYTES),
            "enrolled_at": now,
            "retired_at": None,
        },
    )
    return Enrolment(node=card(node), key=key)


def _refusal(grant: EnrolmentToken | None, name: str, *, now: datetime) -> str:
    if grant is None:
        return "unknown"
    if grant.used_at is not None:
        return "used"
    if grant.expires_at <= now:
        return "expired"
    return "" if grant.node_name == name else "granted to another name"


def authenticate(key: str) -> NodeCard:
    """The node that holds this key. Raises NodeKeyRefused."""
    node = Node.objects.select_related("region").filter(key_digest=digest(key), retired_at=None).first()
    if node is None:
        raise NodeKeyRefused
    return card(node)


def find_node(name: str) -> Node:
    """A node that was not retired, by name. Raises NodeUnknown."""
    node = Node.objects.select_related("region").filter(name=name, retired_at=None).first()
    if node is None:
        known = ", ".join(Node.objects.filter(retired_at=None).order_by("name").values_list("name", flat=True))
        raise NodeUnknown(node=name, known=known)
    return node


@transaction.atomic
def open_detour(node_name: str, lease: DetourLease, *, now: datetime) -> UUID:
    """Send the node's traffic through `lease`'s addresses until it ends. Raises NodeUnknown, DetourTaken."""
    node = find_node(node_name)
    Node.objects.select_for_update().get(pk=node.pk)
    held = Detour.objects.filter(node=node, lease_until__gt=now).first()
    if held:
        raise DetourTaken(node=node_name, until=held.lease_until)
    Detour.objects.filter(node=node).delete()
    row = Detour.objects.create(
        node=node,
        inbound_host=lease.host,
        inbound_stamp_port=lease.stamp_port,
        inbound_viewer_port=lease.viewer_port,
        outbound={peer: list(address) for peer, address in lease.outbound.items()},
        lease_until=lease.until,
    )
    return row.id


def renew_detour(id: UUID, *, until: datetime) -> bool:  # noqa: A002 - the field's name
    """Make the lease longer. False if it is gone."""
    return Detour.objects.filter(id=id).update(lease_until=until) == 1


def close_detour(id: UUID) -> None:  # noqa: A002
    """Give the node its own addresses back. Harmless when repeated."""
    Detour.objects.filter(id=id).delete()


def card(node: Node) -> NodeCard:
    """The node as other rooms know it."""
    return NodeCard(
        id=node.id,
        name=node.name,
        region=node.region_id,
        host=node.host,
        stamp_port=node.stamp_port,
        viewer_port=node.viewer_port,
        stamp_key=bytes(node.stamp_key),
    )
