"""A month judged again under another agreement: what its objectives would have attained, and what that would have cost.

Where the contract that was in force judged by the same figures, its judgement stands, sealed or not. Where only the bound
differs, the sealed figures are held against the new bound. All else is judged from history, as far back as history reaches. A
slice that can't be judged again is counted as missing: it is never good, bad or unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, Objective, Promise, Segment, Source
from tallylight.kernel.money import Money
from tallylight.sla import measured
from tallylight.sla.attainment import Counts, Standing
from tallylight.sla.credit import Credit, Part
from tallylight.sla.errors import NothingPromised
from tallylight.sla.judged import Judged
from tallylight.sla.report import Row, credit_of, month_bounds, rows
from tallylight.sla.services import minutes_of, zone_of
from tallylight.sla.slices import MINUTE_S, Slices, counts_of, held_against
from tallylight.telemetry import api as telemetry

#: What this room measures itself, minute by minute.
MEASURED = (Promise.AVAILABILITY, Promise.LATENCY, Promise.LOSS)
MINUTE = timedelta(seconds=MINUTE_S)


class Missing(StrEnum):
    """Why slices can't be judged again."""

    NOT_MEASURED = "not-measured"
    NO_HISTORY = "no-history"
    TOO_OLD = "too-old"


@dataclass(frozen=True, slots=True)
class RowAgain:
    """An objective in a region. `missing` slices can't be judged again, which `why` explains; they are in none of the counts."""

    row: Row
    missing: int = 0
    why: Missing | None = None

    @property
    def at_best(self) -> Standing:
        """The standing if everything that is missing were good."""
        return self.row.standing.and_good(self.missing)

    @property
    def kept(self) -> bool | None:
        """Whether the target is reached; None where nobody can tell."""
        if not self.missing:
            return self.row.kept
        return False if self.at_best.keeps(self.row.objective.target) is False else None


@dataclass(frozen=True, slots=True)
class MonthAgain:
    """A customer's month, up to `until`, under an agreement that did not apply. `part` is what some contract applied to.

    `credit` counts what can be told: rows that are missing something count with all of it good, and only if missed even so.
    """

    month: str
    start: datetime
    end: datetime
    until: datetime
    fee: Money
    part: Part
    rows: tuple[RowAgain, ...]
    credit: Credit


def judge_again(organisation_id: UUID, agreement: Agreement, month: str, now: datetime) -> MonthAgain:
    """An organisation's month (`2026-11`, in the zone of its contract) under `agreement`, wherever some contract was in force.

    Raises NoSuchMonth, NothingPromised, telemetry's HistoryAway, or OrganisationUnknown.
    """
    start, end = month_bounds(month, zone_of(organisation_id, now))
    until = max(start, min(end, measured.settled(now)))
    segments = contracts.segments_between(organisation_id, start, end)
    if not segments:
        raise NothingPromised(month=month)
    past = [replace(each, end=max(each.start, min(each.end, until))) for each in segments]
    history = Judged.between(organisation_id, start, until, as_of=measured.minute_of(now))
    part = Part(sum(map(minutes_of, segments)), (end - start) // MINUTE)
    found = tuple(_rows(_Reach(history, telemetry.minutes_since(now)), agreement, past, part))
    judged = [(each.row, each.at_best) for each in found if not each.missing or each.kept is False]
    return MonthAgain(
        month=month,
        start=start,
        end=end,
        until=until,
        fee=agreement.monthly_fee,
        part=part,
        rows=found,
        credit=credit_of(agreement, judged, part),
    )


@dataclass(frozen=True, slots=True)
class _Reach:
    """What was judged, and since when history still holds every minute."""

    judged: Judged
    since: datetime


@dataclass(frozen=True, slots=True)
class _Tally:
    counts: Counts = field(default_factory=Counts)
    missing: int = 0
    why: Missing | None = None

    def __add__(self, other: _Tally) -> _Tally:
        return _Tally(self.counts + other.counts, self.missing + other.missing, self.why or other.why)


def _rows(reach: _Reach, agreement: Agreement, past: Sequence[Segment], part: Part) -> Iterator[RowAgain]:
    tallies: list[_Tally] = []

    def count(objective: Objective, region: str) -> Counts:
        tallies.append(sum((_tally(reach, objective, region, each) for each in past), _Tally()))
        return tallies[-1].counts

    for row, tally in zip(rows(agreement, count, minutes=part.minutes), tallies, strict=True):
        yield RowAgain(replace(row, remaining=max(row.remaining - tally.missing, 0)), tally.missing, tally.why)


def _tally(reach: _Reach, objective: Objective, region: str, segment: Segment) -> _Tally:
    same = _like(objective, region, segment, bound=True)
    if same is not None:
        return _Tally(counts_of(reach.judged.verdicts(same, region, segment)))
    if not measures(objective):
        return _Tally(missing=minutes_of(segment), why=Missing.NOT_MEASURED)
    alike = _like(objective, region, segment, bound=False)
    begins = segment.start
    found = _Tally()
    if alike is not None:
        for piece in reach.judged.sealed_slices(alike, region, segment):
            found += _Tally(_held(reach, objective, region, piece))
        begins = min(max(segment.start, reach.judged.sealed.until), segment.end)
    return found + _from_history(reach, objective, region, replace(segment, start=begins))


def _from_history(reach: _Reach, objective: Objective, region: str, segment: Segment) -> _Tally:
    since = min(max(segment.start, reach.since), segment.end)
    too_old = minutes_of(replace(segment, end=since))
    found = _Tally(missing=too_old, why=Missing.TOO_OLD if too_old else None)
    for piece in measured.fresh(objective, region, since, segment.end, as_of=reach.judged.as_of):
        if piece.nodes:
            found += _Tally(_held(reach, objective, region, piece))
        else:
            found += _Tally(missing=len(piece), why=Missing.NO_HISTORY)
    return found


def _held(reach: _Reach, objective: Objective, region: str, piece: Slices) -> Counts:
    return counts_of(reach.judged.without_excluded(held_against(objective, piece), piece, region))


def measures(objective: Objective) -> bool:
    """Whether this room has figures for an objective, minute by minute."""
    return objective.source is Source.PROBES and objective.promise in MEASURED and objective.slice == MINUTE


def _like(objective: Objective, region: str, segment: Segment, *, bound: bool) -> Objective | None:
    """An objective that was in force and judged by the same figures; with `bound`, by the same bound too."""
    wanted = _judged_by(objective, bound=bound)
    held = (each for each in segment.agreement.objectives if region in each.regions)
    return next((each for each in held if _judged_by(each, bound=bound) == wanted), None)


def _judged_by(objective: Objective, *, bound: bool) -> tuple[object, ...]:
    """What the verdicts on slices follow from."""
    figures = (objective.promise, objective.statistic, objective.min_samples, objective.source, objective.slice)
    return (*figures, objective.bound) if bound else figures
