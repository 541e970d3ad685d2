"""/network/nodes/<name>: one node now, and its history with the incidents it had a part in."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tallylight.accounts.api import Viewer
from tallylight.console.charts import RANGES, Span, chart, chart_range, incident_spans
from tallylight.console.doors import staff_only
from tallylight.console.live.picture import picture_now
from tallylight.console.network import node_lead, tile
from tallylight.console.pages.incidents import rows_for
from tallylight.console.regions import region_names
from tallylight.fleet import api as fleet
from tallylight.incidents import api as incidents
from tallylight.kernel import clock
from tallylight.telemetry import api as telemetry
from tallylight.telemetry.api import HistoryAway, Metric, Scope

METRICS = (Metric.LATENCY, Metric.LOSS, Metric.CPU, Metric.VIEWERS)
LOOKED_AT, SHOWN = 100, 8


@staff_only
def node(request: HttpRequest, viewer: Viewer, name: str) -> HttpResponse:
    """For the provider's staff. Raises NodeUnknown."""
    card = fleet.node(name)
    snapshot, now = picture_now(), clock.now()
    live = next((each for each in snapshot.nodes if each.name == name), None) if snapshot else None
    span = chart_range(request.GET.get("range", ""))
    seen = [each for each in incidents.visible_to(viewer, region=card.region)[:LOOKED_AT] if name in each.nodes]
    shown = tile(card, live)
    region = region_names().get(card.region, card.region)
    context = {
        "node": shown,
        "lead": node_lead(shown, region),
        "live": live,
        "paths": [each for each in snapshot.paths if each.node == name] if snapshot else [],
        "ranges": RANGES,
        "range": span,
        "incidents": rows_for(viewer, seen[:SHOWN]),
        **history(name, span, incident_spans(seen, now=now), now=now),
    }
    return render(request, "console/node.html", context)


def history(name: str, span: Span, bands: list[dict[str, object]], *, now: datetime) -> dict[str, object]:
    """The charts, or that history is away."""
    start = now - span.length
    try:
        trends = [telemetry.trends(Scope(node=name), metric, start, now, span.step_s) for metric in METRICS]
    except HistoryAway:
        return {"history_away": True, "charts": []}
    charts = [chart(each) for each in trends]
    data = {
        "charts": {each.metric: each.data for each in charts},
        "bands": bands,
        "time": _("Time"),
        "start": int(start.timestamp()),
        "end": int(now.timestamp()),
    }
    return {"history_away": False, "charts": charts, "chart_data": data}
