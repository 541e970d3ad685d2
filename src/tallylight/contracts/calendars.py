"""A calendar as contracts write it. Pure.

hours:      24x7, or for each working day its intervals of local time
timezone:   IANA name; the contract's where it is left out
closed:     local dates on which nobody works
holidays:   {country, subdivision, dates}: public holidays, by date; the names say only which list they were taken from
exceptions: dates with hours of their own, above all else: a half day, an open Sunday; none at all closes the day
"""

from __future__ import annotations

from datetime import date
from typing import Any

from tallylight.kernel.business_time import Calendar, Hours

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def calendar(name: str, entry: dict[str, Any], zone: str) -> Calendar:
    """The calendar that an entry describes; `zone` is the contract's own."""
    hours = entry["hours"]
    days = [*entry.get("closed", ()), *entry.get("holidays", {}).get("dates", ())]
    special = {date.fromisoformat(day): intervals(texts) for day, texts in entry.get("exceptions", {}).items()}
    return Calendar(
        name=name,
        zone=entry.get("timezone", zone),
        week=None if hours == "24x7" else tuple(intervals(hours.get(day, ())) for day in WEEKDAYS),
        closed=frozenset(map(date.fromisoformat, days)),
        special=frozenset(special.items()),
    )


def intervals(texts: list[str] | tuple[str, ...]) -> tuple[Hours, ...]:
    """`["09:00-12:30", "13:30-18:00"]` as minutes of the day."""
    return tuple(map(Hours.read, texts))
