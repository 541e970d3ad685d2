"""Credits: tiers in order and within reach, nothing above its cap, a base that is not nothing."""

from __future__ import annotations

from decimal import Decimal

from tallylight.contracts import quantities as q
from tallylight.contracts.sense.part import Faults, Part, as_far_as_it_goes, of_each
from tallylight.kernel.errors import gettext_noop as _

HUNDRED = Decimal(100)


def cap(doc: Part) -> Faults:
    limit = doc["credit"]["cap"]
    if limit.percent > HUNDRED:
        yield limit.fault(
            _("A cap of %(cap)s gives back more than was paid."),
            _("Write at most %(all)s."),
            cap=limit.text,
            all="100%",
        )


def tiers(doc: Part) -> Faults:
    """The tiers of the table, which hold for objectives without tiers of their own, and those of each objective."""
    shared = [each for each in _objectives(doc) if not each["tiers"].value]
    yield from as_far_as_it_goes(_table, doc["credit"]["tiers"], shared, doc)
    for each in _objectives(doc):
        yield from as_far_as_it_goes(_table, each["tiers"], [each], doc)


def _objectives(doc: Part) -> list[Part]:
    return [each for each in doc["objectives"].each() if (*each.path, "tiers") not in doc.broken]


def _table(table: Part, objectives: list[Part], doc: Part) -> Faults:
    entries = table.each()
    if entries and not objectives:
        yield table.fault(_("Every objective has tiers of its own, so these are never used."), _("Take them out."))
        return
    best = max((each["target"].percent for each in objectives), default=HUNDRED)
    limit = doc["credit"]["cap"] if "cap" in doc["credit"] and ("credit", "cap") not in doc.broken else None
    for index, entry in enumerate(entries):
        following = entries[index + 1] if index + 1 < len(entries) else None
        yield from of_each(_tier, [entry], limit)
        yield from of_each(_reached, [entry], following, best)
        if index:
            yield from of_each(_follows, [entry], entries[index - 1])


def _tier(entry: Part, limit: Part | None) -> Faults:
    credit, below = entry["credit"], entry["below"]
    if limit is not None and credit.percent > limit.percent:
        yield credit.fault(
            _("A credit of %(credit)s is above the cap of %(cap)s."),
            _("Lower the credit or raise the cap."),
            credit=credit.text,
            cap=limit.text,
        )
    if not Decimal(0) < below.percent <= HUNDRED:
        yield below.fault(
            _("No attainment lies below %(below)s, or every one does."),
            _("Write more than %(none)s and at most %(all)s."),
            below=below.text,
            none="0%",
            all="100%",
        )


def _reached(entry: Part, following: Part | None, best: Decimal) -> Faults:
    if following is not None and best <= following["below"].percent < entry["below"].percent:
        yield entry.fault(
            _("This tier is never reached: no objective promises more than %(best)s."),
            _("Take it out, or promise more."),
            best=f"{best.normalize():f}%",
        )


def _follows(entry: Part, before: Part) -> Faults:
    this, above = entry["below"], before["below"]
    if this.percent == above.percent:
        yield this.fault(
            _("Two tiers overlap: both begin below %(below)s."), _("Keep one of the two."), below=this.text
        )
    elif this.percent > above.percent:
        yield this.fault(
            _("The tier below %(below)s stands after the one below %(deeper)s, which is deeper."),
            _("Order the tiers from the mildest miss to the worst."),
            below=this.text,
            deeper=above.text,
        )
    if entry["credit"].percent <= before["credit"].percent:
        yield entry["credit"].fault(
            _("A worse miss earns %(credit)s, no more than the %(milder)s above."),
            _("Let the credit grow from tier to tier."),
            credit=entry["credit"].text,
            milder=before["credit"].text,
        )


def misses(doc: Part) -> Faults:
    seen: set[tuple[str, str]] = set()
    for entry in doc["credit"]["misses"].each():
        yield from as_far_as_it_goes(_miss, entry, doc)
        yield from as_far_as_it_goes(_miss_once, entry, seen)


def _miss(entry: Part, doc: Part) -> Faults:
    credit, most, limit = entry["credit"], entry["most"], doc["credit"]["cap"]
    if credit.percent > most.percent:
        yield credit.fault(
            _("One miss earns %(credit)s, more than the %(most)s that all of them earn."),
            _("Lower the credit or raise most."),
            credit=credit.text,
            most=most.text,
        )
    if most.percent > limit.percent:
        yield most.fault(
            _("%(most)s is above the cap of %(cap)s."),
            _("Lower it or raise the cap."),
            most=most.text,
            cap=limit.text,
        )
    level, clock = entry["level"].text, entry["clock"].text
    if clock not in doc["support"][level]:
        yield entry["clock"].fault(
            _("The level %(level)s promises no %(clock)s, so it can't be missed."),
            _("Add %(clock)s to the level, or take this credit out."),
            level=level,
            clock=clock,
        )


def _miss_once(entry: Part, seen: set[tuple[str, str]]) -> Faults:
    key = (entry["level"].text, entry["clock"].text)
    if key in seen:
        yield entry.fault(
            _("A second credit stands for %(clock)s at the level %(level)s."),
            _("Keep one of the two."),
            level=key[0],
            clock=key[1],
        )
    seen.add(key)


def outage(doc: Part) -> Faults:
    if "outage" not in doc["credit"]:
        return
    if all(each["metric"].text != "availability" for each in doc["objectives"].each()):
        yield doc["credit"]["outage"].fault(
            _("Outage minutes are those of availability, and no objective promises it."),
            _("Add an objective for availability, or take this out."),
        )
    multiple = doc["credit"]["outage"]["multiple"]
    if not q.multiple(multiple.text):
        yield multiple.fault(_("A multiple of nothing earns nothing."), _("Write at least 1x."))


def base(doc: Part) -> Faults:
    """Where credits are of a service's fees, there are such fees."""
    part = doc["credit"]["base"]
    if part.text != "service-fees":
        return
    paid = {each["service"].text for each in doc["fees"]["recurring"].each() if "service" in each}
    for service in sorted({each["service"].text for each in doc["objectives"].each()} - paid):
        yield part.fault(
            _("Credits are per cent of the fees of a service, and no recurring fee is for %(service)s."),
            _("Name its fee under fees, recurring, or write base: monthly-fees."),
            service=service,
        )


def claims(doc: Part) -> Faults:
    entry = doc["credit"]
    if entry["claim"].text == "automatic" and "claim_days" in entry:
        yield entry["claim_days"].fault(
            _("What is given automatically needs no time to claim it."),
            _("Take claim_days out, or write claim: on-request."),
        )


def anything(doc: Part) -> Faults:
    """A table that can earn something, unless its cap says that nothing is owed."""
    entry = doc["credit"]
    if not entry["cap"].percent or "outage" in entry or entry["misses"].value or entry["tiers"].value:
        return
    if not any(each["tiers"].value for each in doc["objectives"].each()):
        yield entry.fault(
            _("No broken promise earns a credit here."),
            _("Add tiers, outage or misses; where none is meant, write cap: %(none)s."),
            none="0%",
        )


CHECKS = (cap, tiers, misses, outage, base, claims, anything)
