"""The door of `telemetry`: what the network did and does, for every room above and every process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tallylight.fleet import api as fleet
from tallylight.kernel import clock
from tallylight.telemetry.cards import (
    Basis,
    HubFacts,
    Ints,
    LiveSnapshot,
    Metric,
    MinuteStats,
    NodeLive,
    PathLive,
    Presence,
    RegionLive,
    ReportedSeries,
    ReportedSlice,
    ReportedStats,
    Scope,
    Series,
    Trend,
    ViewerCount,
    ViewersLive,
)
from tallylight.telemetry.errors import HistoryAway, HubAway, SpanTooWide
from tallylight.telemetry.history import queries
from tallylight.telemetry.history import reported as reports
from tallylight.telemetry.history.client import shared
from tallylight.telemetry.history.schema import MINUTE_DAYS
from tallylight.telemetry.live import live_snapshot
from tallylight.telemetry.readings import Paths, Reading, latency_ms, loss_pct, presence, silence_ms
from tallylight.telemetry.window import LiveWindow

__all__ = [
    "Basis",
    "HistoryAway",
    "HubAway",
    "HubFacts",
    "LiveSnapshot",
    "LiveWindow",
    "Metric",
    "MinuteStats",
    "NodeLive",
    "PathLive",
    "Paths",
    "Presence",
    "Reading",
    "RegionLive",
    "ReportedSeries",
    "ReportedSlice",
    "ReportedStats",
    "Scope",
    "Series",
    "SpanTooWide",
    "Trend",
    "ViewerCount",
    "ViewersLive",
    "audience",
    "checked_minute_stats",
    "latency_ms",
    "live_snapshot",
    "loss_pct",
    "minute_stats",
    "minutes_since",
    "presence",
    "report",
    "reported",
    "silence_ms",
    "trends",
    "viewers_between",
    "viewers_on",
]

#: How far back "lately" reaches when the hub is away.
LATELY = timedelta(seconds=60)


def trends(scope: Scope, metric: Metric, start: datetime, end: datetime, step_s: int) -> Trend:
    """Lines for a chart over [start, end): latency gives mean, p50, p95 and p99 (ms), every other metric one line.

    A region's or node's latency and loss pool every path of theirs. Raises SpanTooWide, HistoryAway.
    """
    return queries.trend(shared(), scope, metric, start=start, end=end, step_s=step_s)


def minutes_since(now: datetime) -> datetime:
    """The first midnight (UTC) from which on history still holds every minute at `now`."""
    oldest = (now - timedelta(days=MINUTE_DAYS)).astimezone(UTC)
    return oldest.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def minute_stats(region: str, start: datetime, end: datetime, *, slice_s: int = 60) -> MinuteStats:
    """Per slice of `slice_s` and node of `region`, for every slice that starts within [start, end): see MinuteStats.

    Nodes retired since are included. Raises SpanTooWide, HistoryAway.
    """
    return queries.minute_stats(shared(), _nodes_of(region, start, end), start=start, end=end, slice_s=slice_s)


def checked_minute_stats(
    region: str, start: datetime, end: datetime, *, slice_s: int = 60
) -> tuple[MinuteStats, Basis]:
    """As `minute_stats`, after holding the minutes against the seconds they were rolled up from, where those still are.

    Minutes that lack seconds, or count some twice, are made anew from the seconds. Raises SpanTooWide, HistoryAway.
    """
    nodes = _nodes_of(region, start, end)
    compared, different = queries.held_against_seconds(shared(), nodes, start=start, end=end)
    stats = queries.minute_stats(shared(), nodes, start=start, end=end, slice_s=slice_s, from_seconds=different > 0)
    basis = Basis.SECONDS if different else Basis.MINUTES_CHECKED if compared else Basis.MINUTES
    return stats, basis


def _nodes_of(region: str, start: datetime, end: datetime) -> set[str]:
    now_there = {node.name for node in fleet.nodes() if node.region == region}
    return now_there | queries.nodes_seen_in(shared(), region, start=start, end=end)


def report(rows: Sequence[ReportedSlice], *, now: datetime) -> None:
    """Keep slices that were measured elsewhere; the latest report of a slice stands. Raises HistoryAway."""
    reports.write(shared(), rows, now=now)


def reported(series: ReportedSeries, start: datetime, end: datetime) -> ReportedStats:
    """What was reported of the slices that start within [start, end). Raises SpanTooWide, HistoryAway."""
    return reports.read(shared(), series, start=start, end=end)


def audience(customer: str, region: str, nodes: Sequence[str], *, first: int, slices: int, slice_s: int) -> Ints:
    """Viewer-seconds of a customer (slug) by slice (rows) and node (columns), from unix second `first` on. Raises HistoryAway."""
    return queries.audience(shared(), customer, region, nodes, first=first, slices=slices, slice_s=slice_s)


def viewers_between(start: datetime, end: datetime, customer: str = "") -> list[ViewerCount]:
    """The most concurrent viewers per customer (slug) and node in any second of [start, end). Raises HistoryAway."""
    return queries.viewers(shared(), start=start, end=end, customer=customer)


def viewers_on(nodes: set[str]) -> list[ViewerCount]:
    """Who watches through `nodes` now: from the hub, or from the last minute of history when the hub is away.

    Raises HistoryAway when both are away.
    """
    try:
        counts = [
            ViewerCount(customer=seen.customer, region=seen.region, node=seen.node, viewers=seen.viewers)
            for seen in live_snapshot().viewers
        ]
    except HubAway:
        now = clock.now()
        counts = viewers_between(now - LATELY, now)
    return [count for count in counts if count.node in nodes]
