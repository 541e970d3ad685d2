"""Support levels: the promised times among themselves, and against the hours in which they count."""

from __future__ import annotations

import re
from datetime import timedelta

from tallylight.contracts.sense.hours import calendar_of, first_instant, open_in_a_year
from tallylight.contracts.sense.part import Fault, Faults, Part, named_twice, of_each
from tallylight.kernel.errors import gettext_noop as _

LEVELS = ("basic", "fault", "major")
TIMES = ("response", "update", "mitigation", "resolution")
#: Ways to say that somebody is there at every hour.
ALWAYS = re.compile(r"around the clock|round-the-clock|24 ?[x×/] ?7|24 hours|7 ?[x×] ?24|24 ?小时|全天候|昼夜", re.I)


def times(doc: Part) -> Faults:
    yield from of_each(_times, [doc["support"][level] for level in LEVELS if level in doc["support"]])


def _times(level: Part) -> Faults:
    response = level["response"]
    if not response.duration:
        yield response.fault(_("A response time of nothing can't be kept."), _("Write at least 1m."))
    yield from of_each(_after_response, [level[key] for key in TIMES[1:] if key in level], response)
    if "mitigation" in level and level["mitigation"].duration > level["resolution"].duration:
        yield level["mitigation"].fault(
            _("The mitigation is promised later than the resolution, so it promises nothing."),
            _("Make mitigation at most as long as resolution, or leave it out."),
        )


_SOONER = {
    "update": (
        _("The next update is promised sooner than the first response."),
        _("Make update at least as long as response."),
    ),
    "mitigation": (
        _("The mitigation is promised sooner than the first response."),
        _("Make mitigation at least as long as response."),
    ),
    "resolution": (
        _("The resolution is promised sooner than the first response."),
        _("Make resolution at least as long as response."),
    ),
}


def _after_response(promised: Part, response: Part) -> Faults:
    if promised.duration < response.duration:
        yield promised.fault(*_SOONER[str(promised.path[-1])])


def in_order(doc: Part) -> Faults:
    """A major case never waits longer than a fault."""
    fault, major = doc["support"]["fault"], doc["support"]["major"]
    yield from of_each(_no_longer, [major[key] for key in TIMES if key in major and key in fault], fault)


def _no_longer(promised: Part, fault: Part) -> Faults:
    key = str(promised.path[-1])
    if promised.duration > fault[key].duration:
        yield promised.fault(
            _("A major case waits longer for its %(time)s than a fault."),
            _("Make it at most %(most)s."),
            time=key,
            most=fault[key].text,
        )


def hours(doc: Part) -> Faults:
    yield from of_each(_hours, [doc["support"][level] for level in LEVELS if level in doc["support"]], doc)


def _hours(level: Part, doc: Part) -> Faults:
    named, known = level["calendar"], doc["calendars"]
    if named.text not in known:
        yield no_calendar(named, doc)
        return
    calendar = calendar_of(doc, named)
    if not calendar.always and "covers" in level and ALWAYS.search(str(level["covers"].value)):
        yield level["covers"].fault(
            _("The text speaks of every hour, but the calendar %(calendar)s closes."),
            _("Choose a calendar with hours: 24x7, or say which hours are meant."),
            calendar=named.text,
        )
    there = open_in_a_year(calendar, first_instant(doc))
    yield from of_each(_can_pass, [level[key] for key in TIMES if key in level], there, named.text)


def no_calendar(named: Part, doc: Part) -> Fault:
    """A reference to a calendar that is not defined."""
    return named.fault(
        _("There is no calendar %(calendar)s."),
        _("Defined here: %(known)s."),
        calendar=named.text,
        known=", ".join(doc["calendars"].value),
    )


def _can_pass(promised: Part, there: timedelta, calendar: str) -> Faults:
    if promised.duration > there:
        yield promised.fault(
            _("%(length)s never pass: the calendar %(calendar)s is not open that long in a whole year."),
            _("Shorten the time, or open the calendar for more hours."),
            length=promised.text,
            calendar=calendar,
        )


def pauses(doc: Part) -> Faults:
    for level in (doc["support"][each] for each in LEVELS if each in doc["support"]):
        if (*level.path, "pauses") in doc.broken:
            continue
        entries = level["pauses"].each()
        yield from named_twice(
            entries, "reason", _("The reason %(name)s is named twice."), _("Keep one limit for each reason.")
        )
        yield from of_each(_pause, entries)


def _pause(entry: Part) -> Faults:
    if not entry["most"].duration:
        yield entry["most"].fault(_("A pause of nothing stops no clock."), _("Write its limit, or take the pause out."))


CHECKS = (times, in_order, hours, pauses)
