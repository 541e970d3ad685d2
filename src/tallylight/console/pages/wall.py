"""/wall: every region and node now, what runs, whose promise breaks next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tallylight.accounts.api import Viewer
from tallylight.console.cases import queue_row
from tallylight.console.doors import staff_only
from tallylight.console.live.picture import picture_now
from tallylight.console.network import region_tiles, wall_lead
from tallylight.console.pages.incidents import rows_for
from tallylight.console.regions import region_names
from tallylight.fleet import api as fleet
from tallylight.incidents import api as incidents
from tallylight.kernel import clock
from tallylight.support import api as support

SHOWN = 8


@staff_only
def wall(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """For the provider's staff."""
    snapshot, now = picture_now(), clock.now()
    regions = region_tiles(fleet.nodes(), snapshot, region_names())
    running = rows_for(viewer, incidents.visible_to(viewer, running=True)[:SHOWN])
    context = {
        "lead": wall_lead(regions, hub_away=snapshot is None, headlines=[row.headline for row in running]),
        "regions": regions,
        "running": running,
        "queue": [queue_row(card, now=now) for card in support.tickets(viewer, pending=True)[:SHOWN]],
        "hub": snapshot.hub if snapshot else None,
    }
    return render(request, "console/wall.html", context)
