"""Months as evidence files, made of slices that were thought up: this room's rules on one side, a file on the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tallylight.contracts.agreement import Agreement, Objective
from tallylight.contracts.api import Side, SignatureCard, VersionCard
from tallylight.contracts.canonical import canonical
from tallylight.contracts.reading import Reading, of_document
from tallylight.sla import measured, report, settlement
from tallylight.sla.chain import GENESIS, Exempted, Kind, Line, Link, sha256
from tallylight.sla.columns import exact, instant, letters, series_text
from tallylight.sla.credit import credits_of, total
from tallylight.sla.earned import Miss, Part
from tallylight.sla.evidence import telling
from tallylight.sla.evidence.bundle import pack, readable
from tallylight.sla.judged import laid_over
from tallylight.sla.slices import ReportedSlices, Slices, judge_reported, minutes_within
from tallylight.sla.tally import Columns, Tally, needs_columns, overload_multiple, tally, tally_verdicts

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MINE = UUID(int=7)


class Signer:
    """A key of nobody."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        self.public = self._key.public_key().public_bytes_raw().hex()

    def sign(self, octets: bytes) -> bytes:
        return self._key.sign(octets)


@dataclass(frozen=True)
class Month:
    """A month under contracts: `documents` apply one after the other, the first from the start on, the others from `cuts` on."""

    name: str
    timezone: str
    documents: tuple[dict[str, Any], ...]
    cuts: tuple[datetime, ...]
    until: datetime
    seed: int
    misses: tuple[Miss, ...] = ()
    exclusions: tuple[Exempted, ...] = ()
    signed: bool = True
    made: dict[tuple[int, str, str], Slices] = field(default_factory=dict)

    @cached_property
    def bounds(self) -> tuple[datetime, datetime]:
        return report.month_bounds(self.name, self.timezone)

    @cached_property
    def readings(self) -> list[Reading]:
        return [of_document(each) for each in self.documents]

    @cached_property
    def spans(self) -> list[tuple[datetime, datetime, Reading]]:
        """Each contract's time, as far as whole UTC days are sealed, days that the month only touches included."""
        start, end = self.bounds
        sealed = _midnight(min(self.until, end) - timedelta(microseconds=1)) + DAY
        edges = [_midnight(start), *(min(each, sealed) for each in self.cuts), sealed]
        return list(zip(edges, edges[1:], self.readings, strict=False))

    def report(self) -> report.Report:
        """By the rules of this room."""
        start, end = self.bounds
        found = []
        edges = [start, *self.cuts, end]
        for i, (first, last, reading) in enumerate(zip(edges, edges[1:], self.readings, strict=False)):
            rows = tuple(self._rows(i, reading.agreement, first, max(first, min(last, self.until))))
            part = Part(_slices(first, last, 60), (end - start) // MINUTE)
            found.append((first, last, reading, rows, part, self._misses(first, min(last, self.until))))
        credited = credits_of(
            [report.so_far(each.agreement, rows, part, misses) for _, _, each, rows, part, misses in found]
        )
        return report.Report(
            MINE,
            self.name,
            self.timezone,
            start,
            end,
            self.until,
            tuple(
                report.SegmentReport(
                    first,
                    last,
                    each.agreement.number,
                    each.sha256,
                    each.agreement.monthly_fee,
                    part,
                    rows,
                    misses,
                    credit,
                    credit,
                )
                for (first, last, each, rows, part, misses), credit in zip(found, credited, strict=True)
            ),
            total(credited),
            total(credited),
            (),
        )

    def _misses(self, first: datetime, last: datetime) -> tuple[Miss, ...]:
        return tuple(each for each in self.misses if first <= each.at < last)

    def _rows(self, i: int, agreement: Agreement, start: datetime, until: datetime) -> Iterator[report.Row]:
        for objective in agreement.objectives:
            for region in objective.regions:
                slices = self._within(self.slices(i, objective, region), start, until)
                out = [
                    (
                        datetime.fromisoformat(each.starts_at).timestamp(),
                        datetime.fromisoformat(each.ends_at).timestamp(),
                    )
                    for each in self.exclusions
                    if each.region in ("", region)
                ]
                excluded = minutes_within(slices.start_s, len(slices), out, slice_s=slices.slice_s)
                counted = replace(slices, verdicts=laid_over(slices.verdicts, excluded))
                yield report.Row(region, objective, _tally(agreement, objective, counted), len(slices))

    def slices(self, i: int, objective: Objective, region: str) -> Slices:
        """What was measured under the contract `i`, thought up once."""
        key = (i, objective.name, region)
        if key not in self.made:
            start, end, _ = self.spans[i]
            dice = np.random.default_rng([self.seed, i, len(self.made)])
            self.made[key] = thought_up(objective, start, end, dice)
        return self.made[key]

    def _within(self, slices: Slices, start: datetime, end: datetime) -> Slices:
        begins = slices.start_s + slices.slice_s * np.arange(len(slices))
        i, j = np.searchsorted(begins, [start.timestamp(), end.timestamp()])
        return _cut(slices, int(i), int(j))

    def files(self) -> dict[str, bytes]:
        """Everything in the file but its manifest; the signature over it is not the question here."""
        found = self.report()
        settled = settlement.settle_all(
            found.credits,
            self.readings[-1].agreement.credit,
            month_end=found.end,
            timezone=self.timezone,
            now=self.until,
        )
        files = {
            "computation.json": readable(telling.computation(found, settled, lambda said, _: said.said())),
            "signatures.json": readable([telling.version(*each) for each in self._versions(found)]),
            "promises.json": readable([telling.broken_promise(m) for each in found.segments for m in each.misses]),
            "exclusions.json": readable([telling.exclusion(each, "Ana") for each in self.exclusions]),
        }
        files |= {f"contracts/{each.sha256}.json": canonical(each.document) for each in self.readings}
        bodies: list[str] = []
        for link, more in self._links():
            bodies.append(replace(link, number=len(bodies) + 1, after=sha256(bodies[-1]) if bodies else GENESIS).body)
            files |= more
        return files | {"chain.jsonl": "".join(each + "\n" for each in bodies).encode()}

    def pack(self, files: dict[str, bytes] | None = None) -> bytes:
        """As one file, signed."""
        files = files or self.files()
        bodies = files["chain.jsonl"].decode().splitlines()
        start, end = self.bounds
        facts = {
            "organisation": {"id": str(MINE), "name": "Mine", "slug": "mine"},
            "month": self.name,
            "timezone": self.timezone,
            "start": exact(start),
            "end": exact(end),
            "until": exact(self.until),
            "contracts": sorted({each.sha256 for each in self.readings}),
            "chain": {"first": 1, "after": GENESIS, "last": len(bodies), "head": sha256(bodies[-1])},
        }
        return pack(facts, files, Signer())

    def _links(self) -> Iterator[tuple[Link, dict[str, bytes]]]:
        yield Link(str(MINE), 0, "", exact(self.until), Kind.EXCLUSIONS, exclusions=self.exclusions), {}
        day = self.spans[0][0]
        while day < self.spans[-1][1]:
            judged = list(self._judged(day))
            text = "".join(said + "\n" for _, said, _ in judged)
            link = Link(
                str(MINE),
                0,
                "",
                exact(self.until),
                Kind.DAY,
                f"{day:%Y-%m-%d}",
                sha256(text),
                tuple(line for line, _, _ in judged),
            )
            series = {f"series/{line.series}.csv": table.encode() for line, _, table in judged}
            yield link, {f"verdicts/{day:%Y-%m-%d}.txt": text.encode(), **series}
            day += DAY

    def _judged(self, day: datetime) -> Iterator[tuple[Line, str, str]]:
        for i, (_, _, reading) in enumerate(self.spans):
            for objective in reading.agreement.objectives:
                for region in objective.regions:
                    slices = self._within(self.slices(i, objective, region), day, day + DAY)
                    if len(slices):
                        yield _line(reading, objective, region, slices)

    def _versions(self, found: report.Report) -> Iterator[tuple[VersionCard, list[SignatureCard]]]:
        for segment in found.segments:
            begins = segment.start
            card = VersionCard(UUID(int=1), MINE, segment.number, segment.sha256, begins, None, begins, None, None)
            yield (
                card,
                [
                    SignatureCard(side, UUID(int=n), "N", "CEO", "manager", begins, segment.sha256, "en")
                    for n, side in enumerate(Side)
                    if self.signed
                ],
            )


def thought_up(objective: Objective, start: datetime, end: datetime, dice: np.random.Generator) -> Slices:
    """Slices with figures around the bound, in rows; some without samples, some with users counted, some with load."""
    slice_s = measured.seconds_of(objective)
    first, size = measured.next_slice(start, slice_s), _slices(start, end, slice_s)
    bound = objective.bound
    near = np.array([0.0, bound, np.nextafter(bound, np.inf), bound / 2, min(bound * 1.5 + 1, 100.0), 100.0, 99.99])
    weights = dice.dirichlet(np.full(near.size, 0.5))
    figures = np.repeat(dice.choice(near, size, p=weights), dice.integers(1, 6, size))[:size]
    figures = np.where(dice.random(size) < 0.05, np.nan, figures)
    loads = np.where(dice.random(size) < 0.1, -1, dice.integers(0, 1_000, size) * dice.choice([1, 1, 9], size))
    grid = ReportedSlices(
        int(first.timestamp()),
        slice_s,
        figures,
        dice.integers(max(objective.min_samples - 2, 0), objective.min_samples + 40, size),
        np.where(dice.random(size) < 0.3, np.nan, np.round(dice.random(size), int(dice.integers(1, 9)))),
        loads if dice.random() < 0.7 else np.full(size, -1),
    )
    return judge_reported(objective, grid, np.zeros(size, np.bool_))


def _tally(agreement: Agreement, objective: Objective, slices: Slices) -> Tally:
    if needs_columns(objective, agreement):
        return tally(objective, Columns.of([slices]), overload_multiple(agreement.exclusions))
    return tally_verdicts(objective, slices.verdicts)


def _line(reading: Reading, objective: Objective, region: str, slices: Slices) -> tuple[Line, str, str]:
    table = series_text(slices)
    line = Line(
        contract=reading.sha256,
        objective=objective.name,
        region=region,
        first=instant(slices.start_s),
        slice_s=slices.slice_s,
        slices=len(slices),
        **asdict(slices.counts()),
        series=sha256(table),
        basis="reported",
    )
    return line, letters(slices.verdicts), table


def _cut(slices: Slices, i: int, j: int) -> Slices:
    part = slice(i, j)
    return replace(
        slices,
        start_s=slices.start_s + i * slices.slice_s,
        verdicts=slices.verdicts[part],
        figures=slices.figures[part],
        worst=slices.worst[part],
        sent=slices.sent[part],
        affected=slices.affected[part],
        load=slices.load[part],
    )


def _slices(start: datetime, end: datetime, slice_s: int) -> int:
    length = measured.next_slice(end, slice_s) - measured.next_slice(start, slice_s)
    return length // timedelta(seconds=slice_s)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def leaves(value: Any, path: Sequence[Any] = ()) -> Iterator[tuple[Sequence[Any], Any]]:
    """Every figure in a computation and where it stands; sentences are none."""
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            if key != "steps":
                yield from leaves(each, (*path, key))
    elif value is not None:
        yield path, value


def set_leaf(value: Any, path: Sequence[Any], new: Any) -> bytes:
    """The computation with one figure changed."""
    *way, last = path
    at = value
    for key in way:
        at = at[key]
    at[last] = new
    return json.dumps(value).encode()
