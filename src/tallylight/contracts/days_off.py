"""Days off from elsewhere: public holidays by `holidays`, closures by iCalendar. For whoever writes a contract.

A contract lists its dates itself, so that its hash covers them and a new version of a library changes nothing that was signed.
What is found here is written into the text (`tally contract days`); nothing here is asked when a clock is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

import holidays
import icalendar
import recurring_ical_events

from tallylight.kernel.business_time import WHOLE_DAY, Calendar, Hours, local_midnight

_DAY = timedelta(days=1)
#: The most years that one question may span: holidays further ahead are guesses, and a recurring event must end somewhere.
MOST_YEARS = 10


class NoSuchPlace(ValueError):
    """The library knows no such country or subdivision."""


class NotICalendar(ValueError):
    """The text is not an iCalendar object."""


class TooLong(ValueError):
    """More years were asked for than `MOST_YEARS`."""


@dataclass(frozen=True, slots=True)
class DaysOff:
    """What a calendar has beside its week, from `first` to `last`, both included.

    `closed` are whole days with what they are called; `special` are days with hours of their own. `source` names the library and
    its version, for the record.
    """

    first: date
    last: date
    source: str
    closed: dict[date, str] = field(default_factory=dict)
    special: dict[date, tuple[Hours, ...]] = field(default_factory=dict)


def public_holidays(
    country: str, first: date, last: date, *, subdivision: str | None = None, calendar: Calendar | None = None
) -> DaysOff:
    """The public holidays of a country (ISO 3166-1 alpha-2) or of a subdivision of it (ISO 3166-2, without the country).

    Where a holiday moves off a weekend, the day on which it is observed is named too. Where a country works on weekend days in
    exchange, as China does, those get the hours of the calendar's first working weekday. Raises NoSuchPlace, TooLong.
    """
    years = _years(first, last)
    try:
        found = holidays.country_holidays(country, subdiv=subdivision, years=years, observed=True, language="en_US")
    except NotImplementedError as error:
        raise NoSuchPlace(str(error)) from error
    worked: set[date] = getattr(found, "weekend_workdays", set())
    hours = next(filter(None, (calendar and calendar.week) or ()), WHOLE_DAY)
    return DaysOff(
        first,
        last,
        _source("holidays"),
        {day: name for day, name in sorted(found.items()) if first <= day <= last},
        {day: hours for day in sorted(worked) if first <= day <= last},
    )


def closures(ical: str, calendar: Calendar, first: date, last: date) -> DaysOff:
    """When the events of an iCalendar text (RFC 5545) close a calendar, recurring ones unfolded from `first` to `last`.

    An event of whole days closes those days. An event with times takes its minutes, whole ones, out of the hours of the days it
    touches; local times without a zone are the calendar's. Cancelled events and those that show as free (TRANSP:TRANSPARENT)
    close nothing. Raises NotICalendar, TooLong.
    """
    _years(first, last)
    try:
        query = recurring_ical_events.of(icalendar.Calendar.from_ical(ical))
        events = query.between(local_midnight(first, calendar.zone), local_midnight(last + _DAY, calendar.zone))
    except (ValueError, IndexError, AttributeError) as error:
        raise NotICalendar(str(error)) from error
    closed: dict[date, str] = {}
    taken: dict[date, list[Hours]] = {}
    for event in filter(_closes, events):
        name = str(event.get("SUMMARY", ""))
        for day, cut in _touched(event.start, event.end, ZoneInfo(calendar.zone)):
            if not first <= day <= last:
                continue
            if cut == WHOLE_DAY[0]:
                closed.setdefault(day, name)
            else:
                taken.setdefault(day, []).append(cut)
    special = {day: without(calendar.hours_on(day), cuts) for day, cuts in sorted(taken.items()) if day not in closed}
    changed = {day: hours for day, hours in special.items() if hours != calendar.hours_on(day)}
    return DaysOff(first, last, _source("icalendar"), dict(sorted(closed.items())), changed)


def without(hours: tuple[Hours, ...], cuts: Iterable[Hours]) -> tuple[Hours, ...]:
    """What is left of a day's hours once the cuts are taken out."""
    left = list(hours)
    for cut in cuts:
        left = [part for each in left for part in _around(each, cut)]
    return tuple(left)


def written(found: DaysOff, *, country: str | None = None, subdivision: str | None = None) -> Iterator[str]:
    """Days off as lines of a calendar's entry, ready to be put into a contract."""
    yield f"# {found.first} to {found.last}, by {found.source}."
    indent = "  "
    if country:
        yield "holidays:"
        yield f"  country: {country}"
        if subdivision:
            yield f"  subdivision: {subdivision}"
        yield "  dates:"
        indent = "    "
    elif found.closed:
        yield "closed:"
    for day, name in found.closed.items():
        yield f"{indent}- {day}  # {' '.join(name.split())}".rstrip(" #")
    if found.special:
        yield "exceptions:"
    for day, hours in found.special.items():
        quoted = ", ".join(f'"{each}"' for each in hours)
        yield f"  {day}: [{quoted}]"


def _around(hours: Hours, cut: Hours) -> Iterator[Hours]:
    if hours.opens < min(hours.closes, cut.opens):
        yield Hours(hours.opens, min(hours.closes, cut.opens))
    if max(hours.opens, cut.closes) < hours.closes:
        yield Hours(max(hours.opens, cut.closes), hours.closes)


def _closes(event: icalendar.Event) -> bool:
    return str(event.get("STATUS")) != "CANCELLED" and str(event.get("TRANSP")) != "TRANSPARENT"


def _touched(start: date, end: date, zone: ZoneInfo) -> Iterator[tuple[date, Hours]]:
    """Each local day that an event touches, with the minutes of it."""
    opens, closes = _local(start, zone), _local(end, zone)
    day = opens.date()
    while (midnight := datetime.combine(day, datetime.min.time())) < closes:
        begins = max(opens, midnight) - midnight
        ends = min(closes, midnight + _DAY) - midnight
        if begins < ends:
            yield day, Hours(begins // timedelta(minutes=1), -(-ends // timedelta(minutes=1)))
        day += _DAY


def _local(moment: date, zone: ZoneInfo) -> datetime:
    """The wall time of a date, or of an instant in the zone."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, datetime.min.time())
    return (moment if moment.tzinfo is None else moment.astimezone(zone)).replace(tzinfo=None)


def _years(first: date, last: date) -> range:
    if not 0 <= last.year - first.year < MOST_YEARS:
        raise TooLong(f"from {first} to {last} is not between one and {MOST_YEARS} calendar years")
    return range(first.year, last.year + 1)


def _source(library: str) -> str:
    return f"{library} {version(library)}"
