"""Objectives: something measures them, and what is promised can be kept and missed. Exclusions: each says what it takes out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tallylight.contracts import quantities as q
from tallylight.contracts.agreement import Promise
from tallylight.contracts.build.objectives import bound_key
from tallylight.contracts.sense.part import Faults, Part, as_far_as_it_goes, named_twice, of_each
from tallylight.contracts.sense.watching import bound, reachable, regions
from tallylight.kernel.errors import gettext_noop as _

HUNDRED = Decimal(100)
DAY = timedelta(days=1)
SHORTEST_MONTH = timedelta(days=28)
#: What our own packets measure; everything else is reported.
PROBED = (Promise.AVAILABILITY, Promise.LATENCY, Promise.LOSS)


def objectives(doc: Part) -> Faults:
    entries = doc["objectives"].each()
    yield from named_twice(
        entries, "name", _("The objective %(name)s is named twice."), _("Give each objective its own name.")
    )
    for entry in entries:
        for check in (_service, regions):
            yield from as_far_as_it_goes(check, entry, doc)
        for alone in (_bound, _target, _measured, _slices):
            yield from as_far_as_it_goes(alone, entry)


def _service(entry: Part, doc: Part) -> Faults:
    yield from service_in_scope(entry["service"], doc)


def service_in_scope(service: Part, doc: Part) -> Faults:
    """A service is in scope."""
    known = doc["scope"]["services"].value
    if service.text not in known:
        yield service.fault(
            _("The service %(service)s is not in scope."),
            _("In scope: %(known)s."),
            service=service.text,
            known=", ".join(map(str, known)),
        )


def _bound(entry: Part) -> Faults:
    promise = Promise(entry["metric"].text)
    wanted = bound_key(promise)
    other = "at_most" if wanted == "at_least" else "at_least"
    if other in entry:
        yield entry[other].fault(
            _("An objective for %(metric)s has no %(key)s."),
            _("Write %(wanted)s instead."),
            metric=promise.value,
            key=other,
            wanted=wanted,
        )
    if wanted not in entry:
        yield entry.fault(
            _("An objective for %(metric)s needs %(key)s."),
            _("Add the bound that makes a slice good."),
            metric=promise.value,
            key=wanted,
        )
    else:
        yield from bound(entry[wanted], promise.unit)


def _target(entry: Part) -> Faults:
    target = entry["target"]
    if not Decimal(0) < target.percent <= HUNDRED:
        yield target.fault(
            _("A target of %(target)s promises nothing or the impossible."),
            _("Write more than %(none)s and at most %(all)s."),
            target=target.text,
            none="0%",
            all="100%",
        )


def _measured(entry: Part) -> Faults:
    """Something produces the figure that is judged."""
    promise = Promise(entry["metric"].text)
    probed = entry["source"].text == "probes"
    if probed and promise not in PROBED:
        yield entry["metric"].fault(
            _("Nothing measures this: our probes know nothing of %(metric)s."),
            _("Write source: reported, and let players or relays report it."),
            metric=promise.value,
        )
    if entry["statistic"].text == "p95" and promise.unit == "%":
        yield entry["statistic"].fault(
            _("A slice has one share of %(metric)s, so there is no %(statistic)s of it."),
            _("Take the statistic out; it belongs to latency, jitter and first-frame."),
            metric=promise.value,
            statistic="p95",
        )
    if entry["attain"].text == "mean" and promise.unit == "ms":
        yield entry["attain"].fault(
            _("A mean of times in milliseconds is no share, so nothing attains the target."),
            _("Write attain: slices."),
        )
    if probed:
        yield from reachable(entry["min_samples"], q.duration(entry["slice"].text))


def _slices(entry: Part) -> Faults:
    length, row = entry["slice"], entry["at_least_for"]
    if not length.duration or DAY % length.duration:
        yield length.fault(
            _("A day can't be cut into slices of %(slice)s."),
            _("Write a length that divides a day, such as 1m, 5m or 1h."),
            slice=length.text,
        )
    elif row.duration % length.duration:
        yield row.fault(
            _("A row of %(row)s is no whole number of slices of %(slice)s."),
            _("Write a multiple of %(slice)s."),
            row=row.text,
            slice=length.text,
        )
    if row.duration > SHORTEST_MONTH:
        yield row.fault(
            _("No month holds a row of %(row)s, so no slice ever counts as bad."), _("Shorten it."), row=row.text
        )


def exclusions(doc: Part) -> Faults:
    entries = doc["exclusions"].each()
    yield from named_twice(entries, "kind", _("%(name)s is named twice."), _("Keep one rule for each kind."))
    yield from of_each(_exclusion, entries)


#: What a kind of exclusion must say, and what it may.
MUST = {"maintenance": "notice", "overload": "load_multiple"}
MAY = {"maintenance": ("notice", "most_a_month"), "overload": ("load_multiple",)}


def _exclusion(entry: Part) -> Faults:
    kind = entry["kind"].text
    must = MUST.get(kind)
    if must and must not in entry:
        yield entry.fault(
            _("The exclusion %(kind)s does not say %(key)s, so nobody knows what it takes out."),
            _("Add %(key)s."),
            kind=kind,
            key=must,
        )
    for key in ("notice", "most_a_month", "load_multiple"):
        if key in entry and key not in MAY.get(kind, ()):
            yield entry[key].fault(_("The exclusion %(kind)s has no %(key)s."), _("Take it out."), kind=kind, key=key)
    if "load_multiple" in entry and q.multiple(entry["load_multiple"].text) <= 1:
        yield entry["load_multiple"].fault(
            _("Load above %(multiple)s its own mean is ordinary load."),
            _("Write more than 1x, such as 5x."),
            multiple=entry["load_multiple"].text,
        )
    if "most_a_month" in entry and entry["most_a_month"].duration >= SHORTEST_MONTH:
        yield entry["most_a_month"].fault(
            _("%(most)s could take out a whole month."), _("Write less."), most=entry["most_a_month"].text
        )


CHECKS = (objectives, exclusions)
