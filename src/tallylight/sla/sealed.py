"""Reading what is sealed: a stretch of an organisation's days, and the slices in it as they were judged then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np
import zstandard

from tallylight.sla.chain import Kind, Line, Link, offsets, parsed
from tallylight.sla.columns import series_of, unix_s, verdicts_of
from tallylight.sla.models import Chain, SealedLink, Series
from tallylight.sla.slices import Slices, Verdicts

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Sealed:
    """Slices of one line that lie within what was asked for: `skipped` of the line's come before them."""

    line: Line
    start_s: int
    skipped: int
    verdicts: Verdicts

    @property
    def slice_s(self) -> int:
        return self.line.slice_s

    def __len__(self) -> int:
        return int(self.verdicts.size)


class SealedDays:
    """The sealed days of `[start, end)`, read at once. `until` is where the part that is not sealed begins."""

    def __init__(self, until: datetime, days: Iterable[tuple[Link, bytes]]) -> None:
        self.until = until
        self._lines: dict[tuple[str, str], list[tuple[Line, bytes, int]]] = defaultdict(list)
        for link, text in days:
            for line, at in zip(link.lines, offsets(link.lines), strict=True):
                self._lines[line.objective, line.region].append((line, text, at))

    def of(self, objective: str, region: str, start: datetime, end: datetime) -> Iterator[Sealed]:
        """The slices that start within `[start, end)`, day by day, in order."""
        for line, text, at in self._lines[objective, region]:
            first = unix_s(line.first)
            skipped = min(max(0, -int((first - start.timestamp()) // line.slice_s)), line.slices)
            stop = min(max(skipped, -int((first - end.timestamp()) // line.slice_s)), line.slices)
            if skipped < stop:
                verdicts = verdicts_of(text[at + skipped : at + stop])
                yield Sealed(line, first + skipped * line.slice_s, skipped, verdicts)


def sealed_days(organisation_id: UUID, start: datetime, end: datetime) -> SealedDays:
    """What is sealed of `[start, end)`: two questions to the database, however long it is."""
    sealed_to = Chain.objects.filter(organisation_id=organisation_id).values_list("sealed_to", flat=True).first()
    until = min(max(start, _midnight(sealed_to)), end) if sealed_to else start
    return SealedDays(until, _days(organisation_id, start, until) if start < until else [])


def _days(organisation_id: UUID, start: datetime, end: datetime) -> Iterator[tuple[Link, bytes]]:
    first, last = start.astimezone(UTC).date(), (end - timedelta(microseconds=1)).astimezone(UTC).date()
    rows = SealedLink.objects.filter(organisation_id=organisation_id, kind=Kind.DAY, day__range=(first, last))
    for body, verdicts in rows.order_by("day").values_list("body", "verdicts"):
        yield parsed(body), zstandard.decompress(verdicts)


def with_figures(pieces: list[Sealed]) -> list[Slices]:
    """The same slices with what was measured: one question for all of them."""
    rows = Series.objects.filter(sha256__in={piece.line.series for piece in pieces})
    tables = {row.sha256: zstandard.decompress(row.table).decode() for row in rows}
    return [_with_figures(piece, tables[piece.line.series]) for piece in pieces]


def _with_figures(piece: Sealed, table: str) -> Slices:
    whole = series_of(
        table, verdicts=np.zeros(piece.line.slices, np.int8), start_s=unix_s(piece.line.first), slice_s=piece.slice_s
    )
    part = slice(piece.skipped, piece.skipped + len(piece))
    return Slices(
        start_s=piece.start_s,
        slice_s=piece.slice_s,
        nodes=whole.nodes,
        verdicts=piece.verdicts,
        figures=whole.figures[part],
        worst=whole.worst[part],
        sent=whole.sent[part],
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
