"""What the paths say about the nodes. Pure.

A path is probed from both ends; both directions of a pair are pooled. A node's figure is the lower median over its pairs, so that
a bad node does not accuse its healthy peers: it takes more than half of a node's pairs to speak against it.

Whether a node is silent to the network is testimony: being heard by anybody counts always; not being heard counts only from a
peer that hears somebody else, or that the hub hears while it does not hear the node.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tallylight.telemetry.cards import Presence

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: A pair that exchanged nothing for this long (ms) does not hear each other.
UNHEARD_MS: Final = 1_500.0


@dataclass(frozen=True)
class Paths:
    """Sums over a window for every path column; see `LiveWindow.paths_over`.

    `at_s`: the second the window ends, -1 for paths that are behind. `silent_ms` was stated at `silent_at_s`, however old.
    """

    node: Ints
    peer: Ints
    at_s: Floats
    sent: Floats
    received: Floats
    lost: Floats
    rtts: Floats
    rtt_us: Floats
    jitter_us: Floats
    rows: Floats
    silent_ms: Floats
    silent_at_s: Floats
    nodes: int

    @cached_property
    def pairs(self) -> Pairs:
        """The same, pooled over both directions."""
        return Pairs.of(self)


@dataclass(frozen=True)
class Pairs:
    """Pooled sums of every pair; `a` < `b` are its ends. `silence_ms` is NaN when neither end reports."""

    a: Ints
    b: Ints
    at_s: Floats
    sent: Floats
    received: Floats
    lost: Floats
    rtts: Floats
    rtt_us: Floats
    silence_ms: Floats

    @staticmethod
    def of(paths: Paths) -> Pairs:
        """Pool both directions of every pair."""
        used = np.flatnonzero(paths.node >= 0)
        node, peer = paths.node[used], paths.peer[used]
        keys = np.minimum(node, peer) * np.int64(max(paths.nodes, 1)) + np.maximum(node, peer)
        pairs, of_path = np.unique(keys, return_inverse=True)
        size = pairs.size

        def pooled(column: Floats) -> Floats:
            return _totals(of_path, column[used], size)

        at_s = np.full(size, -1.0)
        np.maximum.at(at_s, of_path, paths.at_s[used])
        a, b = np.divmod(pairs, np.int64(max(paths.nodes, 1)))
        sums = {name: pooled(getattr(paths, name)) for name in ("sent", "received", "lost", "rtts", "rtt_us")}
        return Pairs(a=a, b=b, at_s=at_s, silence_ms=_silence(paths, used, of_path, at_s), **sums)


def _silence(paths: Paths, used: Ints, of_path: Ints, at_s: Floats) -> Floats:
    """Time since either end last heard the other, as of the pair's newest report (ms). Old evidence counts, as old."""
    evidence = np.full(at_s.size, -np.inf)
    heard_ms = paths.silent_at_s[used] * 1000 - paths.silent_ms[used]
    known = np.isfinite(heard_ms)
    np.maximum.at(evidence, of_path[known], heard_ms[known])
    return np.where((at_s >= 0) & np.isfinite(evidence), np.maximum(at_s * 1000 - evidence, 0.0), np.nan)


@dataclass(frozen=True)
class Reading:
    """One metric of every node: its value (NaN where unknown), the packets it rests on, and the second it ends (-1: none)."""

    value: Floats
    samples: Floats
    at_s: Floats

    @property
    def says_dead(self) -> Bools:
        """Of a reading of `silence_ms`: which nodes nobody hears."""
        return self.value >= UNHEARD_MS

    def without(self, nodes: Bools) -> Reading:
        """The same with `nodes` unknown."""
        return Reading(np.where(nodes, np.nan, self.value), np.where(nodes, 0.0, self.samples), self.at_s)


def latency_ms(paths: Paths) -> Reading:
    """Mean round trip over the window. Samples: round trips."""
    pairs = paths.pairs
    return _of_nodes(pairs, _ratio(pairs.rtt_us / 1000, pairs.rtts), pairs.rtts, paths.nodes)


def loss_pct(paths: Paths) -> Reading:
    """Lost in lost and received. Samples: both."""
    pairs = paths.pairs
    settled = pairs.lost + pairs.received
    return _of_nodes(pairs, _ratio(100 * pairs.lost, settled), settled, paths.nodes)


def silence_ms(paths: Paths, *, unheard_by_hub: Bools) -> Reading:
    """Time without an answer by the testimony of credible pairs. Samples: packets those pairs sent in the window."""
    pairs = paths.pairs
    known = np.isfinite(pairs.silence_ms)
    heard = known & (pairs.silence_ms < UNHEARD_MS)
    hears = np.bincount(pairs.a[heard], minlength=paths.nodes) + np.bincount(pairs.b[heard], minlength=paths.nodes)
    ends, others, which = _both_ends(pairs)
    vouched = (hears[others] > 0) | (unheard_by_hub[ends] & ~unheard_by_hub[others])
    credible = known[which] & (heard[which] | vouched)
    return _lower_median(
        ends[credible],
        pairs.silence_ms[which[credible]],
        pairs.sent[which[credible]],
        pairs.at_s[which[credible]],
        paths.nodes,
    )


def presence(silence: Reading, *, unheard_by_hub: Bools) -> list[Presence]:
    """Where every node stands."""
    dead = silence.says_dead
    cut_off = silence.value < UNHEARD_MS
    words = np.select(
        [dead, ~unheard_by_hub, cut_off],
        [Presence.DEAD.value, Presence.UP.value, Presence.CUT_OFF.value],
        Presence.SILENT.value,
    )
    return [Presence(word) for word in words.tolist()]


def _of_nodes(pairs: Pairs, value: Floats, samples: Floats, nodes: int) -> Reading:
    ends, _, which = _both_ends(pairs)
    known = np.isfinite(value[which])
    ends, which = ends[known], which[known]
    return _lower_median(ends, value[which], samples[which], pairs.at_s[which], nodes)


def _both_ends(pairs: Pairs) -> tuple[Ints, Ints, Ints]:
    """Every pair seen from each of its ends: the end, the other end, the pair."""
    which = np.arange(pairs.a.size)
    return np.concatenate([pairs.a, pairs.b]), np.concatenate([pairs.b, pairs.a]), np.concatenate([which, which])


def _lower_median(ends: Ints, values: Floats, samples: Floats, at_s: Floats, nodes: int) -> Reading:
    """Per node: the lower median of `values`, the sum of `samples`, the newest of `at_s`."""
    median, newest = np.full(nodes, np.nan), np.full(nodes, -1.0)
    order = np.lexsort((values, ends))
    counts = np.bincount(ends, minlength=nodes)
    some = np.flatnonzero(counts)
    starts = np.cumsum(counts) - counts
    median[some] = values[order[starts[some] + (counts[some] - 1) // 2]]
    np.maximum.at(newest, ends, at_s)
    return Reading(median, _totals(ends, samples, nodes), newest)


def _totals(group: Ints, values: Floats, groups: int) -> Floats:
    """The sum of `values` in each group."""
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64)


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio: Floats = np.divide(part, whole, out=np.full(part.size, np.nan), where=whole > 0)
    return ratio
