"""The tables of history and how they came to be: numbered steps, each applied once.

Seconds are raw and short-lived; minutes are rolled up by materialized views and keep t-digests, so that percentiles of any span
come from merged digests. Every table remembers the tokens of its last inserts, so that a repeated insert changes nothing.
"""

# ruff: noqa: S608 - statements are put together from words of ours only; what is asked for travels as parameters
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

log = structlog.get_logger(__name__)

#: How long rows live, in days.
SECOND_DAYS: Final = 2
#: Seconds of paths live a day longer than the hub takes late rows, so that a day's minutes can be held against its seconds
#: when it is sealed.
PATH_SECOND_DAYS: Final = 3
MINUTE_DAYS: Final = 90
#: How many inserts a table remembers by their token.
REMEMBERED_INSERTS: Final = 10_000
#: Levels that every digest answers.
QUANTILES: Final = "0.5, 0.95, 0.99"


@dataclass(frozen=True, slots=True)
class Engines:
    """The one place that names table engines; `replicated` is for a cluster with Keeper and macros."""

    replicated: bool = False

    def merge_tree(self, kind: str = "") -> str:
        """The engine of a table of `kind` ("", "Aggregating" or "Replacing")."""
        return f"Replicated{kind}MergeTree" if self.replicated else f"{kind}MergeTree"

    @property
    def keeps(self) -> str:
        """Settings of every table: it remembers its last inserts, and an acknowledged one is on disk."""
        window = "replicated_deduplication_window" if self.replicated else "non_replicated_deduplication_window"
        return f"{window} = {REMEMBERED_INSERTS}, fsync_after_insert = 1, fsync_part_directory = 1"


class Runs(Protocol):
    """Something that runs a statement, or asks a question (rows)."""

    def run(self, statement: str) -> None: ...

    def rows(self, question: str) -> Sequence[Sequence[object]]: ...


def migrate(engine: Runs, engines: Engines | None = None) -> list[int]:
    """Bring history up to date; returns the steps that were applied. Harmless when repeated or interrupted."""
    engines = engines or Engines()
    engine.run(
        f"CREATE TABLE IF NOT EXISTS schema_steps (step UInt32, applied_at DateTime DEFAULT now()) "
        f"ENGINE = {engines.merge_tree()} ORDER BY step"
    )
    done = {int(str(row[0])) for row in engine.rows("SELECT step FROM schema_steps")}
    applied = []
    for step, statements in enumerate(steps(engines), start=1):
        if step in done:
            continue
        for statement in statements:
            engine.run(statement)
        engine.run(f"INSERT INTO schema_steps (step) VALUES ({step})")
        log.info("history schema step applied", step=step)
        applied.append(step)
    return applied


def steps(engines: Engines) -> tuple[tuple[str, ...], ...]:
    """Every step's statements, each safe to repeat. Never change one that was released; append."""
    return (
        (*_seconds(engines), *_minutes(engines), *_views()),
        (f"ALTER TABLE path_second MODIFY TTL at + INTERVAL {PATH_SECOND_DAYS} DAY DELETE",),
        (_reported(engines),),
    )


def _seconds(engines: Engines) -> tuple[str, ...]:
    end = f"""ENGINE = {engines.merge_tree()} PARTITION BY toDate(at) ORDER BY %s
        TTL at + INTERVAL {SECOND_DAYS} DAY DELETE SETTINGS {engines.keeps}, ttl_only_drop_parts = 1"""
    return (
        f"""CREATE TABLE IF NOT EXISTS path_second (
            at DateTime('UTC') CODEC(Delta, ZSTD), node LowCardinality(String), peer LowCardinality(String),
            region LowCardinality(String), sent UInt32, received UInt32, lost UInt32, late UInt32, duplicated UInt32,
            reordered UInt32, lost_forward UInt32, lost_backward UInt32, silent_ms UInt32, jitter_us UInt32,
            clock_error_us UInt32, rtts_us Array(UInt32) CODEC(ZSTD)
        ) {end % "(node, peer, at)"}""",
        f"""CREATE TABLE IF NOT EXISTS node_second (
            at DateTime('UTC') CODEC(Delta, ZSTD), node LowCardinality(String), region LowCardinality(String),
            cpu Float32, memory Float32, disk Float32, egress_bps UInt64, ingress_bps UInt64, sockets UInt32,
            descriptors UInt32, stall_ms UInt32, clock_offset_us Int64
        ) {end % "(node, at)"}""",
        f"""CREATE TABLE IF NOT EXISTS viewer_second (
            at DateTime('UTC') CODEC(Delta, ZSTD), node LowCardinality(String), region LowCardinality(String),
            customer LowCardinality(String), stream String, viewers UInt32
        ) {end % "(customer, node, stream, at)"}""",
    )


