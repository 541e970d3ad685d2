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
from tallylight.sla.report import Report
from tallylight.sla.slices import Slices, Verdicts

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Sealed:
    """Slices of one line that lie within what was asked for: `skipped` of the line's come before them."""

    line: Line
    start_s: int
    skipped: int
    letters: bytes

    def __len__(self) -> int:
        return len(self.letters)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Sealed slices that follow each other without a gap."""

    start_s: int
    slice_s: int
    verdicts: Verdicts

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
        from_s, to_s = start.timestamp(), end.timestamp()
        for line, text, at in self._lines[objective, region]:
            first = unix_s(line.first)
            skipped = min(max(0, -int((first - from_s) // line.slice_s)), line.slices)
            stop = min(max(skipped, -int((first - to_s) // line.slice_s)), line.slices)
            if skipped < stop:
                yield Sealed(line, first + skipped * line.slice_s, skipped, text[at + skipped : at + stop])

    def runs(self, objective: str, region: str, start: datetime, end: datetime) -> list[Run]:
        """The same with days joined that follow each other: a month is one run, or one for each contract version."""
        joined: list[list[Sealed]] = []
        for piece in self.of(objective, region, start, end):
            if joined and follows(joined[-1][-1], piece):
                joined[-1].append(piece)
            else:
                joined.append([piece])
        return [_run(pieces) for pieces in joined]


def follows(before: Sealed, piece: Sealed) -> bool:
    """Whether `piece` begins where `before` ends, in slices of the same length."""
    slice_s = before.line.slice_s
    return piece.line.slice_s == slice_s and piece.start_s == before.start_s + slice_s * len(before)


def _run(pieces: list[Sealed]) -> Run:
    return Run(pieces[0].start_s, pieces[0].line.slice_s, verdicts_of(b"".join(piece.letters for piece in pieces)))


def sealed_days(organisation_id: UUID, start: datetime, end: datetime) -> SealedDays:
    """What is sealed of `[start, end)`: two questions to the database, however long it is."""
    sealed_to = Chain.objects.filter(organisation_id=organisation_id).values_list("sealed_to", flat=True).first()
    until = min(max(start, _midnight(sealed_to)), end) if sealed_to else start
    return SealedDays(until, _days(organisation_id, start, until) if start < until else [])


def sealed_until(report: Report) -> datetime | None:
    """Up to which instant the report's month is sealed; None when none of it is."""
    sealed_to = Chain.objects.filter(organisation_id=report.organisation_id).values_list("sealed_to", flat=True).first()
    until = min(_midnight(sealed_to), report.end) if sealed_to else report.start
    return until if until > report.start else None


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
        table,
        verdicts=np.zeros(piece.line.slices, np.int8),
        start_s=unix_s(piece.line.first),
        slice_s=piece.line.slice_s,
    )
    part = slice(piece.skipped, piece.skipped + len(piece))
    return Slices(
        start_s=piece.start_s,
        slice_s=piece.line.slice_s,
        nodes=whole.nodes,
        verdicts=verdicts_of(piece.letters),
        figures=whole.figures[part],
        worst=whole.worst[part],
        sent=whole.sent[part],
        affected=whole.affected[part],
        load=whole.load[part],
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
