"""Slices that were measured elsewhere, by players or relays: written as they are reported, read as a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import numpy as np

from tallylight.telemetry.cards import ReportedSeries, ReportedSlice, ReportedStats
from tallylight.telemetry.history.blocks import Words
from tallylight.telemetry.history.client import History
from tallylight.telemetry.history.native import Block
from tallylight.telemetry.history.queries import MAX_MINUTES, instants

TABLE: Final = "reported_slice"
_WORDS = ("organisation", "service", "region", "metric", "statistic")
_FIGURES = """
    SELECT toUnixTimestamp(at), argMax(figure, reported_at), argMax(samples, reported_at), argMax(affected, reported_at),
        argMax(load, reported_at)
    FROM reported_slice
    WHERE organisation = %(organisation)s AND service = %(service)s AND region = %(region)s AND metric = %(metric)s
        AND statistic = %(statistic)s AND slice_s = %(slice_s)s
        AND toUnixTimestamp(at) >= %(start)s AND toUnixTimestamp(at) < %(end)s
    GROUP BY at ORDER BY at"""


def write(history: History, rows: Sequence[ReportedSlice], *, now: datetime) -> None:
    """Keep what is reported; the latest report of a slice stands, the same one again changes nothing. Raises HistoryAway."""
    block = Block(len(rows))
    for name in _WORDS:
        words = Words()
        index = np.array([words.number(getattr(row.series, name)) for row in rows], np.uint32)
        block.names_of(name, words.all(), index)
    block.numbers("slice_s", "UInt32", np.array([row.series.slice_s for row in rows], np.uint32))
    block.numbers("at", "DateTime('UTC')", np.array([int(row.at.timestamp()) for row in rows], np.uint32))
    block.numbers("figure", "Float64", np.array([row.figure for row in rows], np.float64))
    block.numbers("samples", "UInt64", np.array([row.samples for row in rows], np.uint64))
    affected = [np.nan if row.affected is None else row.affected for row in rows]
    block.numbers("affected", "Float64", np.array(affected, np.float64))
    block.numbers("load", "Int64", np.array([-1 if row.load is None else row.load for row in rows], np.int64))
    at_us = int((now.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)
    block.numbers("reported_at", "DateTime64(6, 'UTC')", np.full(len(rows), at_us, np.int64))
    history.insert(TABLE, block, token=sha256(block.octets()).hexdigest())


def read(history: History, series: ReportedSeries, *, start: datetime, end: datetime) -> ReportedStats:
    """The slices that start within [start, end), from the first whole one on. Raises SpanTooWide, HistoryAway."""
    first = -int(-start.timestamp() // series.slice_s) * series.slice_s
    at_s = instants(first, end, series.slice_s, bound=MAX_MINUTES)
    stats = ReportedStats(
        start_s=first,
        slice_s=series.slice_s,
        figures=np.full(at_s.size, np.nan),
        samples=np.zeros(at_s.size, np.int64),
        affected=np.full(at_s.size, np.nan),
        load=np.full(at_s.size, -1, np.int64),
    )
    facts = {**asdict(series), "start": first, "end": end.timestamp()}
    if at_s.size and (columns := history.columns(_FIGURES, facts)):
        at, figures, samples, affected, load = columns
        places = (np.asarray(at, np.int64) - first) // series.slice_s
        stats.figures[places], stats.samples[places] = figures, samples
        stats.affected[places], stats.load[places] = affected, load
    return stats
