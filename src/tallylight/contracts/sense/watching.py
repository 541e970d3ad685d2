"""Severity and thresholds: what is watched, and what makes a case serious."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tallylight.contracts import quantities as q
from tallylight.contracts.agreement import Metric
from tallylight.contracts.sense.part import Faults, Part, as_far_as_it_goes, of_each
from tallylight.kernel.errors import gettext_noop as _
from tallylight.wire.doors import DEFAULT_PPS

HUNDRED = Decimal(100)
#: Two nodes probe each other: both directions at the default pace.
PACKETS_A_SECOND = 2 * DEFAULT_PPS
LIVE_WINDOW = timedelta(minutes=15)


def severity(doc: Part) -> Faults:
    rule = doc["severity"]
    for level in ("major", "fault"):
        if level in rule and (*rule.path, level) not in doc.broken:
            yield from of_each(_condition, rule[level].each(), doc)
    yield from as_far_as_it_goes(_reached, rule)


def _condition(entry: Part, doc: Part) -> Faults:
    if "above" in entry and "metric" not in entry:
        yield entry["above"].fault(_("A level is given without its metric."), _("Add metric: latency, loss or dead."))
    elif "above" in entry:
        yield from bound(entry["above"], Metric(entry["metric"].text).unit)
    if "metric" in entry:
        watched = {each["metric"].text for each in doc["thresholds"].each()}
        if entry["metric"].text not in watched:
            yield entry["metric"].fault(
                _("No threshold watches %(metric)s, so this never holds."),
                _("Add a threshold for it, or take the condition out."),
                metric=entry["metric"].text,
            )
    if "regions" in entry and entry["regions"].value > len(doc["scope"]["regions"].value):
        yield entry["regions"].fault(
            _("More regions are asked for than are in scope, so this never holds."), _("Ask for fewer regions.")
        )


def _reached(rule: Part) -> Faults:
    major = [each.value for each in rule["major"].each()]
    for each in rule["fault"].each():
        if each.value in major:
            yield each.fault(
                _("This condition makes a case major already, so it never makes a fault."), _("Keep it in one place.")
            )


def bound(part: Part, unit: str) -> Faults:
    """A bound in the unit of its metric: `ms` or `%`."""
    text = part.text
    if unit == "%" and not text.endswith("%"):
        yield part.fault(
            _("%(bound)s is a duration where a percentage is meant."),
            _("Write a percentage, such as %(example)s."),
            bound=text,
            example="2%",
        )
    elif unit == "ms" and text.endswith("%"):
        yield part.fault(
            _("%(bound)s is a percentage where a duration is meant."),
            _("Write a duration, such as %(example)s."),
            bound=text,
            example="200ms",
        )
    elif unit == "%" and q.percent(text) > HUNDRED:
        yield part.fault(_("%(bound)s is more than everything."), _("Write at most %(all)s."), bound=text, all="100%")


def regions(entry: Part, doc: Part) -> Faults:
    """Every region that an entry names is in scope."""
    if "regions" not in entry:
        return
    for each in entry["regions"].each():
        yield from in_scope(each, doc)


def in_scope(region: Part, doc: Part) -> Faults:
    """A region is in scope."""
    known = doc["scope"]["regions"].value
    if region.text not in known:
        yield region.fault(
            _("The region %(region)s is not in scope."),
            _("In scope: %(known)s."),
            region=region.text,
            known=", ".join(map(str, known)),
        )


def thresholds(doc: Part) -> Faults:
    seen: set[tuple[str, str]] = set()
    for entry in doc["thresholds"].each():
        yield from as_far_as_it_goes(regions, entry, doc)
        yield from as_far_as_it_goes(_once, entry, doc, seen)
        yield from as_far_as_it_goes(_levels, entry)
        yield from as_far_as_it_goes(_window, entry)


def _once(entry: Part, doc: Part, seen: set[tuple[str, str]]) -> Faults:
    named = entry["regions"] if "regions" in entry else doc["scope"]["regions"]
    for region in named.each():
        key = (entry["metric"].text, region.text)
        if key in seen:
            yield entry.fault(
                _("A second threshold watches %(metric)s in %(region)s."),
                _("Keep one for each metric and region."),
                metric=key[0],
                region=key[1],
            )
        seen.add(key)


def _levels(entry: Part) -> Faults:
    unit = Metric(entry["metric"].text).unit
    above, below = entry["raise_above"], entry["clear_below"]
    faults = [*bound(above, unit), *bound(below, unit)]
    yield from faults
    if not faults and q.figure(below.text, unit) > q.figure(above.text, unit):
        yield below.fault(
            _("The alert clears below %(clear)s although it is raised above %(raise)s."),
            _("Make clear_below at most raise_above."),
            **{"clear": below.text, "raise": above.text},
        )


def _window(entry: Part) -> Faults:
    window = entry["window"]
    if not window.duration:
        yield window.fault(_("A window of nothing holds no packets."), _("Write at least 1s."))
    elif window.duration > LIVE_WINDOW:
        yield window.fault(_("The live window reaches back 15 minutes at most."), _("Write at most 15m."))
    else:
        yield from reachable(entry["min_samples"], window.duration)


def reachable(samples: Part, length: timedelta) -> Faults:
    """The probes send that many packets in `length`."""
    most = int(length / timedelta(seconds=1)) * PACKETS_A_SECOND
    if samples.value > most:
        yield samples.fault(
            _("Two nodes exchange %(most)s probe packets in that time, so %(samples)s are never reached."),
            _("Write at most %(most)s."),
            most=most,
            samples=samples.value,
        )


CHECKS = (severity, thresholds)
