"""/figures: what the desk did in a period, for the staff of all customers or one, for a customer its own; also as a file."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date

from tallylight.accounts.api import EARLIEST, LATEST, OrganisationCard, Viewer, organisations
from tallylight.console.doors import signed_in
from tallylight.console.performance import PERIODS, chart_data, figures_lead, row_of, tables
from tallylight.kernel import clock
from tallylight.support import api
from tallylight.support.api import Figure

USUAL_DAYS = 28


@signed_in
def figures(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """`?from=` and `?to=` are days of UTC, both inside; `?days=` reaches back from today. Raises PeriodRefused."""
    start, end = period(request)
    customer = _customer(request, viewer)
    found = _found(viewer, start, end, customer)
    whole = api.whole(found)
    context = {
        "lead": figures_lead(whole),
        "whole": row_of(whole) if whole else None,
        "tables": tables(found, is_staff=viewer.is_provider),
        "chart_data": chart_data(found, start, end),
        "periods": PERIODS,
        "days": (end - start).days,
        "first": start.date(),
        "last": (end - timedelta(days=1)).date(),
        "customer": customer,
        "customers": organisations() if viewer.is_provider else [],
        "query": f"from={start:%Y-%m-%d}&to={end - timedelta(days=1):%Y-%m-%d}"
        + (f"&customer={customer.slug}" if customer else ""),
    }
    return render(request, "console/figures.html", context)


@signed_in
def figures_file(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The same figures as CSV."""
    start, end = period(request)
    return api.csv_of(_found(viewer, start, end, _customer(request, viewer)))


def period(request: HttpRequest) -> tuple[datetime, datetime]:
    """What the address asks for; where it can't be read, the last four weeks with today."""
    today = clock.now().date()
    first, last = _day(request.GET.get("from", "")), _day(request.GET.get("to", ""))
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and 0 < int(asked[:4]) <= api.MOST_PERIOD.days else USUAL_DAYS
    end = _midnight(last or today) + timedelta(days=1)
    return (_midnight(first) if first else end - timedelta(days=days)), end


def _day(value: str) -> date | None:
    try:
        day = parse_date(value)
    except ValueError:
        return None
    return day if day and EARLIEST.date() <= day < LATEST.date() else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), UTC)


def _customer(request: HttpRequest, viewer: Viewer) -> OrganisationCard | None:
    wanted = request.GET.get("customer", "") if viewer.is_provider else ""
    return next((each for each in organisations() if each.slug == wanted), None)


def _found(viewer: Viewer, start: datetime, end: datetime, customer: OrganisationCard | None) -> list[Figure]:
    return api.figures(viewer, start, end, customer=customer.id if customer else None, now=clock.now())
