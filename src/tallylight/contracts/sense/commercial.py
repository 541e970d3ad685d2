"""Fees, payment and capacity: one currency, tiers without gaps, steps in order, a price for everything that is counted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tallylight.contracts import quantities as q
from tallylight.contracts.sense.objectives import service_in_scope
from tallylight.contracts.sense.part import Faults, Hindered, Part, as_far_as_it_goes, named_twice, of_each
from tallylight.contracts.sense.watching import in_scope
from tallylight.kernel.errors import gettext_noop as _
from tallylight.kernel.money import EXPONENTS

#: From the mildest to the hardest.
ACTIONS = ("remind", "restrict", "suspend")


def amounts(doc: Part) -> Faults:
    """Every amount is in the currency of the base fee and has no parts that it lacks."""
    main = doc["fees"]["monthly"]
    for part in _amounts(doc):
        yield from as_far_as_it_goes(_currency, part, main)
        yield from as_far_as_it_goes(_decimals, part)
    for part in _unit_prices(doc):
        yield from as_far_as_it_goes(_currency, part, main)


def _found(doc: Part, *path: str) -> Iterator[Part]:
    """The parts under a path, as far as they are there and whole; `*` stands for every entry of a list."""
    try:
        for index, key in enumerate(path):
            if key == "*":
                for each in doc.each():
                    yield from _found(each, *path[index + 1 :])
                return
            doc = doc[key]
    except Hindered:
        return
    yield doc


AMOUNTS = (
    ("fees", "monthly"),
    ("fees", "recurring", "*", "amount"),
    ("fees", "packages", "*", "price"),
    ("scope", "extra", "*", "fee"),
    ("capacity", "on_demand"),
    ("capacity", "prepaid"),
    ("capacity", "events", "price"),
    ("credit", "minimum"),
)


def _amounts(doc: Part) -> Iterator[Part]:
    for path in AMOUNTS:
        yield from _found(doc, *path)


def _unit_prices(doc: Part) -> Iterator[Part]:
    yield from _found(doc, "fees", "usage", "*", "tiers", "*", "price")


def _currency(part: Part, main: Part) -> Faults:
    currency, wanted = part.text.split()[1], main.text.split()[1]
    if currency != wanted:
        yield part.fault(
            _("This is in %(currency)s, while the contract is paid in %(wanted)s."),
            _("Write every amount in %(wanted)s."),
            currency=currency,
            wanted=wanted,
        )


def _decimals(part: Part) -> Faults:
    amount, currency = part.text.split()
    most = EXPONENTS.get(currency, 2)
    if len(amount.partition(".")[2]) > most:
        yield part.fault(
            _("%(amount)s has parts that %(currency)s does not have."),
            _("Write at most %(most)s decimals."),
            amount=amount,
            currency=currency,
            most=most,
        )


def usage(doc: Part) -> Faults:
    entries = doc["fees"]["usage"].each()
    yield from named_twice(entries, "name", _("The fee %(name)s is named twice."), _("Give each fee its own name."))
    yield from named_twice(entries, "meter", _("%(name)s are charged twice."), _("Keep one fee for each meter."))
    yield from of_each(_tiers, entries)


def _tiers(entry: Part) -> Faults:
    tiers = entry["tiers"].each()
    for one, other in pairwise(tiers):
        if "up_to" not in one:
            yield other.fault(
                _("The tier above goes on without end, so this one is never reached."),
                _("Say up_to in every tier but the last."),
            )
        elif "up_to" in other and other["up_to"].value <= one["up_to"].value:
            yield other["up_to"].fault(
                _("The tier up to %(this)s does not go further than the one above."),
                _("Order the tiers from the smallest quantity to the largest."),
                this=other["up_to"].value,
            )
    if tiers and "up_to" in tiers[-1]:
        yield tiers[-1]["up_to"].fault(
            _("Above %(last)s no price is said."),
            _("Leave up_to out of the last tier, or add a tier."),
            last=tiers[-1]["up_to"].value,
        )


def packages(doc: Part) -> Faults:
    entries = doc["fees"]["packages"].each()
    yield from named_twice(
        entries, "name", _("The package %(name)s is named twice."), _("Give each package its own name.")
    )
    yield from of_each(_package, entries, doc)


def _package(entry: Part, doc: Part) -> Faults:
    meters = {each["meter"].text for each in doc["fees"]["usage"].each()}
    if entry["meter"].text not in meters:
        yield entry["meter"].fault(
            _("Nothing is charged by %(meter)s, so this package saves nothing."),
            _("Add a fee by use for it, or take the package out."),
            meter=entry["meter"].text,
        )


def recurring(doc: Part) -> Faults:
    entries = doc["fees"]["recurring"].each()
    yield from of_each(service_in_scope, [each["service"] for each in entries if "service" in each], doc)


def arrears(doc: Part) -> Faults:
    if "arrears" not in doc["fees"]:
        return
    for one, other in pairwise(doc["fees"]["arrears"]["steps"].each()):
        yield from as_far_as_it_goes(_step, other, one)


def _step(step: Part, before: Part) -> Faults:
    if step["after_days"].value <= before["after_days"].value:
        yield step["after_days"].fault(
            _("The step after %(days)s days does not come after the one above."),
            _("Order the steps by time."),
            days=step["after_days"].value,
        )
    if ACTIONS.index(step["action"].text) < ACTIONS.index(before["action"].text):
        yield step["action"].fault(
            _("After %(before)s, %(action)s is a step back."),
            _("Go from remind to restrict to suspend."),
            before=before["action"].text,
            action=step["action"].text,
        )


def capacity(doc: Part) -> Faults:
    if "capacity" not in doc:
        return
    entries = doc["capacity"]["regions"].each()
    yield from named_twice(
        entries, "region", _("The region %(name)s is named twice."), _("Keep one line for each region.")
    )
    yield from of_each(in_scope, [each["region"] for each in entries if (*each.path, "region") not in doc.broken], doc)
    yield from of_each(_burst, entries)
    yield from as_far_as_it_goes(_prepaid, doc["capacity"])


def _burst(entry: Part) -> Faults:
    if entry["burst"].value < entry["committed"].value:
        yield entry["burst"].fault(
            _("The burst capacity is smaller than what is committed."),
            _("Write at least %(committed)s."),
            committed=entry["committed"].value,
        )


def _prepaid(entry: Part) -> Faults:
    if "prepaid" not in entry:
        return
    ahead, on_demand = q.money(entry["prepaid"].text), q.money(entry["on_demand"].text)
    if ahead.currency == on_demand.currency and ahead > on_demand:
        yield entry["prepaid"].fault(
            _("Capacity that is paid ahead costs more than on demand."),
            _("Write at most %(price)s, or take it out."),
            price=entry["on_demand"].text,
        )


def smallest_credit(doc: Part) -> Faults:
    """The smallest credit that is owed is not larger than all that can be."""
    if "minimum" not in doc["credit"]:
        return
    least, fee = q.money(doc["credit"]["minimum"].text), q.money(doc["fees"]["monthly"].text)
    extra = [q.money(each["amount"].text) for each in doc["fees"]["recurring"].each()]
    if {each.currency for each in (least, *extra)} != {fee.currency}:
        return
    most = sum(extra, fee).percent(doc["credit"]["cap"].percent)
    if least > most:
        yield doc["credit"]["minimum"].fault(
            _("A month can earn at most %(most)s, so a credit of %(least)s is never owed."),
            _("Lower the minimum."),
            most=most,
            least=least,
        )


CHECKS = (amounts, usage, packages, recurring, arrears, capacity, smallest_credit)
