"""/desk: the next right ticket first."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tallylight.accounts.api import Viewer
from tallylight.bridges import api as bridges
from tallylight.console.bridging import bridge_row
from tallylight.console.cases import desk_lead, queue_row
from tallylight.console.doors import staff_only
from tallylight.kernel import clock
from tallylight.support import api as support

SHOWN = 100
#: Open bridges that stand above the queue.
BRIDGES = 5


@staff_only
def desk(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Everything that is owed, by rank; `?mine=1` keeps what the viewer owns."""
    mine, now = request.GET.get("mine") == "1", clock.now()
    found = support.tickets(viewer, pending=True, owner=viewer.person_id if mine else None)
    rows = [queue_row(card, now=now) for card in found[:SHOWN]]
    context = {
        "lead": desk_lead(rows),
        "rows": rows,
        "mine": mine,
        "more": max(0, len(found) - SHOWN),
        "bridges": [bridge_row(each) for each in bridges.bridges(viewer, open=True)[:BRIDGES]],
        "offers": support.open_offers(viewer, now=now),
        "tasks": support.my_tasks(viewer),
    }
    return render(request, "console/desk.html", context)


@require_POST
@staff_only
def next_ticket(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The next right ticket, owned and in hand; back to the desk if none waits for the viewer."""
    taken = support.take_next(viewer, channel=support.Channel.CONSOLE, now=clock.now())
    if taken:
        messages.success(request, _("The ticket is yours, and you have it in hand."))
        return redirect("ticket", taken)
    messages.warning(request, _("No ticket waits for you: the others are in hand, or ask for what you don't do."))
    return redirect("desk")
