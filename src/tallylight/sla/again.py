"""A month judged again under another agreement: what its objectives would have attained, and what that would have cost.

Where the contract that was in force judged by the same figures, its judgement stands, sealed or not. Where only the bound
differs, the sealed figures are held against the new bound. All else is judged from history, as far back as history reaches. A
slice that can't be judged again is counted as missing: it is never good, bad or unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, Objective, Promise, Segment, Source
from tallylight.kernel.money import Money
from tallylight.sla import measured
from tallylight.sla.attainment import Standing
from tallylight.sla.credit import credits_of
from tallylight.sla.earned import Credit, Miss, Part
from tallylight.sla.errors import NothingPromised
from tallylight.sla.judged import Judged
from tallylight.sla.report import MINUTE, Row, month_bounds, part_of_month
from tallylight.sla.services import minutes_of, slices_of, zone_of
from tallylight.sla.slices import Slices, held_against
from tallylight.sla.tally import Columns, Tally, needs_columns, overload_multiple, tally
from tallylight.telemetry import api as telemetry

#: What probes measure.
MEASURED = (Promise.AVAILABILITY, Promise.LATENCY, Promise.LOSS, Promise.JITTER)


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
        return self.tally_at_best.standing

    @property
    def tally_at_best(self) -> Tally:
        """What counts if everything that is missing were good."""
        return self.row.tally.and_good(self.missing)

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


def judge_again(
    organisation_id: UUID, agreement: Agreement, month: str, now: datetime, misses: Sequence[Miss] = ()
) -> MonthAgain:
    """An organisation's month (`2026-11`, in the zone of its contract) under `agreement`, wherever some contract was in force.

    `misses` are the support promises that would have been broken, of any time; those due within the month count.
    Raises NoSuchMonth, NothingPromised, telemetry's HistoryAway, or OrganisationUnknown.
    """
    start, end = month_bounds(month, zone_of(organisation_id, now))
    until = max(start, min(end, measured.settled(now)))
    segments = contracts.segments_between(organisation_id, start, end)
    if not segments:
        raise NothingPromised(month=month)
    past = [replace(each, end=max(each.start, min(each.end, until))) for each in segments]
    history = Judged.between(organisation_id, start, until, as_of=measured.settled(now))
    part = Part(sum(map(minutes_of, segments)), (end - start) // MINUTE)
    found = tuple(_rows(_Reach(history, telemetry.minutes_since(now), agreement), past, segments))
    judged = [(each.row, each.tally_at_best) for each in found if not each.missing or each.kept is False]
    broken = [each for each in misses if start <= each.at < end]
    (credit,) = credits_of([part_of_month(agreement, judged, part, broken)])
    return MonthAgain(
        month=month,
        start=start,
        end=end,
        until=until,
        fee=agreement.monthly_fee,
        part=part,
        rows=found,
        credit=credit,
    )


@dataclass(frozen=True, slots=True)
class _Reach:
    """What was judged, since when history still holds every minute, and the agreement under which it is judged again."""

    judged: Judged
    since: datetime
    agreement: Agreement

    def with_figures(self, objective: Objective) -> bool:
        """Whether more than verdicts counts under the agreement: figures take their time to read."""
        return needs_columns(objective, self.agreement)


@dataclass(frozen=True, slots=True)
class _Found:
    pieces: tuple[Columns, ...] = ()
    missing: int = 0
    why: Missing | None = None

    def __add__(self, other: _Found) -> _Found:
        return _Found(self.pieces + other.pieces, self.missing + other.missing, self.why or other.why)


def _rows(reach: _Reach, past: Sequence[Segment], whole: Sequence[Segment]) -> Iterator[RowAgain]:
    overload = overload_multiple(reach.agreement.exclusions)
    for objective in reach.agreement.objectives:
        slices = sum(slices_of(each, measured.seconds_of(objective)) for each in whole)
        for region in objective.regions:
            found = sum((_found(reach, objective, region, each) for each in past), _Found())
            counted = tally(objective, Columns.joined(found.pieces), overload)
            yield RowAgain(Row(region, objective, counted, slices, found.missing), found.missing, found.why)


def _found(reach: _Reach, objective: Objective, region: str, segment: Segment) -> _Found:
    same = _like(objective, region, segment, bound=True)
    if same is not None and not reach.with_figures(objective):
        return _Found((Columns.bare(reach.judged.verdicts(same, region, segment)),))
    if same is not None:
        return _Found((Columns.of(reach.judged.slices(same, region, segment)),))
    if not measures(objective):
        return _Found(missing=slices_of(segment, measured.seconds_of(objective)), why=Missing.NOT_MEASURED)
    alike = _like(objective, region, segment, bound=False)
    begins = segment.start
    found = _Found()
    if alike is not None:
        for piece in reach.judged.sealed_slices(alike, region, segment):
            found += _Found((_held(reach, objective, region, piece),))
        begins = min(max(segment.start, reach.judged.sealed.until), segment.end)
    return found + _from_history(reach, objective, region, replace(segment, start=begins))


def _from_history(reach: _Reach, objective: Objective, region: str, segment: Segment) -> _Found:
    since = min(max(segment.start, reach.since), segment.end)
    too_old = slices_of(replace(segment, end=since), measured.seconds_of(objective))
    found = _Found(missing=too_old, why=Missing.TOO_OLD if too_old else None)
    asked = measured.Asked.of(reach.judged.organisation_id, objective, region, segment)
    for piece in measured.fresh(asked, since, segment.end, as_of=reach.judged.as_of):
        if piece.nodes:
            found += _Found((_held(reach, objective, region, piece),))
        else:
            found += _Found(missing=len(piece), why=Missing.NO_HISTORY)
    return found


def _held(reach: _Reach, objective: Objective, region: str, piece: Slices) -> Columns:
    verdicts = reach.judged.without_excluded(held_against(objective, piece), piece, region)
    return Columns.of([replace(piece, verdicts=verdicts)])


def measures(objective: Objective) -> bool:
    """Whether there are figures for an objective that was not promised then: what probes measure, nothing reported."""
    return objective.source is Source.PROBES and objective.promise in MEASURED


def _like(objective: Objective, region: str, segment: Segment, *, bound: bool) -> Objective | None:
    """An objective that was in force and judged by the same figures; with `bound`, by the same bound too."""
    wanted = _judged_by(objective, bound=bound)
    held = (each for each in segment.agreement.objectives if region in each.regions)
    return next((each for each in held if _judged_by(each, bound=bound) == wanted), None)


def _judged_by(objective: Objective, *, bound: bool) -> tuple[object, ...]:
    """What the verdicts on slices follow from."""
    figures = (objective.promise, objective.statistic, objective.min_samples, objective.source, objective.slice)
    return (*figures, objective.bound) if bound else figures
