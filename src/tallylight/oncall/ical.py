"""iCalendar (RFC 5545), both ways: shifts as a calendar that others read, events of others as spans with names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from tallylight.kernel.business_time import local_midnight
from tallylight.oncall.errors import CalendarUnreadable

PRODUCT = "-//Tallylight//On call//EN"
#: How often programs are asked to read a feed again (RFC 7986, 5.7).
REFRESH = timedelta(hours=1)
#: The most events that one text may hold, recurring ones unfolded.
MOST_EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A shift as an event: `uid` stays the same for as long as the shift begins when it does."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    description: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event of somebody else's calendar. `names` are those it may mean, in small letters, the likeliest first."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    names: tuple[str, ...]
    cancelled: bool


def written(name: str, entries: Iterable[Entry], *, now: datetime) -> bytes:
    """A calendar as octets: instants in UTC, so that no program has to know our zones."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for each in entries:
        event = icalendar.Event()
        event.add("uid", each.uid)
        event.add("dtstamp", now)
        event.add("dtstart", each.start.astimezone(UTC))
        event.add("dtend", each.end.astimezone(UTC))
        event.add("summary", each.summary)
        event.add("description", each.description)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    octets: bytes = calendar.to_ical()
    return octets


def events_in(text: str, zone: str, first: date, last: date) -> list[Event]:
    """The events of a text between two days, recurring ones unfolded, the earliest first.

    Whole days are local days of `zone`, and so are times that name no zone. Raises CalendarUnreadable.
    """
    try:
        query = recurring_ical_events.of(icalendar.Calendar.from_ical(text), skip_bad_series=False)
        found = query.between(local_midnight(first, zone), local_midnight(last, zone))
        if len(found) > MOST_EVENTS:
            raise CalendarUnreadable
        events = [_event(each, ZoneInfo(zone)) for each in found]
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError):
        raise CalendarUnreadable from None
    return sorted((each for each in events if each.start < each.end), key=lambda each: each.start)


def _event(event: icalendar.Event, zone: ZoneInfo) -> Event:
    summary = str(event.get("SUMMARY", ""))
    return Event(
        uid=str(event.get("UID", ""))[:255] or f"{event.start}-{summary}"[:255],
        start=_instant(event.start, zone),
        end=_instant(event.end, zone),
        summary=summary,
        names=tuple(_names(event, summary)),
        cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
    )


def _instant(moment: date, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        return local_midnight(moment, zone.key)
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)


def _names(event: icalendar.Event, summary: str) -> Iterator[str]:
    """Mail addresses of attendees, then of the organiser, then the summary, whole and up to a dash or colon."""
    for key in ("ATTENDEE", "ORGANIZER"):
        value = event.get(key, [])
        for each in value if isinstance(value, list) else [value]:
            yield str(each).casefold().removeprefix("mailto:").strip()
    yield summary.casefold().strip()
    for mark in (":", " - ", " – ", " — ", "(", "（", "："):
        yield from (part.casefold().strip(" )）") for part in summary.split(mark))
