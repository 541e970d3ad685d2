"""From OpenSLO to entries of a contract's `objectives`, ready to be put into one and corrected by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tallylight.contracts.agreement import Attain, Promise, Source, Statistic, UnknownCounts
from tallylight.contracts.openslo.terms import CALENDAR_MONTH, PREFIX, RATIO_TIMESLICES, REGION, TIMESLICES, Doc, Unsaid

HUNDRED = Decimal(100)
ATTAIN = {TIMESLICES: Attain.SLICES, RATIO_TIMESLICES: Attain.MEAN}
#: What an SLO of somebody else's does not say.
MIN_SAMPLES, UNKNOWN = 60, UnknownCounts.EXCLUDED
_MINUTES = {"m": 1, "h": 60, "d": 1440}


@dataclass(frozen=True, slots=True)
class Imported:
    """Entries for `objectives`, in the order of the documents, and what could not be taken over."""

    objectives: tuple[Doc, ...]
    unsaid: tuple[Unsaid, ...]


class _LeftOut(Exception):
    """This SLO can't be said in a contract."""


def objectives_from(documents: list[Doc]) -> Imported:
    """What a contract can say of the documents. SLOs of one objective in several regions become one entry."""
    indicators = {_name(each): each.get("spec") for each in documents if each.get("kind") == "SLI"}
    found: list[Doc] = []
    unsaid: list[Unsaid] = []
    for document in documents:
        kind, name = document.get("kind"), _name(document)
        if kind not in ("SLO", "SLI", "Service"):
            unsaid.append(
                Unsaid(f"{kind} {name}", "Left out: a contract has thresholds and a ladder of its own for that.")
            )
        if kind != "SLO":
            continue
        try:
            for entry in _entries(document, indicators, unsaid):
                _merge(found, entry)
        except _LeftOut as why:
            unsaid.append(Unsaid(name, f"Left out: {why}"))
    return Imported(tuple(found), tuple(unsaid))


def _name(document: Doc) -> str:
    metadata = document.get("metadata")
    return str(metadata.get("name", "")) if isinstance(metadata, dict) else ""


def _merge(found: list[Doc], entry: Doc) -> None:
    """Add an entry, or its region to the entry that says the same of another."""
    region = entry.pop("region")
    for each in found:
        if {key: value for key, value in each.items() if key != "regions"} == entry and region and "regions" in each:
            each["regions"].append(region)
            return
    found.append({**entry, **({"regions": [region]} if region else {})})


def _entries(document: Doc, indicators: dict[str, Any], unsaid: list[Unsaid]) -> Iterator[Doc]:
    spec, name = _mapping(document.get("spec"), "it has no spec."), _name(document)
    kept = _kept(document)
    indicator = _indicator(spec, indicators)
    attain = ATTAIN.get(str(spec.get("budgetingMethod")))
    if attain is None:
        raise _LeftOut(f"a contract counts slices, not {spec.get('budgetingMethod') or 'an unnamed method'}.")
    unsaid += [Unsaid(name, each) for each in (*_window(spec), *_passed_over(document, spec, kept))]
    for index, threshold in enumerate(_thresholds(spec)):
        label = kept.get("objective") or (name if index == 0 else f"{name}-{index + 1}")
        entry = {
            "name": _code(label),
            "service": _code(str(spec.get("service") or "")),
            **_judged(indicator, threshold, kept, attain),
        }
        if kept.get("promise") is None:
            unsaid += [Unsaid(name, each) for each in _guessed(indicator, threshold)]
        yield {**entry, **_counted(threshold, kept, attain), "region": _region(document)}


def _kept(document: Doc) -> dict[str, str]:
    """Our own annotations."""
    annotations = (document.get("metadata") or {}).get("annotations") or {}
    return {key.removeprefix(PREFIX): str(value) for key, value in annotations.items() if str(key).startswith(PREFIX)}


def _region(document: Doc) -> str:
    labels = (document.get("metadata") or {}).get("labels") or {}
    region = labels.get(REGION, "") if isinstance(labels, dict) else ""
    return region if isinstance(region, str) else ""


def _indicator(spec: Doc, indicators: dict[str, Any]) -> Doc:
    if reference := spec.get("indicatorRef"):
        return _mapping(indicators.get(str(reference)), f"the SLI {reference} it refers to is not among the documents.")
    return _mapping(_mapping(spec.get("indicator"), "it has no indicator.").get("spec"), "its indicator has no spec.")


def _mapping(value: Any, otherwise: str) -> Doc:
    if not isinstance(value, dict):
        raise _LeftOut(otherwise)
    return value


def _thresholds(spec: Doc) -> list[Doc]:
    found = spec.get("objectives")
    if not isinstance(found, list) or not found:
        raise _LeftOut("it has no objectives.")
    return [_mapping(each, "an objective of it is not a mapping.") for each in found]


def _window(spec: Doc) -> Iterator[str]:
    """What is said of the budgeting period, where it isn't the calendar month."""
    windows = spec.get("timeWindow")
    window = windows[0] if isinstance(windows, list) and windows and isinstance(windows[0], dict) else {}
    if window.get("duration") != CALENDAR_MONTH or window.get("isRolling"):
        said = window.get("duration", "no window at all")
        kind = "rolling " if window.get("isRolling") else ""
        yield f"A contract judges calendar months; this one says {kind}{said}."


