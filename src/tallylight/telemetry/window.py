"""The live window: every node's, path's and audience's last fifteen minutes, and what they amount to now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tallylight.fleet.api import NodeCard
from tallylight.telemetry.columns import arrays, sums_of_runs
from tallylight.telemetry.readings import Paths
from tallylight.telemetry.rings import Ints, Names, Ring
from tallylight.wire.batch import Batch, HostColumns, PathColumns, ViewerColumns

#: A row may come this much later (s) than the second being judged; older news is no news.
PATIENCE_S: Final = 3
#: Audiences (customer and node) that are followed, in all and of one node; the next ones are counted in history only.
MAX_AUDIENCES: Final = 20_000
MAX_AUDIENCES_OF_NODE: Final = 500
#: An audience that was not heard of for this long (s) gives its place back.
AUDIENCE_IDLE_S: Final = 60

#: 21 octets a path and second; counts of one second fit 16 bits many times over, and a liar's are cut off there.
_COUNTS: Final = ("sent", "received", "lost", "rtts")
_MOST: Final = 0xFFFF
_PATH_FIELDS: Final = {
    **dict.fromkeys(_COUNTS, "<u2"),
    **dict.fromkeys(("silent_ms", "jitter_us"), "<u4"),
    "rtt_us": "<f4",
}
_HOST_FIELDS: Final = {
    **dict.fromkeys(("cpu", "memory", "disk"), "<f4"),
    **dict.fromkeys(("egress_bps", "ingress_bps"), "<f8"),
    **dict.fromkeys(("sockets", "descriptors", "stall_ms"), "<u4"),
}


@dataclass(slots=True)
class Heard:
    """What the hub itself knows of a node: when it last took a batch of it (unix s), and the clocks' difference (us)."""

    at: float
    offset_us: int = 0


