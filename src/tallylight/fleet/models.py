"""Tables: regions, nodes, enrolment tokens, detours."""

from __future__ import annotations

from django.db import models

from tallylight.kernel import clock
from tallylight.kernel.ids import new_id


class Region(models.Model):
    """A part of the world that contracts speak of."""

    code = models.SlugField(max_length=32, primary_key=True)
    name_en = models.CharField(max_length=100)
    name_zh = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.code


class Node(models.Model):
    """One edge node. `host`, `stamp_port` (UDP) and `viewer_port` (TCP) are where its peers and viewers reach it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.SlugField(max_length=63, unique=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="nodes")
    host = models.CharField(max_length=255)
    stamp_port = models.PositiveIntegerField()
    viewer_port = models.PositiveIntegerField()
    key_digest = models.CharField(max_length=64, unique=True)
    stamp_key = models.BinaryField(max_length=32)
    enrolled_at = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class EnrolmentToken(models.Model):
    """Lets one node of that name join, once, before it expires."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    node_name = models.SlugField(max_length=63)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Detour(models.Model):
    """While its lease lives, a node's traffic goes through other addresses: how a drill gets between the node and its peers.

    `inbound` replaces the node's own address for its peers and viewers; `outbound` replaces its peers' addresses for the node.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="detours")
    inbound_host = models.CharField(max_length=255)
    inbound_stamp_port = models.PositiveIntegerField()
    inbound_viewer_port = models.PositiveIntegerField()
    outbound = models.JSONField(default=dict)  # peer name -> [host, port]
    lease_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node"], name="one_detour_per_node")]