def _passed_over(document: Doc, spec: Doc, kept: dict[str, str]) -> Iterator[str]:
    """What stands in the document and has no place in a contract."""
    metadata = document.get("metadata") or {}
    others = [key for key in metadata.get("annotations") or {} if not str(key).startswith(PREFIX)]
    labels = [key for key in metadata.get("labels") or {} if key != REGION]
    for key, there in {
        "displayName": metadata.get("displayName"),
        "description": spec.get("description"),
        "alertPolicies": spec.get("alertPolicies"),
        "labels": labels,
        "annotations": others,
    }.items():
        if there:
            yield f"Left out: its {key}."
    if "min-samples" not in kept:
        yield f"It says nothing of missing data; {MIN_SAMPLES} samples and {UNKNOWN.value} were put in."


def _judged(indicator: Doc, threshold: Doc, kept: dict[str, str], attain: Attain) -> Doc:
    """What a good slice is."""
    if "thresholdMetric" in indicator:
        return _by_value(threshold, kept)
    ratio = _mapping(indicator.get("ratioMetric"), "its indicator has neither thresholdMetric nor ratioMetric.")
    good = "good" in ratio or ratio.get("rawType") == "success"
    promise = Promise(kept["promise"]) if "promise" in kept else Promise.AVAILABILITY if good else Promise.ERRORS
    key = "at_least" if promise is Promise.AVAILABILITY else "at_most"
    return {"metric": promise.value, **_source(kept), key: _percent(_bound(promise, threshold, kept, attain))}


def _bound(promise: Promise, threshold: Doc, kept: dict[str, str], attain: Attain) -> Decimal:
    """The bound of a good slice, in per cent; where slices are averaged nothing hangs on it, and the strictest is put in."""
    if attain is Attain.MEAN:
        return Decimal(kept.get("bound", HUNDRED if promise is Promise.AVAILABILITY else 0))
    share = _decimal(threshold, "timeSliceTarget")
    return HUNDRED * (share if promise is Promise.AVAILABILITY else 1 - share)


def _by_value(threshold: Doc, kept: dict[str, str]) -> Doc:
    if threshold.get("op") not in ("lte", "lt"):
        raise _LeftOut(f"a contract bounds such a figure from above, not by {threshold.get('op') or 'no operator'}.")
    promise = Promise(kept.get("promise", Promise.LATENCY.value))
    value, share = _decimal(threshold, "value"), _decimal(threshold, "timeSliceTarget")
    statistic = {Decimal(1): Statistic.MEAN, Decimal("0.95"): Statistic.P95}.get(share)
    if statistic is None:
        raise _LeftOut(f"a contract judges the mean or the 95th percentile of a slice, not {share * HUNDRED:f}% of it.")
    if value != value.to_integral():
        raise _LeftOut("a contract writes whole milliseconds.")
    return {"metric": promise.value, **_source(kept), "statistic": statistic.value, "at_most": f"{int(value)}ms"}


def _source(kept: dict[str, str]) -> Doc:
    """Figures that are somebody else's are reported; those of our own probes need no word."""
    return {} if kept.get("source") == Source.PROBES else {"source": Source.REPORTED.value}


def _guessed(indicator: Doc, threshold: Doc) -> Iterator[str]:
    """What had to be assumed of an SLO that was not written by us."""
    if "thresholdMetric" in indicator:
        yield "Its value carries no unit and was taken for milliseconds of latency."
    else:
        yield "Its ratio was taken for availability, or for errors where the bad ones are counted."
    yield "Its query was left out; the figures have to be reported slice by slice."
    if threshold.get("op") in ("lt", "gt"):
        yield "A bound is kept when it is reached exactly; the OpenSLO leaves it out."


def _counted(threshold: Doc, kept: dict[str, str], attain: Attain) -> Doc:
    """How slices are counted and how many must be good."""
    target = _decimal(threshold, "target") * HUNDRED if "target" in threshold else _decimal(threshold, "targetPercent")
    found: Doc = {} if attain is Attain.SLICES else {"attain": attain.value}
    minutes = _minutes(threshold.get("timeSliceWindow"))
    if minutes != 1:
        found["slice"] = f"{minutes}m"
    if "at-least-for" in kept:
        found["at_least_for"] = kept["at-least-for"]
    samples = kept.get("min-samples", str(MIN_SAMPLES))
    return {
        **found,
        "target": _percent(target),
        "min_samples": int(samples) if samples.isdecimal() else MIN_SAMPLES,
        "unknown": UnknownCounts(kept.get("unknown", UNKNOWN.value)).value,
    }


def _minutes(window: Any) -> int:
    """A slice in minutes: a number of them, or OpenSLO's shorthand."""
    if isinstance(window, int) and window > 0:
        return window
    shorthand = re.fullmatch(r"([1-9][0-9]{0,3})([mhd])", str(window))
    if shorthand is None:
        raise _LeftOut(f"a slice is whole minutes, hours or a day, not {window}.")
    return int(shorthand[1]) * _MINUTES[shorthand[2]]


def _decimal(threshold: Doc, key: str) -> Decimal:
    value = threshold.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _LeftOut(f"{key} is missing or not a number.")
    return Decimal(str(value))


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f}%"


def _code(text: str) -> str:
    """A name as contracts write it: small letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"
