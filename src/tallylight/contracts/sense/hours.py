"""Calendars of the document as values, and the hours of a week in which one of them leaves another alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tallylight.contracts import calendars
from tallylight.contracts.sense.part import Hindered, Part
from tallylight.contracts.sense.term import is_zone
from tallylight.kernel.business_time import Calendar, local_midnight, open_spans
from tallylight.kernel.business_time import open_time as counted

YEAR = timedelta(days=366)


def calendar_of(doc: Part, name: Part) -> Calendar:
    """The calendar that `name` refers to. Raises Hindered where there is none, or where it has faults of its own."""
    entry, zone = doc["calendars"][name.text], doc["timezone"].text
    whole = not any(path[: len(entry.path)] == entry.path for path in doc.broken)
    if not whole or not is_zone(zone) or not is_zone(str(entry.value.get("timezone", zone))):
        raise Hindered(entry.path)
    entry["hours"]  # without them there is nothing to read
    try:
        return calendars.calendar(name.text, entry.value, zone)
    except ValueError as error:
        raise Hindered(entry.path) from error


def first_instant(doc: Part) -> datetime:
    """When the contract begins. Raises Hindered."""
    zone = doc["timezone"].text
    if not is_zone(zone):
        raise Hindered(doc["timezone"].path)
    return local_midnight(datetime.fromisoformat(doc["term"]["effective"].text).date(), zone)


def open_in_a_year(calendar: Calendar, start: datetime) -> timedelta:
    """How much time counts in the first year."""
    return counted(calendar, start, start + YEAR)


def first_gap(wanted: Calendar, there: Sequence[Calendar], start: datetime) -> datetime | None:
    """The first instant of the first year at which `wanted` is open and none of `there` is."""
    end = start + YEAR
    covered = sorted((span for each in there for span in open_spans(each, start, end)), key=lambda span: span.start)
    index, until = 0, start
    for span in open_spans(wanted, start, end):
        at = max(span.start, until)
        while at < span.end:
            while index < len(covered) and covered[index].start <= at:
                until = max(until, covered[index].end)
                index += 1
            if until <= at:
                return at
            at = until
    return None


def moment(at: datetime, calendar: Calendar) -> str:
    """An instant as the people of a calendar say it: weekday, date and hour in their zone."""
    return f"{at.astimezone(ZoneInfo(calendar.zone)):%Y-%m-%d %H:%M} ({calendar.zone})"