def _minutes(engines: Engines) -> tuple[str, ...]:
    end = f"""ENGINE = {engines.merge_tree("Aggregating")} PARTITION BY toYYYYMM(minute) ORDER BY %s
        TTL minute + INTERVAL {MINUTE_DAYS} DAY DELETE SETTINGS {engines.keeps}"""
    sums = "SimpleAggregateFunction(sum, UInt64)"
    most = "SimpleAggregateFunction(max, UInt64)"
    total = "SimpleAggregateFunction(sum, Float64)"
    return (
        f"""CREATE TABLE IF NOT EXISTS path_minute (
            minute DateTime('UTC'), node LowCardinality(String), peer LowCardinality(String),
            region LowCardinality(String), seconds {sums}, sent {sums}, received {sums}, lost {sums}, late {sums},
            duplicated {sums}, reordered {sums}, lost_forward {sums}, lost_backward {sums}, silent_ms {most},
            jitter_us {sums}, rtts {sums}, rtt_us {sums},
            rtt AggregateFunction(quantilesTDigestArray({QUANTILES}), Array(UInt32))
        ) {end % "(region, node, peer, minute)"}""",
        f"""CREATE TABLE IF NOT EXISTS node_minute (
            minute DateTime('UTC'), node LowCardinality(String), region LowCardinality(String), seconds {sums},
            cpu {total}, memory {total}, disk {total}, egress_bps {sums}, ingress_bps {sums}, sockets {sums},
            descriptors {sums}, stall_ms {most}
        ) {end % "(region, node, minute)"}""",
        f"""CREATE TABLE IF NOT EXISTS viewer_minute (
            minute DateTime('UTC'), node LowCardinality(String), region LowCardinality(String),
            customer LowCardinality(String), stream String, viewer_seconds {sums}, viewers {most}
        ) {end % "(customer, region, node, stream, minute)"}""",
    )


def _reported(engines: Engines) -> str:
    """Slices measured elsewhere. The latest report of a slice stands; NaN and -1 are unknown."""
    words = ", ".join(
        f"{name} LowCardinality(String)" for name in ("organisation", "service", "region", "metric", "statistic")
    )
    return f"""CREATE TABLE IF NOT EXISTS reported_slice (
            {words}, slice_s UInt32, at DateTime('UTC') CODEC(Delta, ZSTD), figure Float64, samples UInt64,
            affected Float64, load Int64, reported_at DateTime64(6, 'UTC')
        ) ENGINE = {engines.merge_tree("Replacing")}(reported_at) PARTITION BY toYYYYMM(at)
        ORDER BY (organisation, service, region, metric, statistic, slice_s, at)
        TTL at + INTERVAL {MINUTE_DAYS} DAY DELETE SETTINGS {engines.keeps}"""


def _views() -> tuple[str, ...]:
    counters = ("sent", "received", "lost", "late", "duplicated", "reordered", "lost_forward", "lost_backward")
    counted = ", ".join(f"sum({name}) AS {name}" for name in counters)
    host = ", ".join(
        f"sum({name}) AS {name}"
        for name in ("cpu", "memory", "disk", "egress_bps", "ingress_bps", "sockets", "descriptors")
    )
    return (
        f"""CREATE MATERIALIZED VIEW IF NOT EXISTS path_minute_view TO path_minute AS
        SELECT toStartOfMinute(at - 1) AS minute, node, peer, region, count() AS seconds, {counted},
            max(silent_ms) AS silent_ms, sum(jitter_us) AS jitter_us, sum(length(rtts_us)) AS rtts,
            sum(arraySum(rtts_us)) AS rtt_us, quantilesTDigestArrayState({QUANTILES})(rtts_us) AS rtt
        FROM path_second GROUP BY minute, node, peer, region""",
        f"""CREATE MATERIALIZED VIEW IF NOT EXISTS node_minute_view TO node_minute AS
        SELECT toStartOfMinute(at - 1) AS minute, node, region, count() AS seconds, {host},
            max(stall_ms) AS stall_ms
        FROM node_second GROUP BY minute, node, region""",
        """CREATE MATERIALIZED VIEW IF NOT EXISTS viewer_minute_view TO viewer_minute AS
        SELECT toStartOfMinute(at - 1) AS minute, node, region, customer, stream,
            sum(second.viewers) AS viewer_seconds, max(second.viewers) AS viewers
        FROM viewer_second AS second GROUP BY minute, node, region, customer, stream""",
    )
