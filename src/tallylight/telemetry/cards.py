"""What other rooms and processes get to know of telemetry. Frozen values; None is "unknown", never zero.

Units: `_ms` milliseconds, `_pct` per cent of packets (0..100), `_bps` bits a second, shares 0..1. A path is probed from both of
its ends; a figure of a node is the median over its peers of each pair's pooled figure, so that a bad node does not accuse its
healthy peers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Presence(StrEnum):
    """Where a node stands, by what the hub and the node's peers hear of it.

    `up`: the hub hears it. `cut_off`: the hub does not, its peers do. `dead`: a quorum of credible peers does not, and they hear
    others. `silent`: the hub does not hear it and nobody can say more.
    """

    UP = "up"
    CUT_OFF = "cut_off"
    DEAD = "dead"
    SILENT = "silent"


class Metric(StrEnum):
    """What trends can show."""

    LATENCY = "latency"
    LOSS = "loss"
    JITTER = "jitter"
    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    EGRESS = "egress"
    INGRESS = "ingress"
    SOCKETS = "sockets"
    VIEWERS = "viewers"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLive:
    """One node over the last seconds. `judged` is the worst state of its thresholds: ok, pending, clearing, firing, unknown."""

    name: str
    region: str
    presence: Presence
    judged: str
    latency_ms: float | None
    loss_pct: float | None
    jitter_ms: float | None
    silent_ms: float | None
    cpu: float | None
    memory: float | None
    disk: float | None
    egress_bps: float | None
    ingress_bps: float | None
    sockets: int | None
    viewers: int | None
    heard_at: datetime | None
    clock_offset_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLive:
    """One direction of probing, from `node` to `peer`, over the last seconds."""

    node: str
    peer: str
    latency_ms: float | None
    loss_pct: float | None
    jitter_ms: float | None
    silent_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionLive:
    """A region: the worst of its nodes' figures, so that one bad node is not averaged away."""

    code: str
    nodes: int
    up: int
    firing: int
    latency_ms: float | None
    loss_pct: float | None
    viewers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewersLive:
    """Concurrent viewers of one customer (slug) on one node."""

    customer: str
    region: str
    node: str
    viewers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFacts:
    """How the hub itself does. `history_lag_s`: age of the oldest acknowledged second that is not in history yet."""

    started_at: datetime
    judging_since: datetime | None
    rows: int
    batches: int
    refused: dict[str, int]
    history_lag_s: float
    history_fault: str
    records_fault: str
    wal_bytes: int
    pending_transitions: int
    thresholds: int
    evaluation_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSnapshot:
    """Everything that is known at `at`, made once a second."""

    at: datetime
    nodes: tuple[NodeLive, ...]
    paths: tuple[PathLive, ...]
    regions: tuple[RegionLive, ...]
    viewers: tuple[ViewersLive, ...]
    hub: HubFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose figures: a region's nodes, one node, one path of a node (`peer`), one customer's viewers; empty is everything."""

    region: str = ""
    node: str = ""
    peer: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: `at_s[i]` starts the step that `values[i]` speaks of; NaN where nothing is known."""

    name: str
    values: Floats


@dataclass(frozen=True, slots=True)
class Trend:
    """Lines over common instants (unix s). Percentiles come from merged digests, never from averaged percentiles."""

    metric: Metric
    unit: str
    step_s: int
    at_s: Ints
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class MinuteStats:
    """Per slice of `slice_s` (a minute unless asked otherwise) and node, ordered by (slice, node), one row for every slice of the
    span and every known node of the region.

    `minute_s`: unix second the slice starts. `node`: index into `nodes`. `sent`: probe packets of all its pairs; 0 means nobody
    measured. Figures are the lower median over the node's peers of the pair's pooled figure: `mean_ms` and `p95_ms` of round
    trips and `jitter_ms`, their mean jitter over the seconds (RFC 3393; NaN without any), `loss_pct` of lost in lost and received
    (NaN without either). `heard_s`: seconds in which the node itself reported.
    """

    nodes: tuple[str, ...]
    minute_s: Ints
    node: Ints
    sent: Ints
    mean_ms: Floats
    p95_ms: Floats
    loss_pct: Floats
    jitter_ms: Floats
    heard_s: Ints
    slice_s: int = 60

    def __len__(self) -> int:
        return int(self.minute_s.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedSeries:
    """One line of slices measured elsewhere: whose (organisation id), of which service, where, what, and how long each is."""

    organisation: str
    service: str
    region: str
    metric: str
    statistic: str
    slice_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedSlice:
    """One of them: its start, its figure in the metric's unit, and the samples behind it.

    `affected`: the share of users it hit if it was bad, 0 to 1; `load`: in whole units of the reporter's own; None: not counted.
    """

    series: ReportedSeries
    at: datetime
    figure: float
    samples: int
    affected: float | None = None
    load: int | None = None


@dataclass(frozen=True, slots=True)
class ReportedStats:
    """Slice i starts at unix second `start_s + slice_s i`. Where nothing was reported: NaN, no samples, NaN, and load -1."""

    start_s: int
    slice_s: int
    figures: Floats
    samples: Ints
    affected: Floats
    load: Ints


class Basis(StrEnum):
    """What checked minutes rest on.

    `minutes-checked`: the rollup, which agreed with the seconds. `seconds`: the seconds, because the rollup did not agree.
    `minutes`: the rollup, and no second was left, or was ever there, to hold it against. `reported`: not ours to check.
    """

    MINUTES_CHECKED = "minutes-checked"
    SECONDS = "seconds"
    MINUTES = "minutes"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewerCount:
    """Concurrent viewers of a customer on a node, the most of any second of the span."""

    customer: str
    region: str
    node: str
    viewers: int


@dataclass(frozen=True, slots=True)
class Refusals:
    """What was refused, by problem code."""

    by_code: dict[str, int] = field(default_factory=dict)
