"""/service: a month's promises, what they attained, what they earn; /service/slices: every minute behind a figure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tallylight.accounts.api import OrganisationCard, Viewer, organisations
from tallylight.console.doors import signed_in
from tallylight.console.minutes import VERDICTS, LatestFirst, exclusion_text, minute_row, slices_lead
from tallylight.console.months import forget, month_at, neighbour, report_of
from tallylight.console.pages.contract import customer_of
from tallylight.console.promised import broken_promises, credit_steps, month_lead, promise_row, settlement_steps
from tallylight.console.regions import region_names
from tallylight.contracts import api as contracts
from tallylight.kernel import clock
from tallylight.kernel.errors import NotFound
from tallylight.sla import api as sla
from tallylight.sla.api import ExclusionCard, Report
from tallylight.telemetry.api import HistoryAway

PER_PAGE = 60


@signed_in
def service(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The month of `?month=`, else the one that runs. Staff chooses the customer."""
    customer = customer_of(request, viewer)
    if customer is None:
        return render(request, "console/customers.html", {"heading": _("Service"), "customers": organisations()})
    now = clock.now()
    month = request.GET.get("month") or month_at(now, zone_of(customer, now))
    frame = {"customer": customer, "month": month, "query": customer_query(viewer, customer)}
    try:
        report = report_of(customer.id, month, now=now)
    except (HistoryAway, sla.NothingPromised) as fault:
        return render(request, "console/service_away.html", {**frame, "away": isinstance(fault, HistoryAway)})
    claimable = not viewer.is_provider and any(each.state is sla.Settled.CLAIMABLE for each in report.settlements)
    context = {**frame, **report_context(report, now=now), "claimable": claimable}
    return render(request, "console/service.html", context)


@require_POST
@signed_in
def claim(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A customer claims the credit of the month it names. Raises what `sla.api.claim` raises."""
    now, month = clock.now(), request.POST.get("month", "")
    sla.claim(month, by=viewer, now=now)
    forget(viewer.organisation_id, month, now=now)
    return redirect(f"{reverse('service')}?{urlencode({'month': month})}")


def report_context(report: Report, *, now: datetime) -> dict[str, object]:
    """What the month's page shows."""
    names, over = region_names(), report.until >= report.end
    exclusions = sla.exclusions_between(report.organisation_id, report.start, report.end)
    segments = [
        {
            "segment": segment,
            "last_day": segment.end - timedelta(seconds=1),
            "rows": [promise_row(row, names) for row in segment.rows],
            "broken": broken_promises(segment, get_current_timezone(), now=now),
            "steps": credit_steps(segment, names, get_current_timezone(), now=now),
        }
        for segment in report.segments
    ]
    return {
        "report": report,
        "lead": month_lead(report, over=over),
        "segments": segments,
        "settled": settlement_steps(report, get_current_timezone(), now=now),
        "taken_out": [_taken_out(each, names) for each in exclusions],
        "over": over,
        "before": neighbour(report.month, -1),
        "after": neighbour(report.month, 1) if report.end <= now else "",
        "sealed_until": sla.sealed_until(report),
    }


def _taken_out(card: ExclusionCard, names: Mapping[str, str]) -> dict[str, object]:
    where = names.get(card.region, card.region) if card.region else _("everywhere")
    return {"card": card, "region": where, "why": exclusion_text(card.kind, card.reason)}


@signed_in
def slices(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The minutes of a month as one objective judged them in one region. Raises NotFound, NoSuchObjective, NoSuchMonth."""
    customer = customer_of(request, viewer)
    if customer is None:
        raise NotFound
    now = clock.now()
    month = request.GET.get("month") or month_at(now, zone_of(customer, now))
    objective, region, only = (request.GET.get(word, "") for word in ("objective", "region", "only"))
    report = report_of(customer.id, month, now=now)
    found = sla.explain_slices(
        customer.id, region, objective, report.start, report.end, now=now, only=VERDICTS.get(only)
    )
    page = Paginator(LatestFirst(found), PER_PAGE).get_page(request.GET.get("page"))
    names = region_names()
    row = next(
        (
            promise_row(each, names)
            for segment in report.segments
            for each in segment.rows
            if each.region == region and each.objective.name == objective
        ),
        None,
    )
    if row is None:
        raise NotFound
    context = {
        "customer": customer,
        "month": month,
        "report": report,
        "row": row,
        "lead": slices_lead(row),
        "page": page,
        "rows": [minute_row(each, row.unit, is_staff=viewer.is_provider) for each in page.object_list],
        "only": only,
        "verdicts": ("", *VERDICTS),
        "query": customer_query(viewer, customer),
        "is_staff": viewer.is_provider,
    }
    return render(request, "console/slices.html", context)


def zone_of(customer: OrganisationCard, now: datetime) -> str:
    """The zone in which the customer's months are counted."""
    agreement = contracts.in_force(customer.id, now)
    return agreement.timezone if agreement else customer.timezone


def customer_query(viewer: Viewer, customer: OrganisationCard) -> str:
    """What links carry so that staff stays with the customer."""
    return f"customer={customer.slug}&" if viewer.is_provider else ""
