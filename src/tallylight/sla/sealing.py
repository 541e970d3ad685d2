"""Sealing: a day's slices become a link of the organisation's chain, once nothing late is expected any more.

A day is a UTC day. It is sealed `CORRECTION_WINDOW` after it ended, in order, one transaction a day: a worker that is killed
leaves a day sealed or not sealed, and the next run goes on. A day later it is measured once more; where data came after the seal,
what the day would have been is appended as a correction, and what was sealed stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import structlog
import zstandard
from django.db import transaction

from tallylight.contracts import api as contracts
from tallylight.contracts.api import Segment
from tallylight.kernel.clock import rfc3339
from tallylight.sla import measured
from tallylight.sla.chain import GENESIS, Exempted, Kind, Line, Link, parsed, sha256
from tallylight.sla.columns import exact, instant, letters, series_text
from tallylight.sla.models import UNSTATED, Chain, ChainedExclusion, Exclusion, SealedLink, Series
from tallylight.telemetry.api import Basis

log = structlog.get_logger(__name__)

DAY = timedelta(days=1)
#: How long after its end a day may still change: as long as the hub takes late rows.
CORRECTION_WINDOW = timedelta(hours=48)
#: A sealed day is measured again this long after its end, when nothing more can come.
LOOKED_AT_AGAIN = timedelta(hours=72)
#: Judged days that a process remembers, since many customers are promised the same.
SHARED = 1_024
#: Minutes live this long in history; an older day can't be measured again.
COMPARABLE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Judged:
    """A line of a link, its verdicts as letters, and what was measured."""

    line: Line
    letters: str
    table: str


#: Appends to a locked chain; says how many links it made, None when there is nothing left to do.
Step = Callable[[Chain, datetime], int | None]


def seal_due(organisations: Sequence[UUID], *, now: datetime) -> int:
    """Seal the due days, look again at those that are old enough, and chain new exclusions; links made.

    Customers take turns day by day, so that a region's day is measured once for all of them. Each step is a transaction of its
    own. Raises HistoryAway; what was sealed before stays.
    """
    made = 0
    for step in (_seal_next, _compare_next, _chain_exclusions):
        waiting = list(organisations)
        while waiting:
            links = [(each, _in_turn(step, each, now)) for each in waiting]
            waiting = [each for each, link in links if link is not None]
            made += sum(link or 0 for _, link in links)
    return made


def chain_exclusions(organisation_id: UUID, *, now: datetime) -> None:
    """Put exclusions that wait for a link into the organisation's chain, and hold the chain until the transaction ends."""
    _in_turn(_chain_exclusions, organisation_id, now)


def hold_chain(organisation_id: UUID) -> Chain:
    """The organisation's chain, held until the transaction ends."""
    Chain.objects.get_or_create(organisation_id=organisation_id, defaults={"head": GENESIS})
    return Chain.objects.select_for_update().get(organisation_id=organisation_id)


@transaction.atomic
def _in_turn(step: Step, organisation_id: UUID, now: datetime) -> int | None:
    """One step under the chain's lock: links made, None when there is nothing left to do."""
    chain = hold_chain(organisation_id)
    made = step(chain, now)
    chain.save()
    return made


def _seal_next(chain: Chain, now: datetime) -> int | None:
    """Seal the first day that is due; a day without a contract is passed over."""
    last = (now - CORRECTION_WINDOW).astimezone(UTC).date()  # the first day that is not due
    segment = _first_segment(chain, last)
    if segment is None:
        return None
    day = segment.start.date()
    segments = contracts.segments_between(chain.organisation_id, _midnight(day), _midnight(day) + DAY)
    _append(chain, Kind.DAY, now, day=day, judged=list(_judged(chain.organisation_id, segments, day, as_of=now)))
    chain.sealed_to = day + DAY
    return 1


def _first_segment(chain: Chain, until: date) -> Segment | None:
    """The first stretch under a contract after what is sealed and before `until`."""
    begins = [version.effective_from for version in contracts.versions(chain.organisation_id)]
    if not begins:
        return None
    start = _midnight(chain.sealed_to) if chain.sealed_to else min(begins)
    found = (
        contracts.segments_between(chain.organisation_id, start, _midnight(until)) if start < _midnight(until) else []
    )
    return found[0] if found else None


def _judged(organisation_id: UUID, segments: Sequence[Segment], day: date, *, as_of: datetime) -> Iterator[Judged]:
    """Every objective in every region over a day, under the versions that applied."""
    for segment in segments:
        for objective in segment.agreement.objectives:
            for region in objective.regions:
                asked = measured.Asked.of(organisation_id, objective, region, segment)
                slice_s = measured.seconds_of(objective)
                edges = (measured.next_slice(each, slice_s) for each in (segment.start, segment.end))
                found = _judged_day(asked, day, *edges, as_of)
                if found.line.slices:
                    yield replace(found, line=replace(found.line, contract=segment.sha256))


