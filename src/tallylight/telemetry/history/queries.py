"""The questions history answers. Every one is bounded in points, memory and time; spans are half-open and in UTC."""

# ruff: noqa: S608 - statements are put together from words of ours only; what is asked for travels as parameters
from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from tallylight.telemetry.cards import Floats, Ints, Metric, MinuteStats, Scope, Series, Trend, ViewerCount
from tallylight.telemetry.errors import SpanTooWide
from tallylight.telemetry.history.client import History
from tallylight.telemetry.history.schema import QUANTILES

#: Points of one trend; rows of one answer about minutes.
MAX_POINTS: Final = 5_000
MAX_MINUTES: Final = 5_000_000
#: Spans up to this long (s) are answered from seconds where those still live.
FINE_SPAN_S: Final = 2 * 3600

Columns = Sequence[Sequence[Any]]

_DIGEST = "quantilesTDigestArrayMerge(0.5, 0.95, 0.99)(rtt)"
_DIGEST_OF_SECONDS = "quantilesTDigestArray(0.5, 0.95, 0.99)(rtts_us)"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a metric's figures are: tables of seconds and minutes, what is asked of each, and what the lines are called."""

    family: str
    unit: str
    lines: tuple[str, ...]
    of_seconds: str
    of_minutes: str


def _mean(column: str) -> Source:
    return Source("node", "share", ("mean",), f"[avg({column})]", f"[sum({column}) / sum(seconds)]")


def _rate(column: str, unit: str) -> Source:
    return Source("node", unit, ("mean",), f"[avg({column})]", f"[sum({column}) / sum(seconds)]")


_LOSS = "[100 * sum(lost) / (sum(lost) + sum(received))]"
SOURCES: Final[dict[Metric, Source]] = {
    Metric.LATENCY: Source(
        "path",
        "ms",
        ("mean", "p50", "p95", "p99"),
        f"arrayMap(x -> x / 1000, arrayPushFront({_DIGEST_OF_SECONDS}, sum(arraySum(rtts_us)) / sum(length(rtts_us))))",
        f"arrayMap(x -> x / 1000, arrayPushFront({_DIGEST}, sum(rtt_us) / sum(rtts)))",
    ),
    Metric.LOSS: Source("path", "%", ("loss",), _LOSS, _LOSS),
    Metric.JITTER: Source("path", "ms", ("mean",), "[avg(jitter_us) / 1000]", "[sum(jitter_us) / sum(seconds) / 1000]"),
    Metric.CPU: _mean("cpu"),
    Metric.MEMORY: _mean("memory"),
    Metric.DISK: _mean("disk"),
    Metric.EGRESS: _rate("egress_bps", "bit/s"),
    Metric.INGRESS: _rate("ingress_bps", "bit/s"),
    Metric.SOCKETS: _rate("sockets", ""),
    Metric.VIEWERS: Source("viewer", "", ("viewers",), "[sum(viewers)]", "[sum(viewer_seconds) / 60]"),
}