@dataclass(slots=True)
class LiveWindow:
    """Written and read by one thread. `nodes` is the fleet; rows about anybody else are counted in `strangers` and left out."""

    nodes: Names[str] = field(default_factory=Names)
    regions: dict[str, str] = field(default_factory=dict)
    heard: dict[str, Heard] = field(default_factory=dict)
    strangers: int = 0
    paths: Names[tuple[int, int]] = field(default_factory=Names)
    audiences: Names[tuple[int, str]] = field(default_factory=Names)
    path_ring: Ring = field(default_factory=lambda: Ring(_PATH_FIELDS))
    host_ring: Ring = field(default_factory=lambda: Ring(_HOST_FIELDS))
    audience_ring: Ring = field(default_factory=lambda: Ring({"viewers": "<u4"}))
    _ends: tuple[int, Ints, Ints] | None = None

    def set_fleet(self, cards: Iterable[NodeCard]) -> None:
        """Follow exactly these nodes."""
        fleet = {card.name: card.region for card in cards}
        for name in [name for name, _ in self.nodes.items() if name not in fleet]:
            self._let_go(name)
        for name in sorted(fleet):
            self.nodes.take(name)
        self.regions = fleet
        self.host_ring.make_room(len(self.nodes))

    def _let_go(self, name: str) -> None:
        node = self.nodes.release(name)
        self.heard.pop(name, None)
        self.host_ring.wipe(node)
        for path, _ in [item for item in self.paths.items() if node in item[0]]:
            self.path_ring.wipe(self.paths.release(path))
        for audience, _ in [item for item in self.audiences.items() if item[0][0] == node]:
            self.audience_ring.wipe(self.audiences.release(audience))

    def take(self, batch: Batch, *, shift_s: int = 0) -> None:
        """Place a batch's rows; harmless when repeated. Rows of a node that is not of the fleet are left out."""
        node = self.nodes.number(batch.node)
        if node is None:
            self.strangers += 1
            return
        self._take_paths(node, batch.paths, shift_s)
        self._take_host(node, batch.host, shift_s)
        self._take_audiences(node, batch.viewers, shift_s)

    def hear(self, node: str, *, at: float, offset_us: int) -> None:
        """The hub took a batch of `node` at unix second `at`."""
        self.heard[node] = Heard(at, offset_us)

    def _take_paths(self, node: int, paths: PathColumns, shift_s: int) -> None:
        table = arrays(paths)
        if not table["at_s"].size:
            return
        columns = self._path_columns(node, paths.peers)[table["peer"]]
        known = columns >= 0
        self.strangers += int(columns.size - np.count_nonzero(known))
        values: dict[str, NDArray[Any]] = {name: table[name] for name in _PATH_FIELDS if name in table}
        values["rtts"] = table["samples"]
        values["rtt_us"] = sums_of_runs(table["rtts_us"], table["samples"])
        at_s = table["at_s"].astype(np.int64) + shift_s
        for name in _COUNTS:
            values[name] = np.minimum(values[name], _MOST)
        self.path_ring.write(at_s[known], columns[known], {name: value[known] for name, value in values.items()})

    def _path_columns(self, node: int, peers: list[str]) -> Ints:
        """The column of each of `peers`, -1 for strangers."""
        numbers = [self.nodes.number(peer) for peer in peers]
        columns = [-1 if peer is None or peer == node else self.paths.take((node, peer)) for peer in numbers]
        self.path_ring.make_room(len(self.paths))
        return np.array(columns, np.int64)

    def place_paths(
        self, at_s: Ints, nodes: Sequence[str], peers: Sequence[str], values: Mapping[str, NDArray[Any]]
    ) -> None:
        """Rows from history, by name; those of strangers are left out."""
        known: dict[tuple[str, str], int] = {}
        for node, peer in set(zip(nodes, peers, strict=True)):
            one = self.nodes.number(node)
            known[node, peer] = -1 if one is None else int(self._path_columns(one, [peer])[0])
        columns = np.array([known[path] for path in zip(nodes, peers, strict=True)], np.int64)
        ours = columns >= 0
        self.path_ring.write(at_s[ours], columns[ours], {name: value[ours] for name, value in values.items()})

    def place_hosts(self, at_s: Ints, nodes: Sequence[str], values: Mapping[str, NDArray[Any]]) -> None:
        """Rows from history, by name; those of strangers are left out."""
        numbers = {name: -1 if (number := self.nodes.number(name)) is None else number for name in set(nodes)}
        columns = np.array([numbers[name] for name in nodes], np.int64)
        ours = columns >= 0
        self.host_ring.write(at_s[ours], columns[ours], {name: value[ours] for name, value in values.items()})

    def _take_host(self, node: int, host: HostColumns, shift_s: int) -> None:
        table = arrays(host)
        at_s = table.pop("at_s").astype(np.int64) + shift_s
        self.host_ring.write(at_s, np.full(at_s.size, node, np.int64), table)

    def _take_audiences(self, node: int, viewers: ViewerColumns, shift_s: int) -> None:
        """A customer's streams on a node are one audience: their viewers of a second are added up."""
        table = arrays(viewers)
        if not table["at_s"].size:
            return
        columns = self._audience_columns(node, viewers.customers, int(table["at_s"].max()) + shift_s)[table["customer"]]
        followed = columns >= 0
        rows = np.stack([table["at_s"].astype(np.int64)[followed] + shift_s, columns[followed]])
        (at_s, column), inverse = np.unique(rows, axis=1, return_inverse=True)
        sums = np.bincount(inverse.ravel(), weights=table["viewers"][followed], minlength=at_s.size)
        self.audience_ring.write(at_s, column, {"viewers": sums})

    def _audience_columns(self, node: int, customers: list[str], now_s: int) -> Ints:
        """The column of each of `customers` on `node`, -1 for those that are not followed."""
        if any(self.audiences.number((node, customer)) is None for customer in customers):
            self._drop_idle_audiences(now_s)
            self._follow_audiences(node, customers)
        columns = [self.audiences.number((node, customer)) for customer in customers]
        return np.array([-1 if column is None else column for column in columns], np.int64)

    def _follow_audiences(self, node: int, customers: list[str]) -> None:
        """Follow more audiences of a node, as far as there is room."""
        room = min(MAX_AUDIENCES - self.audiences.alive, MAX_AUDIENCES_OF_NODE - self._audiences_of(node))
        fresh = [customer for customer in customers if self.audiences.number((node, customer)) is None]
        for customer in fresh[: max(room, 0)]:
            self.audiences.take((node, customer))
        self.audience_ring.make_room(len(self.audiences))

    def _audiences_of(self, node: int) -> int:
        return sum(owner == node for (owner, _), _ in self.audiences.items())

    def _drop_idle_audiences(self, now_s: int) -> None:
        idle_since = now_s - AUDIENCE_IDLE_S
        for audience, column in self.audiences.items():
            if self.audience_ring.latest[column] < idle_since:
                self.audience_ring.wipe(self.audiences.release(audience))

    def path_ends(self) -> tuple[Ints, Ints]:
        """For every path column the numbers of its node and its peer; -1 for columns that are free."""
        if self._ends is None or self._ends[0] != self.paths.revision or self._ends[1].size != self.path_ring.capacity:
            node = np.full(self.path_ring.capacity, -1, np.int64)
            peer = node.copy()
            for (one, other), column in self.paths.items():
                node[column], peer[column] = one, other
            self._ends = (self.paths.revision, node, peer)
        return self._ends[1], self._ends[2]

    def paths_over(self, width_s: int, *, end_s: int) -> Paths:
        """Every path's sums over `width_s` seconds up to about `end_s`."""
        names = ("sent", "received", "lost", "rtts", "rtt_us", "jitter_us", "rows")
        sums = self.path_ring.ending(end_s, names, width_s=width_s, patience_s=PATIENCE_S)
        node, peer = self.path_ends()
        return Paths(
            node=node,
            peer=peer,
            at_s=sums.pop("at_s"),
            silent_ms=self.path_ring.last("silent_ms", end_s, patience_s=self.path_ring.slots),
            silent_at_s=np.minimum(self.path_ring.latest, end_s).astype(np.float64),
            nodes=len(self.nodes),
            **sums,
        )

    def unheard(self, now_s: int, *, after_s: float) -> NDArray[np.bool_]:
        """Which nodes the hub took no batch of for `after_s` seconds, or ever."""
        unheard = np.ones(len(self.nodes), np.bool_)
        for name, node in self.nodes.items():
            heard = self.heard.get(name)
            unheard[node] = heard is None or now_s - heard.at >= after_s
        return unheard

    def host_now(self, end_s: int) -> Mapping[str, NDArray[np.float64]]:
        """Every node's newest figures of its machine, NaN where unknown."""
        return {name: self.host_ring.last(name, end_s, patience_s=PATIENCE_S) for name in _HOST_FIELDS}

    def audiences_now(self, end_s: int) -> list[tuple[int, str, int]]:
        """(node, customer, viewers) of every audience heard of in the last seconds."""
        viewers = self.audience_ring.last("viewers", end_s, patience_s=PATIENCE_S)
        return [
            (node, customer, int(viewers[column]))
            for (node, customer), column in self.audiences.items()
            if np.isfinite(viewers[column])
        ]

    @property
    def octets(self) -> int:
        """Memory of all rings."""
        return self.path_ring.octets + self.host_ring.octets + self.audience_ring.octets