@lru_cache(maxsize=SHARED)
def _judged_day(asked: measured.Asked, day: date, start: datetime, end: datetime, as_of: datetime) -> Judged:
    """One objective's day in one region between two instants, for whichever contract asks just the same."""
    slices, basis = measured.of_day(asked, _midnight(day), start, end, as_of=as_of)
    table, counts = series_text(slices), slices.counts()
    line = Line(
        contract="",
        objective=asked.objective.name,
        region=asked.region,
        first=instant(slices.start_s),
        slice_s=slices.slice_s,
        slices=len(slices),
        **asdict(counts),
        series=sha256(table),
        basis=basis,
    )
    return Judged(line, letters(slices.verdicts), table)


def _store(judged: Sequence[Judged]) -> None:
    """Have every series that is not there yet."""
    tables = {each.line.series: each.table for each in judged}
    known = set(Series.objects.filter(sha256__in=tables).values_list("sha256", flat=True))
    rows = [
        Series(sha256=name, table=zstandard.compress(tables[name].encode())) for name in sorted(tables.keys() - known)
    ]
    Series.objects.bulk_create(rows, ignore_conflicts=True)


def _compare_next(chain: Chain, now: datetime) -> int | None:
    """Look at the first sealed day again that is old enough; append a correction where it would be another day now."""
    link = _next_to_compare(chain, now)
    if link is None or link.day is None:
        return None
    chain.compared_to = link.day + DAY
    if now - _midnight(link.day) > COMPARABLE:
        return 0
    sealed = {_place(each): each for each in parsed(link.body).lines}
    segments = contracts.segments_between(chain.organisation_id, _midnight(link.day), _midnight(link.day) + DAY)
    anew = _judged(chain.organisation_id, segments, link.day, as_of=now)
    changed = [each for each in anew if _differs(sealed.get(_place(each.line)), each.line)]
    if not changed:
        return 0
    _append(chain, Kind.CORRECTION, now, day=link.day, judged=changed)
    log.warning("data came after a day was sealed", organisation=str(chain.organisation_id), day=str(link.day))
    return 1


def _place(line: Line) -> tuple[str, ...]:
    return line.contract, line.objective, line.region, line.first


def _differs(sealed: Line | None, anew: Line) -> bool:
    """Whether more was measured since. A day sealed from its seconds is not held against the rollup it did not believe."""
    if sealed is None or (sealed.basis == Basis.SECONDS and anew.basis != Basis.SECONDS):
        return False
    return sealed.series != anew.series


def _next_to_compare(chain: Chain, now: datetime) -> SealedLink | None:
    days = SealedLink.objects.filter(
        organisation_id=chain.organisation_id, kind=Kind.DAY, day__lt=(now - LOOKED_AT_AGAIN).astimezone(UTC).date()
    )
    return (days.filter(day__gte=chain.compared_to) if chain.compared_to else days).order_by("day").first()


def _chain_exclusions(chain: Chain, now: datetime) -> int | None:
    if not _waiting(chain):
        return None
    _append(chain, Kind.EXCLUSIONS, now)
    return 1


def _waiting(chain: Chain) -> list[Exclusion]:
    """Exclusions that hold for the organisation and are not in its chain yet."""
    chained = ChainedExclusion.objects.filter(organisation_id=chain.organisation_id).values("exclusion_id")
    return list(measured.concerning(chain.organisation_id).exclude(id__in=chained).order_by("approved_at", "id"))


def _append(chain: Chain, kind: Kind, now: datetime, *, day: date | None = None, judged: Sequence[Judged] = ()) -> None:
    """The next link, with the exclusions that wait for one."""
    exclusions = _waiting(chain)
    text = "".join(each.letters + "\n" for each in judged)
    _store(judged)
    link = Link(
        organisation=str(chain.organisation_id),
        number=chain.links + 1,
        after=chain.head,
        sealed_at=rfc3339(now),
        kind=kind,
        day=day.isoformat() if day else "",
        verdicts=sha256(text) if judged else "",
        lines=tuple(each.line for each in judged),
        exclusions=tuple(map(exempted, exclusions)),
    )
    row = SealedLink.objects.create(
        organisation_id=chain.organisation_id,
        number=link.number,
        sha256=sha256(link.body),
        kind=kind,
        day=day,
        body=link.body,
        verdicts=zstandard.compress(text.encode()),
        sealed_at=now,
    )
    chained = [
        ChainedExclusion(organisation_id=chain.organisation_id, exclusion=each, number=link.number)
        for each in exclusions
    ]
    ChainedExclusion.objects.bulk_create(chained)
    chain.links, chain.head = link.number, row.sha256


def exempted(row: Exclusion) -> Exempted:
    """An exclusion as the chain remembers it."""
    return Exempted(
        id=str(row.id),
        everybody=row.organisation_id is None,
        region=row.region,
        starts_at=exact(row.starts_at),
        ends_at=exact(row.ends_at),
        reason=row.reason,
        approved_by=str(row.approved_by_id),
        approved_at=exact(row.approved_at),
        kind="" if row.kind == UNSTATED else row.kind,
        announced_at=exact(row.announced_at) if row.announced_at else "",
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
