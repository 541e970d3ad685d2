"""What the parts of a contract must not say to each other: the checks a schema can't make. Pure.

Each check is a function from the document to faults `(path, message, advice)`; the places are found once, at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tallylight.contracts import quantities as q
from tallylight.contracts.agreement import Metric, Promise
from tallylight.contracts.build.objectives import bound_key
from tallylight.contracts.calendars import WEEKDAYS
from tallylight.contracts.errors import Problem
from tallylight.contracts.schema import with_defaults
from tallylight.contracts.yaml_text import Path, Text, dotted
from tallylight.kernel.money import EXPONENTS

Doc = dict[str, Any]
Fault = tuple[Path, str, str]

LEVELS = ("basic", "fault", "major")
HUNDRED = Decimal(100)


def problems(text: Text) -> list[Problem]:
    """Every fault of sense in a document that has passed the schema."""
    faults = (fault for check in CHECKS for fault in check(with_defaults(text.value)))
    return [Problem(*text.place(path), dotted(path), message, advice) for path, message, advice in faults]


def _zones(doc: Doc) -> Iterator[Fault]:
    named: list[tuple[Path, str]] = [(("timezone",), doc["timezone"])]
    named += [
        (("calendars", name, "timezone"), entry["timezone"])
        for name, entry in doc["calendars"].items()
        if "timezone" in entry
    ]
    for path, zone in named:
        if not _is_zone(zone):
            yield path, f"There is no time zone {zone}.", "Write an IANA name, such as Asia/Singapore."


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _parties(doc: Doc) -> Iterator[Fault]:
    if doc["parties"]["provider"]["slug"] == doc["parties"]["customer"]["slug"]:
        yield (
            ("parties", "customer", "slug"),
            "Provider and customer are the same organisation.",
            "Name the other side.",
        )


def _calendars(doc: Doc) -> Iterator[Fault]:
    for name, entry in doc["calendars"].items():
        for day, texts in entry.get("exceptions", {}).items():
            yield from _intervals(("calendars", name, "exceptions", day), texts)
        if entry["hours"] == "24x7":
            continue
        for day in WEEKDAYS:
            yield from _intervals(("calendars", name, "hours", day), entry["hours"].get(day, ()))


def _intervals(path: Path, texts: Iterable[str]) -> Iterator[Fault]:
    before = 0
    for index, text in enumerate(texts):
        opens, closes = (int(edge[:2]) * 60 + int(edge[3:]) for edge in text.split("-"))
        if opens >= closes:
            yield (
                (*path, index),
                f"{text} closes before it opens.",
                "Hours that pass midnight are written as two intervals on two days.",
            )
        elif opens < before:
            yield (
                (*path, index),
                f"{text} begins before the interval above has ended.",
                "Write the intervals of a day in order, without overlap.",
            )
        before = max(before, closes)


def _support(doc: Doc) -> Iterator[Fault]:
    for level in LEVELS:
        entry, path = doc["support"][level], ("support", level)
        response, update, resolution = (q.duration(entry[key]) for key in ("response", "update", "resolution"))
        if not response:
            yield (*path, "response"), "A response time of nothing can't be kept.", "Write at least 1m."
        if update < response:
            yield (
                (*path, "update"),
                "The next update is promised sooner than the first response.",
                "Make update at least as long as response.",
            )
        if resolution < response:
            yield (
                (*path, "resolution"),
                "The resolution is promised sooner than the first response.",
                "Make resolution at least as long as response.",
            )
        if entry["calendar"] not in doc["calendars"]:
            yield (
                (*path, "calendar"),
                f"There is no calendar {entry['calendar']}.",
                f"Defined here: {', '.join(doc['calendars'])}.",
            )


def _levels_in_order(doc: Doc) -> Iterator[Fault]:
    fault, major = doc["support"]["fault"], doc["support"]["major"]
    for key in ("response", "update", "resolution"):
        if q.duration(major[key]) > q.duration(fault[key]):
            yield (
                ("support", "major", key),
                f"A major case waits longer for its {key} than a fault.",
                f"Make it at most {fault[key]}.",
            )


def _ladders(doc: Doc) -> Iterator[Fault]:
    ladders: list[tuple[Path, list[Doc]]] = [(("escalation",), doc["escalation"])]
    ladders += [
        (("support", level, "escalation"), doc["support"][level]["escalation"])
        for level in LEVELS
        if "escalation" in doc["support"][level]
    ]
    for path, steps in ladders:
        yield from _ladder(path, steps)


def _ladder(path: Path, steps: list[Doc]) -> Iterator[Fault]:
    before: Decimal | None = None
    names: set[str] = set()
    for index, entry in enumerate(steps):
        at = q.percent(entry["at"])
        if at > HUNDRED:
            yield (
                (*path, index, "at"),
                f"The step at {entry['at']} comes after the response time is over.",
                "Write a share from 0% to 100%.",
            )
        if before is not None and at <= before:
            yield (
                (*path, index, "at"),
                f"The step at {entry['at']} does not come after the one above.",
                "Order the steps by a growing share.",
            )
        if entry["step"] in names:
            yield (*path, index, "step"), f"The step {entry['step']} is named twice.", "Give each step its own name."
        names.add(entry["step"])
        before = at


def _severity(doc: Doc) -> Iterator[Fault]:
    for level in ("major", "fault"):
        for index, entry in enumerate(doc["severity"][level]):
            path: Path = ("severity", level, index)
            if "above" in entry:
                yield from _bound(
                    (*path, "above"), entry["above"], Metric(entry["metric"]).unit if "metric" in entry else None
                )
            if entry.get("regions", 1) > len(doc["scope"]["regions"]):
                yield (
                    (*path, "regions"),
                    "More regions are asked for than are in scope, so this never holds.",
                    "Ask for fewer regions.",
                )


def _bound(path: Path, text: str, unit: str | None) -> Iterator[Fault]:
    if unit is None:
        yield path, "A level is given without its metric.", "Add metric: latency, loss or dead."
    elif unit == "%" and not text.endswith("%"):
        yield path, f"{text} is a duration where a percentage is meant.", "Write a percentage, such as 2%."
    elif unit == "ms" and text.endswith("%"):
        yield path, f"{text} is a percentage where a duration is meant.", "Write a duration, such as 200ms."
    elif unit == "%" and q.percent(text) > HUNDRED:
        yield path, f"{text} is more than everything.", "Write at most 100%."


def _objectives(doc: Doc) -> Iterator[Fault]:
    names: set[str] = set()
    for index, entry in enumerate(doc["objectives"]):
        path: Path = ("objectives", index)
        if entry["name"] in names:
            yield (*path, "name"), f"The objective {entry['name']} is named twice.", "Give each objective its own name."
        names.add(entry["name"])
        if entry["service"] not in doc["scope"]["services"]:
            yield (
                (*path, "service"),
                f"The service {entry['service']} is not in scope.",
                f"In scope: {', '.join(doc['scope']['services'])}.",
            )
        yield from _regions(path, entry, doc)
        yield from _objective_bound(path, entry)
        if not Decimal(0) < q.percent(entry["target"]) <= HUNDRED:
            yield (
                (*path, "target"),
                f"A target of {entry['target']} promises nothing or the impossible.",
                "Write more than 0% and at most 100%.",
            )


def _objective_bound(path: Path, entry: Doc) -> Iterator[Fault]:
    promise = Promise(entry["metric"])
    wanted = bound_key(promise)
    other = "at_most" if wanted == "at_least" else "at_least"
    if wanted not in entry:
        yield path, f"An objective for {promise.value} needs {wanted}.", "Add the bound that makes a minute good."
    else:
        yield from _bound((*path, wanted), entry[wanted], promise.unit)
    if other in entry:
        yield (*path, other), f"An objective for {promise.value} has no {other}.", f"Write {wanted} instead."


def _thresholds(doc: Doc) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for index, entry in enumerate(doc["thresholds"]):
        path: Path = ("thresholds", index)
        yield from _regions(path, entry, doc)
        for region in entry.get("regions", doc["scope"]["regions"]):
            if (entry["metric"], region) in seen:
                yield (
                    path,
                    f"A second threshold watches {entry['metric']} in {region}.",
                    "Keep one for each metric and region.",
                )
            seen.add((entry["metric"], region))
        yield from _threshold_levels(path, entry)


def _threshold_levels(path: Path, entry: Doc) -> Iterator[Fault]:
    unit = Metric(entry["metric"]).unit
    faults = [fault for key in ("raise_above", "clear_below") for fault in _bound((*path, key), entry[key], unit)]
    yield from faults
    if not faults and _figure(entry["clear_below"]) > _figure(entry["raise_above"]):
        yield (
            (*path, "clear_below"),
            f"The alert clears below {entry['clear_below']} although it is raised above {entry['raise_above']}.",
            "Make clear_below at most raise_above.",
        )
    if not q.duration(entry["window"]):
        yield (*path, "window"), "A window of nothing holds no packets.", "Write at least 1s."
    if q.duration(entry["window"]) > timedelta(minutes=15):
        yield (*path, "window"), "The live window reaches back 15 minutes at most.", "Write at most 15m."


def _figure(text: str) -> Decimal:
    return q.percent(text) if text.endswith("%") else Decimal(str(q.millis(text)))


def _regions(path: Path, entry: Doc, doc: Doc) -> Iterator[Fault]:
    for index, region in enumerate(entry.get("regions", ())):
        if region not in doc["scope"]["regions"]:
            yield (
                (*path, "regions", index),
                f"The region {region} is not in scope.",
                f"In scope: {', '.join(doc['scope']['regions'])}.",
            )


def _credit(doc: Doc) -> Iterator[Fault]:
    entry = doc["credit"]
    cap = q.percent(entry["cap"])
    if cap > HUNDRED:
        yield ("credit", "cap"), f"A cap of {entry['cap']} gives back more than was paid.", "Write at most 100%."
    best = max(q.percent(each["target"]) for each in doc["objectives"])
    tiers = [(q.percent(tier["below"]), q.percent(tier["credit"])) for tier in entry["tiers"]]
    for index, (below, credit) in enumerate(tiers):
        path: Path = ("credit", "tiers", index)
        if credit > cap:
            yield (
                (*path, "credit"),
                f"A credit of {credit}% is above the cap of {cap}%.",
                "Lower the credit or raise the cap.",
            )
        if not Decimal(0) < below <= HUNDRED:
            yield (
                (*path, "below"),
                f"No attainment lies below {below}%, or every one does.",
                "Write more than 0% and at most 100%.",
            )
        following = tiers[index + 1][0] if index + 1 < len(tiers) else Decimal(0)
        if following >= best:
            yield (
                path,
                f"This tier is never reached: no objective promises more than {best}%.",
                "Take it out, or promise more.",
            )
        if index:
            yield from _tier_follows(path, tiers[index - 1], (below, credit))


def _tier_follows(path: Path, before: tuple[Decimal, Decimal], this: tuple[Decimal, Decimal]) -> Iterator[Fault]:
    if this[0] == before[0]:
        yield (*path, "below"), f"Two tiers overlap: both begin below {this[0]}%.", "Keep one of the two."
    elif this[0] > before[0]:
        yield (
            (*path, "below"),
            f"The tier below {this[0]}% stands after the one below {before[0]}%, which is deeper.",
            "Order the tiers from the mildest miss to the worst.",
        )
    if this[1] <= before[1]:
        yield (
            (*path, "credit"),
            f"A worse miss earns {this[1]}%, no more than the {before[1]}% above.",
            "Let the credit grow from tier to tier.",
        )


def _fee(doc: Doc) -> Iterator[Fault]:
    amount, currency = doc["fees"]["monthly"].split()
    digits = len(amount.partition(".")[2])
    if digits > EXPONENTS.get(currency, 2):
        yield (
            ("fees", "monthly"),
            f"{amount} has parts that {currency} does not have.",
            f"Write at most {EXPONENTS.get(currency, 2)} decimals.",
        )


CHECKS: tuple[Callable[[Doc], Iterator[Fault]], ...] = (
    _zones,
    _parties,
    _calendars,
    _support,
    _levels_in_order,
    _ladders,
    _severity,
    _objectives,
    _thresholds,
    _credit,
    _fee,
)
