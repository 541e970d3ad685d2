"""Thresholds in force: kept in step with the contracts, read by the one who watches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from tallylight.alerts.models import Alert, Threshold, ThresholdRevision
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Metric
from tallylight.fleet import api as fleet

DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Levels:
    """When a node is in trouble, without for whom; units as in `models.Threshold`."""

    raise_above: float
    clear_below: float
    window_s: int
    for_s: int
    clear_for_s: int
    min_samples: int


#: The provider's own, in every region that has nodes: what the trade calls bad.
PROVIDER: Final[dict[Metric, Levels]] = {
    Metric.LATENCY: Levels(200.0, 180.0, window_s=1, for_s=1, clear_for_s=5, min_samples=5),
    Metric.LOSS: Levels(2.0, 1.0, window_s=10, for_s=1, clear_for_s=10, min_samples=100),
    Metric.DEAD: Levels(1_500.0, 1_000.0, window_s=1, for_s=0, clear_for_s=5, min_samples=1),
}

#: For whom, where, what, and the how-manieth of its kind there (a contract may watch one metric at several levels).
Place = tuple[UUID | None, str, Metric, int]


def sync_from_contracts(now: datetime) -> int:
    """Make the thresholds those of the contracts in force at `now` and the provider's own; how many rows changed.

    A threshold keeps its row when its levels change. One that no contract has any more is withdrawn.
    """
    with transaction.atomic():
        revision, _ = ThresholdRevision.objects.select_for_update().get_or_create(id=1)
        rows = {
            _place(ranked): ranked[0]
            for ranked in _ranked(Threshold.objects.select_for_update().filter(withdrawn_at=None))
        }
        wanted = dict(_wanted(now))
        changed = sum(_put(rows.get(place), place, source, levels, now) for place, (source, levels) in wanted.items())
        gone = [row.id for place, row in rows.items() if place not in wanted]
        changed += Threshold.objects.filter(id__in=gone).update(withdrawn_at=now)
        if changed:
            ThresholdRevision.objects.filter(id=revision.id).update(number=F("number") + 1)
    return changed


def _wanted(now: datetime) -> Iterator[tuple[Place, tuple[str, Levels]]]:
    for region in sorted({node.region for node in fleet.nodes()}):
        for metric, levels in PROVIDER.items():
            yield (None, region, metric, 0), (DEFAULT, levels)
    for contract in contracts.all_in_force(now):
        promised = sorted(contract.agreement.thresholds, key=lambda each: (each.region, each.metric, each.raise_above))
        ranks = _ranks((each.region, each.metric) for each in promised)
        for each, rank in zip(promised, ranks, strict=True):
            yield (contract.organisation_id, each.region, each.metric, rank), (contract.sha256, _levels(each))


def _levels(promised: contracts.Threshold) -> Levels:
    return Levels(
        promised.raise_above,
        promised.clear_below,
        window_s=promised.window_s,
        for_s=promised.for_s,
        clear_for_s=promised.clear_for_s,
        min_samples=promised.min_samples,
    )


def _put(row: Threshold | None, place: Place, source: str, levels: Levels, now: datetime) -> bool:
    """Have a row that says this; whether one had to be made or changed."""
    organisation, region, metric, _ = place
    fresh = Threshold(
        organisation_id=organisation, region=region, metric=metric.value, source=source, since=now, **_fields(levels)
    )
    if row is None:
        fresh.save(force_insert=True)
        return True
    if row.source == source and levels_of(row) == levels:
        return False
    fresh.id = row.id
    fresh.save(force_update=True)
    return True


def _fields(levels: Levels) -> dict[str, float]:
    return {name: getattr(levels, name) for name in Levels.__slots__}


def levels_of(row: Threshold) -> Levels:
    """The levels a row carries."""
    return Levels(**{name: getattr(row, name) for name in Levels.__slots__})


def _ranked(rows: Iterable[Threshold]) -> Iterator[tuple[Threshold, int]]:
    found = sorted(rows, key=lambda row: (str(row.organisation_id), row.region, row.metric, row.raise_above, row.id))
    return zip(found, _ranks((row.organisation_id, row.region, row.metric) for row in found), strict=True)


def _ranks(kinds: Iterable[object]) -> Iterator[int]:
    """For neighbours of one kind 0, 1, 2, …"""
    before, rank = None, 0
    for kind in kinds:
        rank = rank + 1 if kind == before else 0
        before = kind
        yield rank


def _place(ranked: tuple[Threshold, int]) -> Place:
    row, rank = ranked
    return (row.organisation_id, row.region, Metric(row.metric), rank)


@dataclass(frozen=True, slots=True)
class InForce:
    """What the one who watches needs: the thresholds, and the open alerts by (threshold, node) with their worst values."""

    revision: int
    thresholds: tuple[Threshold, ...]
    open_alerts: dict[tuple[UUID, str], float]


def revision() -> int:
    """A number that grows with every change of the thresholds in force."""
    row = ThresholdRevision.objects.filter(id=1).first()
    return row.number if row else -1


def in_force() -> InForce:
    """Every threshold that is in force, or withdrawn with an open alert."""
    number = revision()
    alerts = Alert.objects.filter(cleared_at=None).values_list("threshold_id", "node", "worst")
    open_alerts = {(threshold, node): worst for threshold, node, worst in alerts}
    held = Q(withdrawn_at=None) | Q(id__in={threshold for threshold, _ in open_alerts})
    return InForce(number, tuple(Threshold.objects.filter(held).order_by("id")), open_alerts)
