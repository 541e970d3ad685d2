"""/service/report: a month's service report as it was handed out, its earlier editions, and its files."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tallylight.accounts.api import Viewer, organisations
from tallylight.console.doors import signed_in
from tallylight.console.months import month_at, neighbour
from tallylight.console.pages.contract import customer_of
from tallylight.console.pages.service import customer_query, zone_of
from tallylight.kernel import clock
from tallylight.kernel.errors import NotFound
from tallylight.reports import api as reports
from tallylight.reports.api import EditionCard
from tallylight.sla import api as sla
from tallylight.typeset.api import Language


@signed_in
def report(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The edition of `?edition=`, else the latest of `?month=`, else of the month before this one. Raises NoSuchMonth."""
    customer = customer_of(request, viewer)
    if customer is None:
        return render(request, "console/customers.html", {"heading": _("Service report"), "customers": organisations()})
    now = clock.now()
    zone = zone_of(customer, now)
    month = request.GET.get("month") or neighbour(month_at(now, zone), -1)
    start, end = sla.month_bounds(month, zone)
    editions = reports.editions_of(viewer, customer.id, month)
    frame = {
        "customer": customer,
        "month": month,
        "start": start,
        "zone": zone,
        "over": end <= now,
        "query": customer_query(viewer, customer),
        "before": neighbour(month, -1),
        "after": neighbour(month, 1) if end <= now else "",
    }
    if not editions:
        return render(request, "console/report.html", frame)
    shown = _shown(request, editions)
    sheet = reports.sheet(viewer, shown.id, cast(Language, reports.language_of(get_language() or "en")))
    text = mark_safe(sheet.html)  # noqa: S308 - the typesetter escapes every word
    return render(request, "console/report.html", {**frame, "shown": shown, "editions": editions, "text": text})


@signed_in
def report_pdf(request: HttpRequest, viewer: Viewer, edition_id: UUID) -> HttpResponse:
    """An edition's file in `?lang=`, else in the reader's language. Raises NoSuchReport."""
    language = reports.language_of(request.GET.get("lang") or get_language() or "en")
    return reports.as_pdf(reports.sheet(viewer, edition_id, cast(Language, language)))


def _shown(request: HttpRequest, editions: list[EditionCard]) -> EditionCard:
    wanted = request.GET.get("edition")
    found = next((each for each in editions if wanted is None or str(each.number) == wanted), None)
    if found is None:
        raise NotFound
    return found
