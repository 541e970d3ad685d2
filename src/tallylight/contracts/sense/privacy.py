"""Personal data: every category and region is named, and no period is one that the named law forbids.

Where a law gives a figure, the fault cites it. Where it gives none, as most storage limitation does ("no longer than necessary"),
nothing is made up; the parties judge that themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tallylight.contracts.sense.part import Faults, Part, as_far_as_it_goes, named_twice, of_each
from tallylight.kernel.errors import gettext_noop as _

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A figure of a law, in calendar days: months are taken at their longest, so that nothing lawful is objected to."""

    regime: str
    days: int
    cited: str


#: Records that a law wants kept for at least so long, by category.
KEPT = {
    # 24 months after a request.
    "privacy-request-records": (Period("ccpa", 730, "Cal. Code Regs. tit. 11, § 7101(a)"),),
    # Impact assessments and records of processing: three years.
    "processing-records": (Period("pipl", 1095, "PIPL, art. 56"),),
}
#: The longest that a person may wait for an erasure, extensions included: the customer must keep to it with our help.
ERASED = (
    Period("gdpr", 92, "GDPR, art. 12(3), 17"),  # one month, and two more
    Period("uk-gdpr", 92, "UK GDPR, art. 12(3), 17"),
    Period("ccpa", 90, "Cal. Civ. Code § 1798.130(a)(2)"),  # 45 days, and 45 more
)
#: The time in which the customer must have answered a person, without extension: our help must come sooner.
ANSWERED = (
    Period("gdpr", 31, "GDPR, art. 12(3)"),
    Period("uk-gdpr", 31, "UK GDPR, art. 12(3)"),
    Period("ccpa", 45, "Cal. Civ. Code § 1798.130(a)(2)"),
)


def categories(doc: Part) -> Faults:
    if "privacy" not in doc:
        return
    privacy = doc["privacy"]
    known = [each.text for each in privacy["categories"].each()]
    entries = privacy["retention"].each()
    yield from named_twice(
        entries, "category", _("The category %(name)s is named twice."), _("Keep one period for each category.")
    )
    yield from of_each(_category, entries, known)


def _category(entry: Part, known: list[str]) -> Faults:
    if entry["category"].text not in known:
        yield entry["category"].fault(
            _("%(category)s is not among the categories of data."),
            _("Named here: %(known)s."),
            category=entry["category"].text,
            known=", ".join(known),
        )


def retention(doc: Part) -> Faults:
    if "privacy" in doc:
        regimes = _regimes(doc["privacy"])
        yield from of_each(_long_enough, doc["privacy"]["retention"].each(), regimes)


def _regimes(privacy: Part) -> set[str]:
    return {each.text for each in privacy["regimes"].each()}


def _long_enough(entry: Part, regimes: set[str]) -> Faults:
    for law in KEPT.get(entry["category"].text, ()):
        if law.regime in regimes and entry["days"].value < law.days:
            yield entry["days"].fault(
                _("These records are kept for %(days)s days; the law named wants at least %(least)s (%(law)s)."),
                _("Write at least %(least)s."),
                days=entry["days"].value,
                least=law.days,
                law=law.cited,
            )


def within_the_law(doc: Part) -> Faults:
    """Deletion and help come no later than the customer may answer a person."""
    if "privacy" not in doc:
        return
    privacy = doc["privacy"]
    regimes = _regimes(privacy)
    yield from as_far_as_it_goes(_deleted, privacy, regimes)
    yield from as_far_as_it_goes(_helped, privacy, regimes)


def _deleted(privacy: Part, regimes: set[str]) -> Faults:
    days = privacy["deletion_days"]
    for law in ERASED:
        if law.regime in regimes and days.value > law.days:
            yield days.fault(
                _(
                    "Data are deleted %(days)s days after they are asked for; the law named gives %(most)s at most (%(law)s)."
                ),
                _("Write at most %(most)s."),
                days=days.value,
                most=law.days,
                law=law.cited,
            )


def _helped(privacy: Part, regimes: set[str]) -> Faults:
    within = privacy["assist_within"]
    for law in ANSWERED:
        if law.regime in regimes and within.duration >= law.days * DAY:
            yield within.fault(
                _(
                    "Help after %(within)s comes too late: the customer must have answered within %(most)s days (%(law)s)."
                ),
                _("Write much less than %(most)sd."),
                within=within.text,
                most=law.days,
                law=law.cited,
            )


def places(doc: Part) -> Faults:
    """Data are only where they are stored or transferred to."""
    if "privacy" not in doc:
        return
    privacy = doc["privacy"]
    stored = {each.text for each in privacy["residency"].each()}
    transfers = privacy["transfers"].each()
    yield from of_each(_transfer, transfers, stored)
    reached = stored | {each["to"].text for each in transfers}
    yield from of_each(_sub_processor, privacy["sub_processors"].each(), reached)


def _transfer(entry: Part, stored: set[str]) -> Faults:
    source, target = entry["from"], entry["to"]
    if source.text not in stored:
        yield source.fault(
            _("No data are stored in %(region)s, so none go out of it."),
            _("Add it to residency, or name another region."),
            region=source.text,
        )
    if source.text == target.text:
        yield target.fault(
            _("Data that stay in %(region)s are not transferred."), _("Take it out."), region=target.text
        )


def _sub_processor(entry: Part, reached: set[str]) -> Faults:
    region = entry["region"]
    if region.text not in reached:
        yield region.fault(
            _("%(name)s handles data in %(region)s, where none are stored or transferred to."),
            _("Add a transfer with its legal basis, or the region to residency."),
            name=entry["name"].text,
            region=region.text,
        )


CHECKS = (categories, retention, within_the_law, places)
