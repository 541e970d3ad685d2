"""What a subscriber may know. The one place that decides it for the event stream. Pure but for `audience_of`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tallylight.accounts.api import Viewer
from tallylight.contracts import api as contracts
from tallylight.kernel.clock import rfc3339
from tallylight.support.api import Mark
from tallylight.telemetry.api import LiveSnapshot, NodeLive, PathLive, RegionLive


@dataclass(frozen=True, slots=True)
class Audience:
    """Who listens: staff hears everything, a customer its own regions and things, the public only that states changed."""

    staff: bool = False
    organisation_id: UUID | None = None
    slug: str = ""
    regions: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The same for all who may know the same."""
        return "staff" if self.staff else str(self.organisation_id or "public")


PUBLIC = Audience()
STAFF = Audience(staff=True)


@dataclass(frozen=True, slots=True)
class Touch:
    """Something was written about an incident or a ticket. `organisations` are those who may know; `public` if everybody may."""

    id: UUID
    part: str
    organisations: frozenset[UUID]
    public: bool = False


def audience_of(viewer: Viewer | None, *, now: datetime) -> Audience:
    """The audience of a viewer, by the contract in force; nobody signed in is the public."""
    if viewer is None:
        return PUBLIC
    if viewer.is_provider:
        return STAFF
    agreement = contracts.in_force(viewer.organisation_id, now)
    regions = frozenset(agreement.regions) if agreement else frozenset()
    return Audience(organisation_id=viewer.organisation_id, slug=viewer.organisation_slug, regions=regions)


def figures_for(audience: Audience, snapshot: LiveSnapshot) -> dict[str, Any]:
    """The numbers `audience` may know: `nodes` for staff only, a customer's regions with its own viewers, none for the public."""
    figures: dict[str, Any] = {"at": rfc3339(snapshot.at)}
    if audience.staff:
        figures["nodes"] = {node.name: _node(node) for node in snapshot.nodes}
        figures["regions"] = {each.code: _region(each, each.viewers) for each in snapshot.regions}
        figures["paths"] = {path_key(each.node, each.peer): _path(each) for each in snapshot.paths}
        figures["sum"] = {"all": {"viewers": sum(each.viewers for each in snapshot.regions)}}
    elif audience.organisation_id:
        figures["regions"] = {
            each.code: _region(each, own_viewers(snapshot, audience.slug, each.code))
            for each in snapshot.regions
            if each.code in audience.regions
        }
    return figures


def states_for(audience: Audience, snapshot: LiveSnapshot | None) -> tuple[str, ...]:
    """What makes the page's words change: presence and judgement of each node, or whether each region is measured."""
    if snapshot is None:
        return ("away",)
    if audience.staff:
        return tuple(f"{node.name} {node.presence} {node.judged}" for node in snapshot.nodes)
    return tuple(f"{each.code} {each.latency_ms is None}" for each in snapshot.regions if each.code in audience.regions)


def parts_for(audience: Audience, touches: Iterable[Touch]) -> frozenset[str]:
    """Which parts of a page changed for `audience`."""
    return frozenset(touch.part for touch in touches if _concerns(audience, touch))


def marks_for(audience: Audience, marks: Iterable[Mark]) -> dict[str, Any]:
    """Who has which ticket before them. Customers hear of the staff only that somebody writes to them."""
    told: dict[str, list[dict[str, Any]]] = {}
    for mark in marks:
        if audience.staff or (mark.organisation_id == audience.organisation_id and (mark.typing or not mark.staff)):
            said = {"who": str(mark.person_id), "name": mark.name, "typing": mark.typing}
            told.setdefault(str(mark.ticket_id), []).append(said)
    return told


def own_viewers(snapshot: LiveSnapshot, slug: str, region: str) -> int:
    """Viewers of one customer in one region."""
    return sum(each.viewers for each in snapshot.viewers if each.customer == slug and each.region == region)


def _concerns(audience: Audience, touch: Touch) -> bool:
    if audience.staff:
        return True
    if audience.organisation_id:
        return audience.organisation_id in touch.organisations or touch.public
    return touch.public


def _node(node: NodeLive) -> dict[str, Any]:
    return {
        "latency_ms": node.latency_ms,
        "loss": share_of(node.loss_pct),
        "cpu": node.cpu,
        "viewers": node.viewers,
    }


def _region(region: RegionLive, viewers: int) -> dict[str, Any]:
    return {"latency_ms": region.latency_ms, "loss": share_of(region.loss_pct), "viewers": viewers}


def _path(path: PathLive) -> dict[str, Any]:
    return {"latency_ms": path.latency_ms, "loss": share_of(path.loss_pct)}


def path_key(node: str, peer: str) -> str:
    """What a path is called on the event stream."""
    return f"{node}>{peer}"


def share_of(per_cent: float | None) -> float | None:
    """Per cent as a share; unknown stays unknown."""
    return None if per_cent is None else per_cent / 100
