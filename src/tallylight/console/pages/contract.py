"""/contract: the version in force, its clauses, its versions. Staff chooses the customer."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tallylight.accounts.api import OrganisationCard, Viewer, organisation, organisation_by_slug, organisations
from tallylight.console import agreements
from tallylight.console.doors import signed_in
from tallylight.console.regions import region_names
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, VersionCard
from tallylight.kernel import clock
from tallylight.kernel.errors import NotFound


@signed_in
def contract(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A customer's own; for staff, that of `?customer=`. `?version=` shows another version than the one in force."""
    customer = customer_of(request, viewer)
    if customer is None:
        return render(request, "console/customers.html", {"heading": _("Contracts"), "customers": organisations()})
    versions = contracts.versions(customer.id)
    shown = _shown(request, versions)
    context: dict[str, object] = {"customer": customer, "versions": versions, "shown": shown}
    if shown:
        _row, source, agreement = contracts.version(customer.id, shown.id)
        context |= {"source": source, "agreement": agreement, **_clauses(agreement)}
    return render(request, "console/contract.html", context)


def customer_of(request: HttpRequest, viewer: Viewer) -> OrganisationCard | None:
    """Whose page it is: a customer's own, whatever it asks for; for staff the one in `?customer=`, None if none is named.

    Raises OrganisationUnknown.
    """
    if not viewer.is_provider:
        return organisation(viewer.organisation_id)
    slug = request.GET.get("customer", "")
    return organisation_by_slug(slug) if slug else None


def _shown(request: HttpRequest, versions: list[VersionCard]) -> VersionCard | None:
    wanted = request.GET.get("version")
    if wanted is None:
        now = clock.now()
        return next((each for each in versions if each.effective_from <= now), None)
    try:
        return next(each for each in versions if each.id == UUID(wanted))
    except (StopIteration, ValueError):
        raise NotFound from None


def _clauses(agreement: Agreement) -> dict[str, object]:
    names = region_names()
    return {
        "regions": [names.get(code, code) for code in agreement.regions],
        "support": agreements.support_rows(agreement),
        "ladder": agreements.ladder_sentences(agreement.support[0].ladder),
        "severity": agreements.severity_sentences(agreement.severity),
        "objectives": agreements.objective_rows(agreement, names),
        "thresholds": agreements.threshold_rows(agreement, names),
        "tiers": agreements.tier_rows(agreement.credit),
        "credit": agreements.credit_sentence(agreement.credit),
    }
