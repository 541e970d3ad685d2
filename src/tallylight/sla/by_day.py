"""A month day by day: how many minutes of each objective were bad or unknown on each local day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from tallylight.contracts import api as contracts
from tallylight.kernel.business_time import local_midnight
from tallylight.sla import measured
from tallylight.sla.judged import Judged
from tallylight.sla.report import Report
from tallylight.sla.slices import Ints, Slices, Verdict

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Days:
    """Minutes of an objective in a region for each day of the month, the first day first, as they were measured."""

    objective: str
    region: str
    bad: tuple[int, ...]
    unknown: tuple[int, ...]


def days_of(report: Report, now: datetime) -> tuple[Days, ...]:
    """The days of a report's month, for each row of it that has a bad or an unknown slice. Raises HistoryAway."""
    midnights = _midnights(report)
    history = Judged.between(report.organisation_id, report.start, report.until, as_of=measured.settled(now))
    found: dict[tuple[str, str], tuple[Ints, Ints]] = {}
    for segment, part in zip(_segments(report), report.segments, strict=True):
        for row in part.rows:
            if not row.counts.bad and not row.counts.unknown:
                continue
            bad, unknown = found.setdefault((row.objective.name, row.region), _nothing(midnights))
            for piece in history.slices(row.objective, row.region, segment):
                bad += _by_day(piece, Verdict.BAD, midnights)
                unknown += _by_day(piece, Verdict.UNKNOWN, midnights)
    return tuple(Days(*place, tuple(bad.tolist()), tuple(unknown.tolist())) for place, (bad, unknown) in found.items())


def _segments(report: Report) -> list[contracts.Segment]:
    """The stretches of the report's month under each contract version, as far as it is counted."""
    segments = contracts.segments_between(report.organisation_id, report.start, report.end)
    return [
        contracts.Segment(each.start, max(each.start, min(each.end, report.until)), each.agreement, each.sha256)
        for each in segments
    ]


def _midnights(report: Report) -> Ints:
    """The unix seconds at which the month's local days begin."""
    first = report.start.astimezone(ZoneInfo(report.timezone)).date()
    last = (report.end - timedelta(microseconds=1)).astimezone(ZoneInfo(report.timezone)).date()
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    return np.array([int(local_midnight(day, report.timezone).timestamp()) for day in days], np.int64)


def _nothing(midnights: Ints) -> tuple[Ints, Ints]:
    return np.zeros_like(midnights), np.zeros_like(midnights)


def _by_day(piece: Slices, verdict: Verdict, midnights: Ints) -> Ints:
    """Minutes of a verdict on each day."""
    starts = piece.start_s + piece.slice_s * np.flatnonzero(piece.verdicts == verdict)
    day = np.searchsorted(midnights, starts, side="right") - 1
    return np.bincount(day, minlength=midnights.size).astype(np.int64) * piece.slice_s // MINUTE_S
