"""From an agreement to OpenSLO: a Service for each service, an SLO for each objective and region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tallylight.contracts.agreement import Agreement, Attain, Objective, Promise, Statistic
from tallylight.contracts.openslo.terms import (
    API_VERSION,
    CALENDAR_MONTH,
    PREFIX,
    RATIO_TIMESLICES,
    REGION,
    SOURCE_TYPE,
    TIMESLICES,
    Doc,
    Unsaid,
)

HUNDRED = Decimal(100)
MINUTE = timedelta(minutes=1)
METHODS = {Attain.SLICES: TIMESLICES, Attain.MEAN: RATIO_TIMESLICES}
#: What is counted of each ratio: the good or the bad ones, against all.
COUNTED = {
    Promise.AVAILABILITY: ("good", "answered"),
    Promise.LOSS: ("bad", "lost"),
    Promise.FREEZE: ("bad", "frozen"),
    Promise.ERRORS: ("bad", "failed"),
}


@dataclass(frozen=True, slots=True)
class Exported:
    """OpenSLO documents, and what they can't say of the agreement."""

    documents: tuple[Doc, ...]
    unsaid: tuple[Unsaid, ...]


def documents_of(agreement: Agreement) -> Exported:
    """The objectives of an agreement, judged over calendar months in its zone."""
    services = [_service(each) for each in agreement.services]
    sayable = [each for each in agreement.objectives if not _why_not(each)]
    slos = [_slo(each, region, agreement) for each in sayable for region in each.regions]
    return Exported((*services, *slos), tuple(_unsaid(agreement)))


def _why_not(objective: Objective) -> str:
    """Why OpenSLO has no words for an objective; empty where it has."""
    if objective.attain not in METHODS:
        return "Left out: OpenSLO has no attainment by the share of users that a bad slice hit."
    if objective.attain is Attain.MEAN and objective.promise not in COUNTED:
        return "Left out: OpenSLO takes means of slices of ratios only."
    if objective.target >= HUNDRED:
        return "Left out: a target in OpenSLO is below 100%."
    return ""


def _unsaid(agreement: Agreement) -> Iterator[Unsaid]:
    for each in agreement.objectives:
        if why := _why_not(each):
            yield Unsaid(each.name, why)
            continue
        yield Unsaid(each.name, "In annotations: how many samples a slice needs, and what an unknown slice counts as.")
        if each.at_least_for:
            yield Unsaid(each.name, "In an annotation: how long bad slices must last in a row to count.")
        if each.attain is Attain.MEAN:
            yield Unsaid(each.name, "In an annotation: the bound of a good slice, which its mean does not need.")
        if each.tiers:
            yield Unsaid(each.name, "Left out: its own credit tiers.")
    if agreement.exclusions:
        yield Unsaid(
            "exclusions", "Left out: OpenSLO has no slices that are taken out of the count, nor who approves it."
        )
    yield Unsaid("credit", "Left out: OpenSLO says what is promised, not what a broken promise earns.")


def _service(name: str) -> Doc:
    return {"apiVersion": API_VERSION, "kind": "Service", "metadata": {"name": name}, "spec": {}}


def _slo(objective: Objective, region: str, agreement: Agreement) -> Doc:
    name = f"{objective.name}-{region}"
    return {
        "apiVersion": API_VERSION,
        "kind": "SLO",
        "metadata": {"name": name, "labels": {REGION: region}, "annotations": _annotations(objective)},
        "spec": {
            "service": objective.service,
            "indicator": {"metadata": {"name": name}, "spec": _indicator(objective, region)},
            "timeWindow": [
                {
                    "duration": CALENDAR_MONTH,
                    "isRolling": False,
                    "calendar": {"startTime": _start(agreement), "timeZone": agreement.timezone},
                }
            ],
            "budgetingMethod": METHODS[objective.attain],
            "objectives": [_threshold(objective)],
        },
    }


def _start(agreement: Agreement) -> str:
    """The first instant of the month in which the agreement begins, as OpenSLO writes it: local, without a zone."""
    first = agreement.effective_from.astimezone(ZoneInfo(agreement.timezone)).replace(day=1)
    return f"{first:%Y-%m-%d} 00:00:00"


def _annotations(objective: Objective) -> dict[str, str]:
    said = {
        "objective": objective.name,
        "promise": objective.promise.value,
        "source": objective.source.value,
        "statistic": objective.statistic.value,
        "min-samples": str(objective.min_samples),
        "unknown": objective.unknown.value,
    }
    if objective.at_least_for:
        said["at-least-for"] = f"{objective.at_least_for // timedelta(minutes=1)}m"  # whole slices, so whole minutes
    if objective.attain is Attain.MEAN:  # the documents have no place for what makes one slice good
        said["bound"] = f"{_number(Decimal(str(objective.bound)))}"
    return {PREFIX + key: value for key, value in said.items()}


def _indicator(objective: Objective, region: str) -> Doc:
    if objective.promise not in COUNTED:
        return {"thresholdMetric": _metric(objective, region, objective.statistic.value)}
    counted, what = COUNTED[objective.promise]
    return {
        "ratioMetric": {
            "counter": True,
            counted: _metric(objective, region, what),
            "total": _metric(objective, region, "total"),
        }
    }


def _metric(objective: Objective, region: str, figure: str) -> Doc:
    spec = {"promise": objective.promise.value, "figure": figure, "source": objective.source.value, "region": region}
    return {"metricSource": {"type": SOURCE_TYPE, "spec": spec}}


def _threshold(objective: Objective) -> Doc:
    """The one objective of an SLO: what a good slice is, and how many must be."""
    found: Doc = {"displayName": objective.name}
    if objective.promise not in COUNTED:
        found |= {"op": "lte", "value": _number(Decimal(str(objective.bound)))}
    found["targetPercent"] = _number(objective.target)
    if objective.attain is Attain.SLICES:
        found["timeSliceTarget"] = _number(_good_share(objective))
    return found | {"timeSliceWindow": _shorthand(objective.slice)}


def _good_share(objective: Objective) -> Decimal:
    """Which share of a slice must be good: for a 95th percentile that share of its samples, for a mean its one figure."""
    bound = Decimal(str(objective.bound)) / HUNDRED
    if objective.promise is Promise.AVAILABILITY:
        return bound
    if objective.promise in COUNTED:
        return 1 - bound
    return Decimal("0.95") if objective.statistic is Statistic.P95 else Decimal(1)


def _shorthand(length: timedelta) -> str:
    """A slice in OpenSLO's own shorthand; slices are whole minutes."""
    return f"{length // MINUTE}m"


def _number(value: Decimal) -> Any:
    """As a YAML number, whole where it is whole."""
    return int(value) if value == value.to_integral() else float(value)
