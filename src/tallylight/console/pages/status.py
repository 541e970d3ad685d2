"""/status: the public page. No customer's facts, no node's."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tallylight.console.live.picture import picture_now
from tallylight.console.public import public_line, region_line, status_lead
from tallylight.console.regions import region_names
from tallylight.incidents.api import public_incidents, region_states
from tallylight.kernel import clock

RECENT = timedelta(days=14)
SHOWN = 50


def status(request: HttpRequest) -> HttpResponse:
    """Public."""
    snapshot = picture_now()
    measured = {each.code for each in snapshot.regions if each.latency_ms is not None} if snapshot else set()
    names = region_names()
    lines = [region_line(each, names[each.code], measured=each.code in measured) for each in region_states()]
    recent = [
        public_line(each, names.get(each.region, each.region))
        for each in public_incidents(clock.now() - RECENT)[:SHOWN]
    ]
    context = {
        "lead": status_lead(lines),
        "lines": lines,
        "running": [each for each in recent if each.recovered_at is None],
        "recent": [each for each in recent if each.recovered_at is not None],
    }
    return render(request, "console/status.html", context)
