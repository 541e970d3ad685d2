"""/wall: every region and node now, what runs, whose promise breaks next."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tallylight.accounts.api import Viewer
from tallylight.console.cases import queue_row
from tallylight.console.doors import staff_only
from tallylight.console.live.picture import picture_now
from tallylight.console.network import path_rows, region_tiles, wall_lead
from tallylight.console.pages.incidents import rows_for
from tallylight.console.reading import instant_text
from tallylight.console.regions import region_names
from tallylight.console.shapes import Tone
from tallylight.console.stories import IncidentRow, incident_lead, others, standing
from tallylight.console.words import join_sentences
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
    tiles = [node for region in regions for node in region.nodes]
    running = rows_for(viewer, incidents.visible_to(viewer, running=True)[:SHOWN])
    calm = wall_lead(regions, hub_away=snapshot is None)
    context = {
        "lead": incident_lead(running[0], _standing(viewer, running, now=now)) if running else calm,
        "regions": regions,
        "paths": path_rows([node.name for node in tiles], snapshot),
        "nodes": len(tiles),
        "well": sum(node.badge.tone is Tone.GOOD for node in tiles),
        "viewers": sum(node.viewers or 0 for node in tiles) if snapshot else None,
        "running": running,
        "queue": [queue_row(card, now=now) for card in support.tickets(viewer, pending=True)[:SHOWN]],
        "hub": snapshot.hub if snapshot else None,
    }
    return render(request, "console/wall.html", context)


def _standing(viewer: Viewer, running: list[IncidentRow], *, now: datetime) -> str:
    first = running[0]
    tickets = support.tickets(viewer, incident=first.id)[:1]
    return join_sentences(
        [standing(first, tickets, since=instant_text(first.began_at, now=now)), others(len(running) - 1)]
    )
