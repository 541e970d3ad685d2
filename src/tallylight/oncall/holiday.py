"""Public holidays of a place, year by year, kept in memory: they change with a new version of the library only."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from tallylight.contracts.api import public_holidays


@lru_cache(maxsize=512)
def holidays_in(country: str, subdivision: str, year: int) -> frozenset[date]:
    """The public holidays of one year. Raises NoSuchPlace."""
    found = public_holidays(country, date(year, 1, 1), date(year, 12, 31), subdivision=subdivision or None)
    return frozenset(found.closed)


def holidays_between(country: str, subdivision: str, start: datetime, end: datetime) -> frozenset[date]:
    """Those of every year that the window touches, with a year to spare for zones. Raises NoSuchPlace."""
    years = range(start.year - 1, end.year + 2)
    return frozenset().union(*(holidays_in(country, subdivision, year) for year in years))
