"""/service/exclusions: everything that was taken out of a customer's count; staff takes out more, as the contract allows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tallylight.accounts import api as accounts
from tallylight.accounts.api import OrganisationCard, Viewer, organisations
from tallylight.console.doors import signed_in
from tallylight.console.exclusions import exclusion_row, exclusions_lead, kept_in, may_approve, refusal, rule_rows
from tallylight.console.fields import Instant
from tallylight.console.months import forget
from tallylight.console.pages.contract import customer_of
from tallylight.console.pages.service import customer_query, zone_of
from tallylight.console.regions import region_names
from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, ExclusionKind
from tallylight.kernel import clock
from tallylight.kernel.errors import TallyError
from tallylight.sla import api as sla
from tallylight.sla.api import KIND_TEXTS, ExclusionCard, Use

PER_PAGE = 25
REASON = 500
#: Those that somebody asks for; load above what was agreed is measured.
ASKED = (ExclusionKind.MAINTENANCE, ExclusionKind.CUSTOMER, ExclusionKind.FORCE_MAJEURE)


class Exclusion(forms.Form):
    """Slices to be taken out of the count. Who sends it approves it."""

    kind = forms.TypedChoiceField(
        label=gettext_lazy("Why don't they count?"),
        coerce=ExclusionKind,
        choices=lambda: [(kind.value, _(KIND_TEXTS[kind.value])) for kind in ASKED],
    )
    region = forms.ChoiceField(label=gettext_lazy("Where?"), required=False)
    starts_at = Instant(label=gettext_lazy("From"))
    ends_at = Instant(
        label=gettext_lazy("To"), help_text=gettext_lazy("A slice that begins before this instant is taken out.")
    )
    announced_at = Instant(
        label=gettext_lazy("When were customers told?"),
        required=False,
        help_text=gettext_lazy("Maintenance needs it; leave it empty for anything else."),
    )
    reason = forms.CharField(
        label=gettext_lazy("What happened? The customer reads it, and so does the evidence."),
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    everybody = forms.BooleanField(
        label=gettext_lazy("For every customer whose contract allows it, not for this one only."), required=False
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        region = cast(forms.ChoiceField, self.fields["region"])
        region.choices = [("", _("Everywhere")), *region_names().items()]

    def use(self) -> Use:
        """What is asked for."""
        names = ("kind", "region", "starts_at", "ends_at", "reason", "announced_at")
        return Use(**{name: self.cleaned_data[name] for name in names})


@signed_in
def exclusions(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A customer reads its own; staff chooses the customer, and takes out more. Raises RoleRequired for others who try."""
    customer = customer_of(request, viewer)
    if customer is None:
        return render(request, "console/customers.html", {"heading": _("Exclusions"), "customers": organisations()})
    if request.method != "POST":
        return _page(request, viewer, customer, Exclusion())
    accounts.require_staff(viewer)
    form = Exclusion(request.POST)
    if not form.is_valid():
        return _page(request, viewer, customer, form, status=400)
    organisation_id = None if form.cleaned_data["everybody"] else customer.id
    try:
        cards, left_out = sla.exclude(form.use(), organisation_id=organisation_id, by=viewer, now=clock.now())
    except TallyError as fault:
        form.add_error(*refusal(fault))
        return _page(request, viewer, customer, form, status=fault.status)
    _say(request, cards, left_out)
    return redirect(f"{reverse('exclusions')}?customer={customer.slug}")


def _say(request: HttpRequest, cards: list[ExclusionCard], left_out: tuple[sla.LeftOut, ...]) -> None:
    """What was done, and for whom it was not; pages that were counted before are counted anew."""
    now = clock.now()
    for card in cards:
        if card.organisation_id is not None:
            _forget(accounts.organisation(card.organisation_id), card, now)
    done = ngettext(
        "Those slices are taken out of the count of %(count)s customer.",
        "Those slices are taken out of the count of %(count)s customers.",
        len(cards),
    )
    messages.success(request, done % {"count": len(cards)})
    names = {each.slug: each.name for each in organisations()}
    for each in left_out:
        messages.warning(request, kept_in(names.get(each.organisation, each.organisation), each.fault))


def _forget(customer: OrganisationCard, card: ExclusionCard, now: datetime) -> None:
    for month, _bounds in sla.months_between(card.starts_at, card.ends_at, zone_of(customer, now)):
        forget(customer.id, month, now=now)


def _page(
    request: HttpRequest, viewer: Viewer, customer: OrganisationCard, form: Exclusion, *, status: int = 200
) -> HttpResponse:
    found = sla.exclusions_of(customer.id)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown, names = list(page.object_list), region_names()
    people = _people(shown)
    agreement = _agreement(customer)
    context = {
        "customer": customer,
        "lead": exclusions_lead(len(found), customer.name),
        "page": page,
        "rows": [exclusion_row(each, names, people) for each in shown],
        "query": customer_query(viewer, customer),
        "agreement": agreement,
        "rules": rule_rows(agreement) if agreement else [],
        "form": form,
        "may_approve": agreement is not None and may_approve(viewer, agreement),
        "zone": get_current_timezone_name(),
    }
    return render(request, "console/exclusions.html", context, status=status)


def _people(cards: Iterable[ExclusionCard]) -> dict[UUID, str]:
    found = (accounts.person(each) for each in {card.approved_by for card in cards})
    return {each.id: each.name for each in found if each}


def _agreement(customer: OrganisationCard) -> Agreement | None:
    """The contract in force, else the one that was last: slices of the past may be taken out after it ended."""
    now = clock.now()
    if found := contracts.in_force(customer.id, now):
        return found
    known = [each for each in contracts.versions(customer.id) if each.effective_from <= now]
    return contracts.version(customer.id, known[0].id)[2] if known else None
