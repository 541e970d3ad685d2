"""/: a customer's first page; staff goes to the wall, everybody else to the status page."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tallylight.accounts.api import Viewer
from tallylight.console.cases import queue_row
from tallylight.console.doors import signed_in
from tallylight.console.live.picture import picture_now
from tallylight.console.months import month_at, report_of
from tallylight.console.own_streams import home_lead, own_regions
from tallylight.console.promised import matrix, month_lead, promise_row
from tallylight.console.regions import region_names
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement
from tallylight.incidents import api as incidents
from tallylight.kernel import clock
from tallylight.sla.api import NothingPromised
from tallylight.support import api as support
from tallylight.telemetry.api import HistoryAway

SHOWN = 10


@signed_in
def home(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Is my stream well, what is open, what was promised this month."""
    if viewer.is_provider:
        return redirect("wall")
    now = clock.now()
    agreement = contracts.in_force(viewer.organisation_id, now)
    running = list(incidents.visible_to(viewer, running=True))
    codes = agreement.regions if agreement else ()
    regions = own_regions(codes, region_names(), running, picture_now(), viewer.organisation_slug)
    context = {
        "lead": home_lead(regions),
        "regions": regions,
        "open": [queue_row(card, now=now) for card in support.tickets(viewer, pending=True)[:SHOWN]],
        **month_so_far(viewer, agreement, now=now),
    }
    return render(request, "console/home.html", context)


def month_so_far(viewer: Viewer, agreement: Agreement | None, *, now: datetime) -> dict[str, object]:
    """This month's promises, or that history is away."""
    if agreement is None:
        return {"matrix": None, "month_away": False}
    try:
        report = report_of(viewer.organisation_id, month_at(now, agreement.timezone), now=now)
    except NothingPromised:
        return {"matrix": None, "month_away": False}
    except HistoryAway:
        return {"matrix": None, "month_away": True}
    names = region_names()
    rows = [promise_row(row, names) for row in report.segments[-1].rows]
    return {"matrix": matrix(rows), "month_lead": month_lead(report, over=False), "month_away": False, "report": report}
