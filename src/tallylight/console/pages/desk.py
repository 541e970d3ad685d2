"""/desk: the next right ticket first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tallylight.accounts.api import Viewer
from tallylight.console.cases import desk_lead, queue_row
from tallylight.console.doors import staff_only
from tallylight.kernel import clock
from tallylight.support import api as support

SHOWN = 100


@staff_only
def desk(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Everything that is owed, by which promise breaks first; `?mine=1` keeps what the viewer owns."""
    mine, now = request.GET.get("mine") == "1", clock.now()
    found = support.tickets(viewer, pending=True, owner=viewer.person_id if mine else None)
    rows = [queue_row(card, now=now) for card in found[:SHOWN]]
    context = {
        "lead": desk_lead(rows),
        "rows": rows,
        "mine": mine,
        "more": max(0, len(found) - SHOWN),
        "offers": support.open_offers(viewer, now=now),
    }
    return render(request, "console/desk.html", context)
