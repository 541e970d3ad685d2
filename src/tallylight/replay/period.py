"""The time that a draft is replayed over: whole calendar months, because promises and credits are counted by them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tallylight.replay.errors import NoSuchPeriod, PeriodNotPast, PeriodTooLong

#: As many months as are replayed at once: a year, and the month that runs.
MOST_MONTHS = 13
MOST_DAYS = 400
LAST_DAYS = re.compile(r"last-([1-9]\d{0,3})-days", re.ASCII)
MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """Months (`2026-11`) in order, and the zone in which they are counted."""

    months: tuple[str, ...]
    zone: str


def period(text: str, zone: str, now: datetime) -> Period:
    """`2026-10`, `2026-08..2026-10`, `last-90-days`, `2026-10-05` or `2026-10-05..2026-11-02`, widened to whole months.

    Months to come are left out. Raises NoSuchPeriod, PeriodNotPast, PeriodTooLong.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    first, last = _days(text.strip(), today)
    if first > last:
        raise NoSuchPeriod(period=text)
    if _count(first) > _count(today):
        raise PeriodNotPast(period=text)
    months = tuple(map(_month, range(_count(first), _count(min(last, today)) + 1)))
    if len(months) > MOST_MONTHS:
        raise PeriodTooLong(months=len(months), bound=MOST_MONTHS)
    return Period(months, zone)


def _days(text: str, today: date) -> tuple[date, date]:
    lately = LAST_DAYS.fullmatch(text)
    if lately:
        days = int(lately[1])
        if days > MOST_DAYS:
            raise PeriodTooLong(months=days // 30, bound=MOST_MONTHS)
        return today - timedelta(days=days - 1), today
    begins, _, ends = text.partition("..")
    return _day(begins, text), _day(ends or begins, text)


def _day(part: str, text: str) -> date:
    """A day of the month or date that `part` names: any will do, months are taken whole."""
    read: Callable[[str], date] = date.fromisoformat
    try:
        return read(f"{part}-01" if MONTH.fullmatch(part) else part)
    except ValueError:
        raise NoSuchPeriod(period=text) from None


def _count(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month(count: int) -> str:
    return f"{count // 12:04d}-{count % 12 + 1:02d}"
