"""The ladder: its steps in order, and somebody on each of them whenever the clock runs."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby

from tallylight.contracts.sense.hours import calendar_of, first_gap, first_instant, moment
from tallylight.contracts.sense.part import Faults, Part, named_twice, of_each
from tallylight.contracts.sense.support import LEVELS, no_calendar
from tallylight.kernel.errors import gettext_noop as _

HUNDRED = Decimal(100)


def order(doc: Part) -> Faults:
    yield from of_each(_order, _ladders(doc))


def _ladders(doc: Part) -> list[Part]:
    """The contract's ladder and those that levels have of their own."""
    own = [doc["support"][level] for level in LEVELS if level in doc["support"]]
    return [
        each["escalation"]
        for each in (doc, *own)
        if "escalation" in each and (*each.path, "escalation") not in doc.broken
    ]


def _order(ladder: Part) -> Faults:
    steps = ladder.each()
    yield from named_twice(steps, "step", _("The step %(name)s is named twice."), _("Give each step its own name."))
    before: Part | None = None
    for step in steps:
        yield from of_each(_step, [step], before)
        before = step


#: Whom a step may name.
NAMED = ("role", "person", "schedule", "team")


def names(doc: Part) -> Faults:
    """Each step says whom it means, and by one list of people at most."""
    yield from of_each(_names, [step for ladder in _ladders(doc) for step in ladder.each()])


def _names(step: Part) -> Faults:
    if not any(each in step for each in NAMED):
        yield step.fault(
            _("The step %(name)s names nobody."),
            _("Name a role, a person, an on-call schedule or a team."),
            name=step["step"].text,
        )
    if "schedule" in step and "team" in step:
        yield step["team"].fault(
            _("The step %(name)s names both an on-call schedule and a team."),
            _("Keep the schedule where one person is to be called, or the team where all of its people are."),
            name=step["step"].text,
        )


def _step(step: Part, before: Part | None) -> Faults:
    at = step["at"]
    if at.percent > HUNDRED:
        yield at.fault(
            _("The step at %(at)s comes after the response time is over."),
            _("Write a share from %(none)s to %(all)s."),
            at=at.text,
            none="0%",
            all="100%",
        )
    if before is None:
        return
    shared = "calendar" in step and "calendar" in before
    if at.percent < before["at"].percent or (at.percent == before["at"].percent and not shared):
        yield at.fault(
            _("The step at %(at)s does not come after the one above."),
            _("Order the steps by a growing share. Two steps share one only where both name a calendar."),
            at=at.text,
        )


def manned(doc: Part) -> Faults:
    """At every hour of a level's calendar each rung of its ladder has somebody."""
    yield from of_each(_manned, [doc["support"][level] for level in LEVELS if level in doc["support"]], doc)


def _manned(level: Part, doc: Part) -> Faults:
    ladder = level["escalation"] if "escalation" in level else doc["escalation"]
    for _at, group in groupby(ladder.each(), key=lambda step: step["at"].percent):
        yield from _rung(list(group), level, doc)


def _rung(steps: list[Part], level: Part, doc: Part) -> Faults:
    if any("calendar" not in step for step in steps):
        return
    named = [step["calendar"] for step in steps]
    unknown = [each for each in named if each.text not in doc["calendars"]]
    if unknown:
        yield from (no_calendar(each, doc) for each in unknown)
        return
    hours = calendar_of(doc, level["calendar"])
    gap = first_gap(hours, [calendar_of(doc, each) for each in named], first_instant(doc))
    if gap is not None:
        yield named[-1].fault(
            _("At %(at)s a case of the level %(level)s finds nobody on the step %(step)s."),
            _("Add a step at the same share for those hours, or a calendar that is open then."),
            at=moment(gap, hours),
            level=str(level.path[-1]),
            step=steps[-1]["step"].text,
        )


CHECKS = (order, names, manned)
