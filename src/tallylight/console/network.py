"""How nodes and regions stand, in words and tones. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallylight.console.live.audience import path_key, share_of
from tallylight.console.shapes import Badge, Lead, Tone
from tallylight.fleet.api import NodeCard
from tallylight.telemetry.api import LiveSnapshot, NodeLive, PathLive, Presence

#: A table of paths is shown for at most this many nodes.
MOST_PATHS = 12


@dataclass(frozen=True, slots=True)
class NodeTile:
    """One node on the wall. Shares are 0..1; None is unknown."""

    name: str
    region: str
    badge: Badge
    latency_ms: float | None = None
    loss: float | None = None
    cpu: float | None = None
    viewers: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PathCell:
    """One direction of probing; `key` names it on the event stream. None is unknown."""

    key: str
    latency_ms: float | None
    loss: float | None


@dataclass(frozen=True, slots=True)
class PathRow:
    """A node's paths to the others, in the order of the columns; None where it meets itself."""

    node: str
    cells: tuple[PathCell | None, ...]


@dataclass(frozen=True, slots=True)
class RegionTile:
    """A region's nodes, in an order that never changes by itself."""

    code: str
    name: str
    nodes: tuple[NodeTile, ...]


def badge_of(node: NodeLive | None) -> Badge:
    """How a node stands in one or two words. Green only for what was measured; silence is unknown."""
    if node is None:
        return Badge(Tone.UNKNOWN, _("Unknown"))
    if node.presence is Presence.DEAD:
        return Badge(Tone.BAD, _("Dead"))
    if node.presence is not Presence.UP:
        return Badge(Tone.UNKNOWN, _("Unknown"))
    return {
        "firing": Badge(Tone.BAD, _("Firing")),
        "pending": Badge(Tone.WARN, _("Pending")),
        "clearing": Badge(Tone.WARN, _("Recovering")),
        "ok": Badge(Tone.GOOD, _("Well")),
    }.get(node.judged, Badge(Tone.UNKNOWN, _("Unknown")))


def note_of(node: NodeLive | None) -> str:
    """Why a node's state is what it is, where the word alone doesn't say; empty otherwise."""
    if node is None:
        return _("The hub has not heard of this node.")
    match node.presence:
        case Presence.DEAD:
            return _("Neither the hub nor its peers hear it.")
        case Presence.CUT_OFF:
            return _("Its peers hear it, the hub does not.")
        case Presence.SILENT:
            return _("The hub does not hear it, and nobody can say more.")
        case Presence.UP:
            return _("Too few measurements yet to judge.") if badge_of(node).tone is Tone.UNKNOWN else ""


def tile(card: NodeCard, live: NodeLive | None) -> NodeTile:
    """A node as the wall shows it."""
    badge, note = badge_of(live), note_of(live)
    if live is None:
        return NodeTile(card.name, card.region, badge, note=note)
    return NodeTile(
        name=card.name,
        region=card.region,
        badge=badge,
        latency_ms=live.latency_ms,
        loss=share_of(live.loss_pct),
        cpu=live.cpu,
        viewers=live.viewers,
        note=note,
    )


def region_tiles(
    nodes: Iterable[NodeCard], snapshot: LiveSnapshot | None, names: Mapping[str, str]
) -> tuple[RegionTile, ...]:
    """Every region that has nodes, by code, and in it every node by name."""
    live = {node.name: node for node in snapshot.nodes} if snapshot else {}
    by_region: dict[str, list[NodeTile]] = {}
    for card in sorted(nodes, key=lambda each: each.name):
        by_region.setdefault(card.region, []).append(tile(card, live.get(card.name)))
    return tuple(RegionTile(code, names.get(code, code), tuple(tiles)) for code, tiles in sorted(by_region.items()))


def path_rows(nodes: Sequence[str], snapshot: LiveSnapshot | None) -> tuple[PathRow, ...]:
    """Every node against every other, both in the same order; nothing for more nodes than a table can hold."""
    if snapshot is None or not 2 <= len(nodes) <= MOST_PATHS:
        return ()
    known = {(path.node, path.peer): path for path in snapshot.paths}
    return tuple(PathRow(name, tuple(_cell(name, peer, known.get((name, peer))) for peer in nodes)) for name in nodes)


def _cell(node: str, peer: str, path: PathLive | None) -> PathCell | None:
    if node == peer:
        return None
    if path is None:
        return PathCell(path_key(node, peer), None, None)
    return PathCell(path_key(node, peer), path.latency_ms, share_of(path.loss_pct))


def wall_lead(regions: Sequence[RegionTile], *, hub_away: bool) -> Lead:
    """How the network is while no incident runs: what is unknown, then what wavers, then that it is well."""
    tiles = [node for region in regions for node in region.nodes]
    if hub_away:
        return Lead(
            Tone.UNKNOWN,
            _("The hub does not answer, so nobody knows how the network is."),
            _("Nodes keep what they measure and send it once the hub is back; nothing is lost."),
        )
    if not tiles:
        return Lead(Tone.UNKNOWN, _("There are no nodes yet."), _("Enrol one with: tally enrol"))
    for tone, sentence in ((Tone.BAD, _firing), (Tone.UNKNOWN, _unknown), (Tone.WARN, _wavering)):
        names = [node.name for node in tiles if node.badge.tone is tone]
        if names:
            return Lead(tone, sentence(names))
    return Lead(
        Tone.GOOD,
        ngettext("The node is measured and well.", "All %(count)s nodes are measured and well.", len(tiles))
        % {"count": len(tiles)},
    )


def node_lead(node: NodeTile, region: str) -> Lead:
    """One node in one sentence."""
    facts = {"node": node.name, "region": region}
    text = {
        Tone.GOOD: _("%(node)s in %(region)s is measured and well."),
        Tone.WARN: _("%(node)s in %(region)s is close to a limit."),
        Tone.BAD: _("%(node)s in %(region)s is in trouble."),
    }.get(node.badge.tone, _("Nobody knows how %(node)s in %(region)s is."))
    return Lead(node.badge.tone, text % facts, node.note)


def _firing(names: Sequence[str]) -> str:
    return _("%(nodes)s is over a limit; an incident is about to open.") % {"nodes": ", ".join(names)}


def _unknown(names: Sequence[str]) -> str:
    return _("Nobody knows how these nodes are: %(nodes)s.") % {"nodes": ", ".join(names)}


def _wavering(names: Sequence[str]) -> str:
    return _("No incident runs; close to a limit: %(nodes)s.") % {"nodes": ", ".join(names)}
