"""/service/evidence: a month as a file. /evidence: how anybody checks such a file without us; public."""

from __future__ import annotations

from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tallylight.accounts.api import Viewer
from tallylight.console.doors import signed_in
from tallylight.console.months import month_at
from tallylight.console.pages.contract import customer_of
from tallylight.console.pages.service import zone_of
from tallylight.kernel import clock
from tallylight.kernel.errors import NotFound
from tallylight.sla import api as sla


@signed_in
def month_evidence(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The evidence of `?month=` as a download. Raises NotFound, NoSuchMonth, NothingPromised, NothingSealed."""
    customer = customer_of(request, viewer)
    if customer is None:
        raise NotFound
    now = clock.now()
    month = request.GET.get("month") or month_at(now, zone_of(customer, now))
    return sla.as_download(sla.evidence_of(customer.id, month, now=now))


def evidence(request: HttpRequest) -> HttpResponse:
    """Public."""
    context = {
        "keys": sla.evidence_keys(now=clock.now()),
        "verifier": sla.VERIFIER,
        "sha256": sha256(sla.verifier_text()).hexdigest(),
    }
    return render(request, "console/evidence.html", context)


def verifier(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """The program that checks, as a download. Public."""
    return sla.as_program()
