"""/contract: the version in force, its clauses, its versions, what changed between two, what applied on a day."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tallylight.accounts import api as accounts
from tallylight.accounts.api import OrganisationCard, Viewer, organisation, organisation_by_slug, organisations
from tallylight.console import agreements
from tallylight.console.contract_text import text_page, text_pdf
from tallylight.console.doors import signed_in
from tallylight.console.proposals import ChangesView, changes_view, proposal_badge
from tallylight.console.regions import region_names
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, Segment, VersionCard
from tallylight.kernel import clock
from tallylight.kernel.business_time import local_midnight
from tallylight.kernel.errors import NotFound

#: Days that the date field takes; nothing was agreed outside of them.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


@signed_in
def contract(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A customer's own; for staff, that of `?customer=`.

    `?version=` shows another version than the one in force, `&since=` what it changed against a third, `?day=` what applied on
    a day.
    """
    customer = customer_of(request, viewer)
    if customer is None:
        return render(request, "console/customers.html", {"heading": _("Contracts"), "customers": organisations()})
    now, versions = clock.now(), contracts.versions(customer.id)
    shown, day = _shown(request, versions), _day(request)
    proposals = contracts.proposals_for(viewer, customer.id)
    context: dict[str, object] = {
        "customer": customer,
        "query": f"customer={customer.slug}&" if viewer.is_provider else "",
        "versions": [(each, _pair(versions, each, shown)) for each in versions],
        "shown": shown,
        "day": day,
        "applied": _applied(customer, day) if day else None,
        "proposals": [(each, proposal_badge(each, now=now)) for each in proposals],
        "open_proposal": next((each for each in proposals if each.stands(now)), None),
        "signers": accounts.signers_of(customer.id),
        "may_act": viewer.may_sign,
    }
    if shown:
        _row, source, agreement = contracts.version(customer.id, shown.id)
        since = _since(request, versions, shown)
        context |= {"source": source, "agreement": agreement, **clauses(agreement), "since": since}
        context["written"] = text_page(agreement, sha256=shown.sha256, source=source)
        context["later"] = shown.effective_from > now
        context["changes"] = _changes(customer, since, shown, agreement) if since else None
    return render(request, "console/contract.html", context)


@signed_in
def version_pdf(request: HttpRequest, viewer: Viewer, version_id: UUID) -> HttpResponse:
    """The text of a version as a PDF. Raises NoContract."""
    customer = customer_of(request, viewer)
    if customer is None:
        raise NotFound
    card, source, agreement = contracts.version(customer.id, version_id)
    return text_pdf(agreement, sha256=card.sha256, source=source)


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
    return _named(wanted, versions)


def _pair(versions: list[VersionCard], one: VersionCard, other: VersionCard | None) -> str:
    """The address that compares two versions, the later against the earlier; nothing for one with itself."""
    if other is None or one == other:
        return ""
    later, earlier = sorted((one, other), key=versions.index)
    return f"version={later.id}&since={earlier.id}#c-changes"


def _named(wanted: str, versions: list[VersionCard]) -> VersionCard:
    try:
        return next(each for each in versions if each.id == UUID(wanted))
    except (StopIteration, ValueError):
        raise NotFound from None


def _since(request: HttpRequest, versions: list[VersionCard], shown: VersionCard) -> VersionCard | None:
    """The version to compare with: the one that is asked for, else the one before."""
    if wanted := request.GET.get("since"):
        return _named(wanted, versions)
    return next(iter(versions[versions.index(shown) + 1 :]), None)


def _changes(customer: OrganisationCard, since: VersionCard, shown: VersionCard, agreement: Agreement) -> ChangesView:
    _row, _source, before = contracts.version(customer.id, since.id)
    return changes_view(contracts.amendment(before, agreement, now=shown.accepted_at))


def _day(request: HttpRequest) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _applied(customer: OrganisationCard, day: date) -> list[Segment]:
    """The segments of a local day of the customer's, in order; usually one."""
    start, end = (local_midnight(each, customer.timezone) for each in (day, day + timedelta(days=1)))
    return contracts.segments_between(customer.id, start, end)


def clauses(agreement: Agreement) -> dict[str, object]:
    """Everything that the clauses' template shows."""
    names = region_names()
    return {
        "title": agreements.own_words(agreement.title),
        "regions": [names.get(code, code) for code in agreement.regions],
        "support": agreements.support_rows(agreement),
        "ladder": agreements.ladder_sentences(agreement.support[0].ladder),
        "severity": agreements.severity_sentences(agreement.severity),
        "objectives": agreements.objective_rows(agreement, names),
        "thresholds": agreements.threshold_rows(agreement, names),
        "tiers": agreements.tier_rows(agreement.credit),
        "credit": agreements.credit_sentence(agreement.credit),
    }