def trend(history: History, scope: Scope, metric: Metric, *, start: datetime, end: datetime, step_s: int) -> Trend:
    """`metric` within `scope` over [start, end) in steps of at least a second. Raises SpanTooWide, HistoryAway."""
    source = SOURCES[metric]
    fine = step_s % 60 != 0 or (end - start).total_seconds() <= FINE_SPAN_S
    at_s = instants(_floor(start, step_s), end, step_s, bound=MAX_POINTS)
    if not at_s.size:
        return Trend(metric, source.unit, step_s, at_s, tuple(Series(name, np.empty(0)) for name in source.lines))
    question = _trend_question(source, scope, metric, fine=fine)
    facts = {**_scope_facts(scope), "start": int(at_s[0]), "end": math.ceil(end.timestamp()), "step": step_s}
    values = np.full((at_s.size, len(source.lines)), np.nan)
    for slot, figures in history.rows(question, facts):
        values[(int(slot) - at_s[0]) // step_s] = figures
    lines = tuple(Series(name, values[:, i].copy()) for i, name in enumerate(source.lines))
    return Trend(metric, source.unit, step_s, at_s, lines)


def _trend_question(source: Source, scope: Scope, metric: Metric, *, fine: bool) -> str:
    table, clock = (f"{source.family}_second", "(at - 1)") if fine else (f"{source.family}_minute", "minute")
    second = f"toUnixTimestamp{clock}" if fine else "toUnixTimestamp(minute)"
    within = f"{second} >= %(start)s AND {second} < %(end)s"
    slot = f"intDiv({second} - %(start)s, %(step)s) * %(step)s + %(start)s"
    where = " AND ".join([within, *_conditions(source.family, scope)])
    if metric is Metric.VIEWERS:
        each = "viewers" if fine else "viewer_seconds / 60"
        return f"""SELECT slot, [avg(now)] FROM (SELECT {slot} AS slot, {second} AS second, sum({each}) AS now
            FROM {table} WHERE {where} GROUP BY slot, second) GROUP BY slot ORDER BY slot"""
    figures = source.of_seconds if fine else source.of_minutes
    return f"SELECT {slot} AS slot, {figures} AS figures FROM {table} WHERE {where} GROUP BY slot ORDER BY slot"


def _conditions(family: str, scope: Scope) -> Iterable[str]:
    """A node's own paths are those it probes and those that probe it."""
    if scope.region:
        yield "region = %(region)s"
    if scope.node and scope.peer and family == "path":
        yield "node = %(node)s AND peer = %(peer)s"
    elif scope.node:
        yield "(node = %(node)s OR peer = %(node)s)" if family == "path" else "node = %(node)s"
    if scope.customer and family == "viewer":
        yield "customer = %(customer)s"


def _scope_facts(scope: Scope) -> dict[str, object]:
    return {"region": scope.region, "node": scope.node, "peer": scope.peer, "customer": scope.customer}


def nodes_seen_in(history: History, region: str, *, start: datetime, end: datetime) -> set[str]:
    """Nodes that reported from `region` within [start, end), also those that were retired since."""
    question = """SELECT DISTINCT node FROM node_minute WHERE region = %(region)s
        AND toUnixTimestamp(minute) >= %(start)s AND toUnixTimestamp(minute) < %(end)s"""
    facts = {"region": region, "start": int(start.timestamp()), "end": math.ceil(end.timestamp())}
    return {str(name) for (name,) in history.rows(question, facts)}


#: The rollup's columns that figures are made of, as its view makes them of seconds.
_ROLLED_UP = f"""
    SELECT toStartOfMinute(at - 1) AS minute, node, peer, count() AS seconds, sum(sent) AS sent, sum(received) AS received,
        sum(lost) AS lost, sum(jitter_us) AS jitter_us, sum(length(rtts_us)) AS rtts, sum(arraySum(rtts_us)) AS rtt_us,
        quantilesTDigestArrayState({QUANTILES})(rtts_us) AS rtt
    FROM path_second
    WHERE at > toDateTime(%(start)s, 'UTC') AND at <= toDateTime(%(end)s, 'UTC') AND (node IN %(nodes)s OR peer IN %(nodes)s)
    GROUP BY minute, node, peer"""
#: Sums and digests of minutes merge exactly, so that a slice of any length is as one that was measured whole.
_PAIRS = """
    SELECT {slot} AS at, least(node, peer) AS a, greatest(node, peer) AS b, sum(p.sent) AS packets,
        sum(p.rtt_us) / sum(p.rtts) / 1000 AS mean_ms, quantilesTDigestArrayMerge(0.5, 0.95, 0.99)(p.rtt)[2] / 1000 AS p95_ms,
        100 * sum(p.lost) / (sum(p.lost) + sum(p.received)) AS loss_pct,
        if(sum(p.rtts) > 0, sum(p.jitter_us) / sum(p.seconds) / 1000, nan) AS jitter_ms
    FROM {minutes} AS p
    WHERE toUnixTimestamp(minute) >= %(start)s AND toUnixTimestamp(minute) < %(end)s
        AND (node IN %(nodes)s OR peer IN %(nodes)s)
    GROUP BY at, a, b"""
_FIGURES = """
    SELECT at, name, sum(packets), medianExactLowIf(mean_ms, isFinite(mean_ms)), medianExactLowIf(p95_ms, isFinite(p95_ms)),
        medianExactLowIf(loss_pct, isFinite(loss_pct)), medianExactLowIf(jitter_ms, isFinite(jitter_ms)),
        countIf(isFinite(mean_ms)), countIf(isFinite(loss_pct))
    FROM ({pairs}) ARRAY JOIN [a, b] AS name WHERE name IN %(nodes)s GROUP BY at, name"""
_HEARD = """
    SELECT {slot} AS at, node, sum(seconds) FROM node_minute
    WHERE toUnixTimestamp(minute) >= %(start)s AND toUnixTimestamp(minute) < %(end)s AND node IN %(nodes)s GROUP BY at, node"""


def minute_stats(
    history: History,
    nodes: Iterable[str],
    *,
    start: datetime,
    end: datetime,
    slice_s: int = 60,
    from_seconds: bool = False,
) -> MinuteStats:
    """Figures of `nodes` for every slice (of whole minutes, from a multiple of its length on) that starts within [start, end).

    From the rollup, or anew from the seconds. Raises SpanTooWide, HistoryAway.
    """
    names = tuple(sorted(nodes))
    first = -int(-start.timestamp() // slice_s) * slice_s
    starts = instants(first, end, slice_s, bound=MAX_MINUTES // max(len(names), 1))
    stats = _empty_minutes(names, starts, slice_s)
    if len(stats):
        facts = {"nodes": list(names), "start": first, "end": int(starts[-1]) + slice_s, "slice": slice_s}
        slot = "toInt64(intDiv(toUnixTimestamp(minute), %(slice)s) * %(slice)s)"
        minutes_of = f"({_ROLLED_UP})" if from_seconds else "path_minute"
        question = _FIGURES.format(pairs=_PAIRS.format(minutes=minutes_of, slot=slot))
        _fill_figures(stats, history.columns(question, facts))
        _fill_heard(stats, history.columns(_HEARD.format(slot=slot), facts))
    return stats


_ANY_SECOND = """
    SELECT 1 FROM path_second WHERE at > toDateTime(%(start)s, 'UTC') AND at <= toDateTime(%(end)s, 'UTC') LIMIT 1"""
_ROLLUP = """
    SELECT minute, node, peer, sum(p.seconds) AS seconds, sum(p.sent) AS sent, sum(p.received) AS received,
        sum(p.lost) AS lost, sum(p.jitter_us) AS jitter_us, sum(p.rtts) AS rtts, sum(p.rtt_us) AS rtt_us
    FROM path_minute AS p
    WHERE minute >= toDateTime(%(start)s, 'UTC') AND minute < toDateTime(%(end)s, 'UTC')
        AND (node IN %(nodes)s OR peer IN %(nodes)s)
    GROUP BY minute, node, peer"""
_SUMS = ("sent", "received", "lost", "jitter_us", "rtts", "rtt_us")
_DIFFERENT = f"""
    SELECT count(), countIf(raw.seconds > rolled.seconds OR rolled.seconds > 60
        OR (raw.seconds = rolled.seconds AND ({" OR ".join(f"raw.{name} != rolled.{name}" for name in _SUMS)})))
    FROM ({_ROLLED_UP}) AS raw LEFT JOIN ({_ROLLUP}) AS rolled USING (minute, node, peer)"""


def held_against_seconds(history: History, nodes: Iterable[str], *, start: datetime, end: datetime) -> tuple[int, int]:
    """How many path minutes of `[start, end)` still have seconds, and in how many of those the rollup lacks or has other ones.

    A minute of which some seconds are gone by age can't accuse its rollup. Asked hour by hour. Raises HistoryAway.
    """
    names, compared, different = sorted(nodes), 0, 0
    first, last = int(start.timestamp()), int(end.timestamp())
    if not names or not history.rows(_ANY_SECOND, {"start": first, "end": last}):
        return 0, 0
    for hour_s in range(first, last, 3600):
        facts = {"nodes": names, "start": hour_s, "end": min(hour_s + 3600, last)}
        ((seen, wrong),) = history.rows(_DIFFERENT, facts)
        compared, different = compared + int(seen), different + int(wrong)
    return compared, different


def _empty_minutes(names: tuple[str, ...], minutes: Ints, slice_s: int) -> MinuteStats:
    size = minutes.size * len(names)
    unknown, none = np.full(size, np.nan), np.zeros(size, np.int64)
    return MinuteStats(
        nodes=names,
        minute_s=np.repeat(minutes, len(names)),
        node=np.tile(np.arange(len(names), dtype=np.int64), minutes.size),
        sent=none.copy(),
        mean_ms=unknown.copy(),
        p95_ms=unknown.copy(),
        loss_pct=unknown.copy(),
        jitter_ms=unknown.copy(),
        heard_s=none.copy(),
        slice_s=slice_s,
    )


def _places(stats: MinuteStats, at: Sequence[int], names: Sequence[str]) -> Ints:
    """Where (minute, node) stands in the dense columns."""
    index = {name: i for i, name in enumerate(stats.nodes)}
    minute = (np.asarray(at, np.int64) - stats.minute_s[0]) // stats.slice_s
    places: Ints = minute * len(stats.nodes) + np.array([index[name] for name in names], np.int64)
    return places


def _fill_figures(stats: MinuteStats, columns: Columns) -> None:
    if columns:
        at, names, sent, mean, p95, loss, jitter, timed, counted = columns
        places = _places(stats, at, names)
        stats.sent[places] = sent
        stats.mean_ms[places] = _known(mean, timed)
        stats.p95_ms[places] = _known(p95, timed)
        stats.loss_pct[places] = _known(loss, counted)
        stats.jitter_ms[places] = _known(jitter, timed)


def _known(figures: Sequence[float], pairs: Sequence[int]) -> Floats:
    """A median of no pairs is not known."""
    return np.where(np.asarray(pairs) > 0, np.asarray(figures, np.float64), np.nan)


def _fill_heard(stats: MinuteStats, columns: Columns) -> None:
    if columns:
        at, names, seconds = columns
        stats.heard_s[_places(stats, at, names)] = seconds


_AUDIENCE = """
    SELECT toInt64(intDiv(toUnixTimestamp(minute), %(slice)s) * %(slice)s) AS at, node, sum(viewer_seconds) FROM viewer_minute
    WHERE customer = %(customer)s AND region = %(region)s AND node IN %(nodes)s
        AND toUnixTimestamp(minute) >= %(start)s AND toUnixTimestamp(minute) < %(end)s
    GROUP BY at, node"""


def audience(
    history: History, customer: str, region: str, nodes: Sequence[str], *, first: int, slices: int, slice_s: int
) -> Ints:
    """Viewer-seconds of a customer (slug) on each of `nodes` (columns) in each slice (rows) from unix second `first` on.

    Raises HistoryAway.
    """
    seen = np.zeros((slices, len(nodes)), np.int64)
    facts = {"customer": customer, "region": region, "nodes": list(nodes), "start": first, "slice": slice_s}
    if seen.size and (columns := history.columns(_AUDIENCE, {**facts, "end": first + slices * slice_s})):
        at, names, viewer_seconds = columns
        index = {name: i for i, name in enumerate(nodes)}
        rows = (np.asarray(at, np.int64) - first) // slice_s
        seen[rows, [index[name] for name in names]] = viewer_seconds
    return seen


def viewers(history: History, *, start: datetime, end: datetime, customer: str = "") -> list[ViewerCount]:
    """The most concurrent viewers per customer and node within [start, end). Raises HistoryAway."""
    narrow = "AND customer = %(customer)s" if customer else ""
    question = f"""SELECT customer, any(region), node, max(now) FROM (
            SELECT customer, region, node, at, sum(viewers) AS now FROM viewer_second
            WHERE at > toDateTime(%(start)s) AND at <= toDateTime(%(end)s) {narrow}
            GROUP BY customer, region, node, at)
        GROUP BY customer, node ORDER BY customer, node LIMIT 100000"""
    facts = {"customer": customer, "start": int(start.timestamp()), "end": math.ceil(end.timestamp())}
    return [
        ViewerCount(customer=who, region=region, node=node, viewers=int(most))
        for who, region, node, most in history.rows(question, facts)
    ]


def instants(first: int, end: datetime, step_s: int, *, bound: int) -> Ints:
    """Every step from `first` to before `end`; counted before any is made. Raises SpanTooWide."""
    points = max(0, math.ceil((end.timestamp() - first) / step_s))
    if points > bound:
        raise SpanTooWide(points=points, bound=bound)
    return first + step_s * np.arange(points, dtype=np.int64)


def _floor(instant: datetime, step_s: int) -> int:
    return int(instant.timestamp()) // step_s * step_s
