"""/incidents and /incidents/<id>."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tallylight.accounts.api import Viewer, organisations
from tallylight.bridges import api as bridges
from tallylight.console.cases import queue_row
from tallylight.console.doors import signed_in
from tallylight.console.reading import instant_text
from tallylight.console.regions import region_names
from tallylight.console.stories import (
    IncidentRow,
    affected_sentence,
    done_on,
    in_order,
    incident_lead,
    incident_row,
    incidents_lead,
    standing,
    told,
)
from tallylight.incidents import api
from tallylight.kernel import clock
from tallylight.support import api as support

PER_PAGE = 25
#: Tickets of one incident that its page shows.
SHOWN = 20


@signed_in
def incident_list(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What runs and what ran, the latest first, as far as the viewer may know."""
    page = Paginator(api.visible_to(viewer), PER_PAGE).get_page(request.GET.get("page"))
    running = len(api.visible_to(viewer, running=True))
    context = {
        "lead": incidents_lead(running, is_staff=viewer.is_provider),
        "page": page,
        "rows": rows_for(viewer, page.object_list),
    }
    return render(request, "console/incidents.html", context)


@signed_in
def incident(request: HttpRequest, viewer: Viewer, incident_id: UUID) -> HttpResponse:
    """One incident's story. Raises NotFound if there is none or it isn't the viewer's."""
    now = clock.now()
    card = api.incident(viewer, incident_id)
    row = rows_for(viewer, [card])[0]
    tickets = support.tickets(viewer, incident=incident_id)[:SHOWN]
    deeds = (done_on(support.ticket(viewer, each.id, now=now), is_staff=viewer.is_provider) for each in tickets)
    entries = in_order([*told(api.timeline(viewer, incident_id)), *chain.from_iterable(deeds)])
    context = {
        "row": row,
        "lead": incident_lead(row, standing(row, tickets, since=instant_text(row.began_at, now=now))),
        "incident": card,
        "entries": entries,
        "queue": [queue_row(each, now=now) for each in tickets],
        "bridge": bridges.bridge_about(viewer, incident=incident_id),
    }
    return render(request, "console/incident.html", context)


def rows_for(viewer: Viewer, found: Iterable[api.IncidentCard]) -> list[IncidentRow]:
    """Rows of a list for `viewer`."""
    names = {each.id: each.name for each in organisations()} if viewer.is_provider else None
    regions = region_names()
    return [
        incident_row(
            each,
            headline=api.headline(each),
            region=regions.get(each.region, each.region),
            affected=affected_sentence(each, names),
        )
        for each in found
    ]
