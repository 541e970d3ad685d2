"""/contract/replay and /contract/replay/<id>: what a draft would have broken and cost in the past, beside what really applied."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tallylight.accounts.api import OrganisationCard, Role, Viewer, organisations, require
from tallylight.console.agreements import told_problems
from tallylight.console.doors import staff_only
from tallylight.console.pages.contract import customer_of
from tallylight.console.pages.proposals import WholeText, with_text
from tallylight.console.proposals import error_sentence
from tallylight.console.replays import replay_view, run_view
from tallylight.contracts import api as contracts
from tallylight.contracts.api import ContractInvalid
from tallylight.kernel import clock
from tallylight.kernel.errors import TallyError
from tallylight.replay import api as replays
from tallylight.replay.api import RunState

LATELY = "last-90-days"


class Question(WholeText):
    """A draft, and the time that it is held against."""

    over = forms.CharField(
        label=gettext_lazy("Over which time?"),
        max_length=40,
        initial=LATELY,
        help_text=gettext_lazy("A month (2026-10), months (2026-08..2026-10) or last-90-days. Months are taken whole."),
    )


@staff_only
def replay(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """For managers: paste or upload a draft, or come from a proposal (`?proposal=`). A text with faults is not kept."""
    require(viewer, Role.MANAGER)
    customer = customer_of(request, viewer)
    if customer is None:
        return render(request, "console/customers.html", {"heading": _("Replay a draft"), "customers": organisations()})
    if request.method != "POST":
        form = Question(initial={"source": _draft(request, viewer, customer), "over": LATELY})
        return _page(request, viewer, customer, form)
    form = Question(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, viewer, customer, form, status=400)
    given = form.cleaned_data
    try:
        asked = replays.ask(viewer, given["source"], given["over"], customer=customer.slug, now=clock.now())
    except ContractInvalid as fault:
        return _page(request, viewer, customer, with_text(form), problems=told_problems(fault), status=400)
    except TallyError as fault:
        return _page(request, viewer, customer, with_text(form), fault=error_sentence(fault), status=fault.status)
    return redirect("replay-run", asked.id)


@staff_only
def run(request: HttpRequest, viewer: Viewer, run_id: UUID) -> HttpResponse:
    """For managers: how far a replay is; once it is done, what it says."""
    now = clock.now()
    card = replays.run(viewer, run_id, now=now)
    facts = {
        "customer": card.customer,
        "run": run_view(card),
        "form": Question(initial={"source": card.source, "over": card.over}),
        "view": replay_view(replays.result(viewer, run_id, now=now)) if card.state is RunState.DONE else None,
    }
    return render(request, "console/replay_run.html", facts)


def _draft(request: HttpRequest, viewer: Viewer, customer: OrganisationCard) -> str:
    """The text to start from: the proposal that was chosen, else what was agreed last."""
    wanted = request.GET.get("proposal", "")
    if wanted:
        return contracts.proposal(viewer, forms.UUIDField().clean(wanted)).source
    known = contracts.versions(customer.id)
    return contracts.version(customer.id, known[0].id)[1] if known else ""


def _page(
    request: HttpRequest,
    viewer: Viewer,
    customer: OrganisationCard,
    form: Question,
    *,
    status: int = 200,
    **facts: object,
) -> HttpResponse:
    known = [run_view(each) for each in replays.runs_of(viewer, customer.id, now=clock.now())]
    shown = {"customer": customer, "form": form, "runs": known, "kept_days": replays.KEPT_FOR.days, **facts}
    return render(request, "console/replay.html", shown, status=status)
