"""Objectives, what is taken out of their count, and the thresholds that watch the nodes."""

from __future__ import annotations

from tallylight.contracts import quantities as q
from tallylight.contracts.agreement import (
    Attain,
    ExclusionKind,
    ExclusionRule,
    Metric,
    Objective,
    Promise,
    Source,
    Statistic,
    Threshold,
    UnknownCounts,
)
from tallylight.contracts.build.credit import tiers
from tallylight.contracts.build.support import channels
from tallylight.contracts.build.words import Doc, maybe


def objective(entry: Doc, doc: Doc) -> Objective:
    """One promise about slices."""
    promise = Promise(entry["metric"])
    return Objective(
        name=entry["name"],
        service=entry["service"],
        regions=tuple(entry.get("regions", doc["scope"]["regions"])),
        promise=promise,
        statistic=Statistic(entry["statistic"]),
        bound=q.figure(entry[bound_key(promise)], promise.unit),
        target=q.percent(entry["target"]),
        min_samples=entry["min_samples"],
        unknown=UnknownCounts(entry["unknown"]),
        source=Source(entry["source"]),
        slice=q.duration(entry["slice"]),
        attain=Attain(entry["attain"]),
        at_least_for=q.duration(entry["at_least_for"]),
        tiers=tiers(entry["tiers"]),
    )


def bound_key(promise: Promise) -> str:
    """Which key carries the bound of a promise."""
    return "at_least" if promise is Promise.AVAILABILITY else "at_most"


def exclusion(entry: Doc) -> ExclusionRule:
    """One kind of slices that may be taken out."""
    return ExclusionRule(
        kind=ExclusionKind(entry["kind"]),
        approver=entry["approver"],
        notice=maybe(entry, "notice", q.duration),
        most_a_month=maybe(entry, "most_a_month", q.duration),
        load_multiple=maybe(entry, "load_multiple", q.multiple),
    )


def thresholds(entry: Doc, doc: Doc) -> list[Threshold]:
    """One threshold for each region it names, or for each in scope."""
    metric = Metric(entry["metric"])
    return [
        Threshold(
            region=region,
            metric=metric,
            raise_above=q.figure(entry["raise_above"], metric.unit),
            clear_below=q.figure(entry["clear_below"], metric.unit),
            window_s=q.seconds(entry["window"]),
            for_s=q.seconds(entry["for"]),
            clear_for_s=q.seconds(entry["clear_for"]),
            min_samples=entry["min_samples"],
            channels=channels(entry),
        )
        for region in entry.get("regions", doc["scope"]["regions"])
    ]
