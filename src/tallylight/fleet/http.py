"""Routes: regions for everybody who is signed in, nodes for the provider's staff."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, require_staff, viewer_of
from tallylight.fleet import api

router = Router()


class RegionOut(Schema):
    code: str
    name_en: str
    name_zh: str


class NodeOut(Schema):
    id: UUID
    name: str
    region: str
    host: str
    stamp_port: int
    viewer_port: int


@router.get("/regions", response=list[RegionOut], summary="Regions")
@paginate(Pages)
def regions(request: HttpRequest) -> list[api.RegionCard]:  # noqa: ARG001 - ninja's signature
    """Every region that contracts can speak of."""
    return api.regions()


@router.get("/nodes", response=list[NodeOut], summary="Nodes")
@paginate(Pages)
def nodes(request: HttpRequest) -> list[api.NodeCard]:
    """Every node in service. For the provider's staff."""
    require_staff(viewer_of(request))
    return api.nodes()


@router.get("/nodes/{name}", response=NodeOut, summary="One node")
def node(request: HttpRequest, name: str) -> api.NodeCard:
    """One node by name. For the provider's staff."""
    require_staff(viewer_of(request))
    return api.node(name)
