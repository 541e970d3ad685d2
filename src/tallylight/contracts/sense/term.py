"""Parties, languages, time zones, calendars, term and exit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from tallylight.contracts.calendars import WEEKDAYS
from tallylight.contracts.sense.part import Fault, Faults, Part, as_far_as_it_goes, of_each
from tallylight.contracts.yaml_text import Path
from tallylight.kernel.business_time import add_months
from tallylight.kernel.errors import gettext_noop as _
from tallylight.kernel.sentence import Sentence

#: The languages a text can be given in.
LANGUAGES = {"en", "zh-Hans"}
LONGEST_MONTH = 31


def parties(doc: Part) -> Faults:
    ours, theirs = doc["parties"]["provider"]["slug"], doc["parties"]["customer"]["slug"]
    if ours.text == theirs.text:
        yield theirs.fault(_("Provider and customer are the same organisation."), _("Name the other side."))


def languages(doc: Part) -> Faults:
    """A text that is given by language is given in the one the customer is written to."""
    wanted = doc["locale"].text
    for path, value in _texts(doc.value, ()):
        if wanted not in value:
            facts = {"language": wanted}
            yield Fault(
                path,
                Sentence(_("This text is not given in %(language)s, the language the customer is written to."), facts),
                Sentence(_("Add it in %(language)s, or write the text once for all languages."), facts),
            )


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(value, dict):
        if value and value.keys() <= LANGUAGES:
            yield path, value
        for key, each in value.items():
            yield from _texts(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, (*path, index))


def zones(doc: Part) -> Faults:
    yield from as_far_as_it_goes(_zone, doc)
    yield from of_each(_zone, [entry for _name, entry in doc["calendars"].items()])


def _zone(part: Part) -> Faults:
    if "timezone" in part and not is_zone(part["timezone"].text):
        zone = part["timezone"]
        yield zone.fault(
            _("There is no time zone %(zone)s."), _("Write an IANA name, such as Asia/Singapore."), zone=zone.text
        )


def is_zone(name: str) -> bool:
    """Whether the time zone database has it."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def calendars(doc: Part) -> Faults:
    yield from of_each(_calendar, [entry for _name, entry in doc["calendars"].items()])


def _calendar(entry: Part) -> Faults:
    hours = entry["hours"]
    if hours.value != "24x7":
        yield from of_each(_intervals, [hours[day] for day in WEEKDAYS if day in hours])
    if "exceptions" in entry:
        yield from of_each(_intervals, [texts for _day, texts in entry["exceptions"].items()])


def _intervals(texts: Part) -> Faults:
    before = 0
    for each in texts.each():
        opens, closes = (int(edge[:2]) * 60 + int(edge[3:]) for edge in each.text.split("-"))
        if opens >= closes:
            yield each.fault(
                _("%(hours)s closes before it opens."),
                _("Hours that pass midnight are written as two intervals on two days."),
                hours=each.text,
            )
        elif opens < before:
            yield each.fault(
                _("%(hours)s begins before the interval above has ended."),
                _("Write the intervals of a day in order, without overlap."),
                hours=each.text,
            )
        before = max(before, closes)


def notice(doc: Part) -> Faults:
    """Notice can be given within the term it ends."""
    term = doc["term"]
    if not term["renews"].value:
        return
    days, months, renewal = (int(term[key].value) for key in ("notice_days", "months", "renewal_months"))
    first = date.fromisoformat(term["effective"].text)
    if days > (add_months(first, months) - first).days:
        yield term["notice_days"].fault(
            _("The notice of %(days)s days is longer than the first term of %(months)s months."),
            _("Shorten the notice or lengthen the term."),
            days=days,
            months=months,
        )
    elif days > renewal * LONGEST_MONTH:
        yield term["notice_days"].fault(
            _(
                "The notice of %(days)s days is longer than a renewal of %(months)s months, so it always comes too late."
            ),
            _("Shorten the notice or lengthen the renewal."),
            days=days,
            months=renewal,
        )


def leaving(doc: Part) -> Faults:
    """Nothing is deleted while the service still runs beside the new one."""
    if "exit" not in doc:
        return
    dual_run = doc["exit"]["dual_run_days"]
    deletions = [doc["exit"]["deletion_days"]]
    if "privacy" in doc:
        deletions.append(doc["privacy"]["deletion_days"])
    for each in deletions:
        if each.value < dual_run.value:
            yield each.fault(
                _("Data are deleted within %(days)s days of the end, while the service runs on for %(dual_run)s days."),
                _("Write at least %(dual_run)s."),
                days=each.value,
                dual_run=dual_run.value,
            )


CHECKS = (parties, languages, zones, calendars, notice, leaving)
