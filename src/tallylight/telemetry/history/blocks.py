"""From batches to the blocks that history takes: one block a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallylight.telemetry.columns import arrays
from tallylight.telemetry.history.native import Block
from tallylight.telemetry.record import Record
from tallylight.wire.batch import Batch, HostColumns, PathColumns, ViewerColumns

Array = NDArray[Any]

_PATH_COUNTS = (
    *("sent", "received", "lost", "late", "duplicated", "reordered", "lost_forward", "lost_backward"),
    *("silent_ms", "jitter_us", "clock_error_us"),
)


@dataclass(slots=True)
class Words:
    """Distinct words, numbered as they come."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, word: str) -> int:
        """The number of `word`."""
        return self.numbers.setdefault(word, len(self.numbers))

    def all(self) -> list[str]:
        """The words in the order of their numbers."""
        return list(self.numbers)


@dataclass(slots=True)
class Rows:
    """Columns of one table, gathered batch by batch."""

    parts: dict[str, list[Array]] = field(default_factory=dict)
    words: Words = field(default_factory=Words)

    def add(self, **columns: Array) -> None:
        """Append one batch's columns."""
        for name, column in columns.items():
            self.parts.setdefault(name, []).append(column)

    def same(self, word: str, rows: int) -> Array:
        """A column of one word."""
        return np.full(rows, self.words.number(word), np.uint32)

    def column(self, name: str) -> Array:
        """A whole column."""
        return np.concatenate(self.parts[name])

    def translate(self, words: Sequence[str], index: Array) -> Array:
        """A batch's indices into its own words as indices into ours."""
        return np.array([self.words.number(word) for word in words], np.uint32)[index]


def blocks(taken: Iterable[tuple[Record, Batch]]) -> list[tuple[str, Block]]:
    """(table, block) for every table that has rows. Rows are placed in the hub's time."""
    paths, hosts, viewers = Rows(), Rows(), Rows()
    for record, batch in taken:
        _add_paths(paths, record, batch.paths)
        _add_host(hosts, record, batch.host)
        _add_viewers(viewers, record, batch.viewers)
    made = (
        ("path_second", _path_block(paths)),
        ("node_second", _node_block(hosts)),
        ("viewer_second", _viewer_block(viewers)),
    )
    return [(table, block) for table, block in made if block]


def _add_paths(rows: Rows, record: Record, paths: PathColumns) -> None:
    table = arrays(paths)
    if size := table["at_s"].size:
        table["peer"] = rows.translate(paths.peers, table["peer"])
        _place(rows, record, table, size)


def _add_host(rows: Rows, record: Record, host: HostColumns) -> None:
    table = arrays(host)
    if size := table["at_s"].size:
        table["clock_offset_us"] = np.full(size, record.offset_us, np.int64)
        _place(rows, record, table, size)


def _add_viewers(rows: Rows, record: Record, viewers: ViewerColumns) -> None:
    table = arrays(viewers)
    if size := table["at_s"].size:
        table["customer"] = rows.translate(viewers.customers, table["customer"])
        table["stream"] = rows.translate(viewers.streams, table["stream"])
        _place(rows, record, table, size)


def _place(rows: Rows, record: Record, table: dict[str, Array], size: int) -> None:
    at = (table.pop("at_s").astype(np.int64) + record.shift_s).astype(np.uint32)
    rows.add(at=at, node=rows.same(record.node, size), region=rows.same(record.region, size), **table)


def _head(rows: Rows) -> Block | None:
    if not rows.parts:
        return None
    at = rows.column("at")
    block = Block(at.size)
    block.numbers("at", "DateTime('UTC')", at)
    for name in ("node", "region"):
        block.names_of(name, rows.words.all(), rows.column(name))
    return block


def _path_block(rows: Rows) -> Block | None:
    block = _head(rows)
    if block:
        block.names_of("peer", rows.words.all(), rows.column("peer"))
        for name in _PATH_COUNTS:
            block.numbers(name, "UInt32", rows.column(name))
        block.arrays("rtts_us", "UInt32", rows.column("samples"), rows.column("rtts_us"))
    return block


def _node_block(rows: Rows) -> Block | None:
    block = _head(rows)
    if block:
        for name in ("cpu", "memory", "disk"):
            block.numbers(name, "Float32", rows.column(name).astype("<f4"))
        for name in ("egress_bps", "ingress_bps"):
            block.numbers(name, "UInt64", rows.column(name))
        for name in ("sockets", "descriptors", "stall_ms"):
            block.numbers(name, "UInt32", rows.column(name))
        block.numbers("clock_offset_us", "Int64", rows.column("clock_offset_us"))
    return block


def _viewer_block(rows: Rows) -> Block | None:
    block = _head(rows)
    if block:
        for name in ("customer", "stream"):
            block.names_of(name, rows.words.all(), rows.column(name))
        block.numbers("viewers", "UInt32", rows.column("viewers"))
    return block
