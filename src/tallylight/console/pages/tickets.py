"""/tickets, /tickets/new, /tickets/<id>, and what is done on a ticket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Viewer
from tallylight.bridges import api as bridges
from tallylight.console.cases import clock_views, queue_row, ticket_badge, ticket_lead, tickets_lead
from tallylight.console.climbing import step_target
from tallylight.console.closings import end_view
from tallylight.console.conversation import lines_of
from tallylight.console.doing import doing_view
from tallylight.console.doors import signed_in
from tallylight.console.handing import hand_over_view
from tallylight.console.ladders import ladder_view
from tallylight.contracts.api import Level
from tallylight.kernel import clock
from tallylight.support import api
from tallylight.support.api import Channel, Promise, TicketDetail

PER_PAGE = 25
WORDS = 20_000
#: The reason for which staff may let the clocks of a ticket stand still, where the contract names it.
WAITING_FOR_CUSTOMER = "waiting-for-customer"


class NewTicket(forms.Form):
    """A customer's own words."""

    title = forms.CharField(label=_("What is it about, in one line?"), max_length=200)
    text = forms.CharField(
        label=_("What do you see, where, and since when?"), max_length=WORDS, widget=forms.Textarea(attrs={"rows": 6})
    )


class Words(forms.Form):
    """What somebody wants to say on a ticket."""

    text = forms.CharField(max_length=WORDS)


@signed_in
def ticket_list(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Those still owed first, then the latest."""
    now = clock.now()
    page = Paginator(api.tickets(viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "lead": tickets_lead(len(api.tickets(viewer, pending=True))),
        "page": page,
        "rows": [queue_row(card, now=now) for card in page.object_list],
    }
    return render(request, "console/tickets.html", context)


@signed_in
def new_ticket(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """For customers."""
    form = NewTicket(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ticket_id = api.open_ticket(
            viewer, **form.cleaned_data, level=Level.BASIC, channel=Channel.CONSOLE, now=clock.now()
        )
        return redirect("ticket", ticket_id)
    return render(request, "console/new_ticket.html", {"form": form})


@signed_in
def ticket(request: HttpRequest, viewer: Viewer, ticket_id: UUID) -> HttpResponse:
    """One conversation with its promises. Raises NotFound if there is none or it isn't the viewer's."""
    detail = api.ticket(viewer, ticket_id, now=clock.now())
    return render(request, "console/ticket.html", ticket_context(viewer, detail))


def ticket_context(viewer: Viewer, detail: TicketDetail) -> dict[str, object]:
    """What the ticket's page shows to `viewer`."""
    now = clock.now()
    latest = detail.ladders[-1] if detail.ladders else None
    step = latest.next_step if latest else None
    ladder = ladder_view(detail.ladders, pending=detail.card.pending)
    row = queue_row(detail.card, now=now)
    return {
        "ticket": detail.card,
        "badge": ticket_badge(detail.card.state),
        "row": row,
        "takeable": viewer.is_provider and (row.unanswered or bool(ladder and ladder.runs)),
        "lead": ticket_lead(detail.card, called=detail.called),
        "asks": WAITING_FOR_CUSTOMER in detail.pauses,
        "mitigates": Promise.MITIGATION in detail.clocks and detail.clocks[Promise.MITIGATION].answered_at is None,
        "clocks": clock_views(
            detail.clocks, step=step, goes_to=step_target(step) if step else "", is_staff=viewer.is_provider
        ),
        "lines": lines_of(detail.entries, viewer, detail.reads),
        "last_id": max((each.id for each in detail.entries), default=None),
        "ladder": ladder,
        "deliveries": detail.deliveries,
        "members": _members(detail) if viewer.is_provider else [],
        "is_staff": viewer.is_provider,
        "end": end_view(viewer, detail, now=clock.now()),
        "followed_by": detail.followed_by,
        "doing": doing_view(viewer, detail),
        "review": bridges.copy_of_ticket(viewer, detail.card.id),
        "bridge": None if detail.card.incident else bridges.bridge_about(viewer, ticket=detail.card.id),
        "undo_merge": detail.undo_merge_until is not None and clock.now() <= detail.undo_merge_until,
        "ask_again_at": detail.may_ask_at if detail.may_ask_at and detail.may_ask_at > now else None,
        "hand_over": hand_over_view(viewer, detail) if viewer.is_provider else None,
    }


def _members(detail: TicketDetail) -> list[PersonCard]:
    """Who of the customer may have written what nobody knows who wrote."""
    asked = any(each.facts.get("unverified") for each in detail.entries)
    return accounts.members_of(detail.card.organisation_id) if asked else []


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is said when a deed leads to another ticket's page."""

    ticket_id: UUID
    said: object


def deed(act: Callable[[HttpRequest, Viewer, UUID, datetime], object]) -> Callable[..., HttpResponse]:
    """A POST on a ticket that does one thing and comes back to the page it came from."""

    @require_POST
    @signed_in
    def view(request: HttpRequest, viewer: Viewer, ticket_id: UUID) -> HttpResponse:
        done = act(request, viewer, ticket_id, clock.now())
        if isinstance(done, Elsewhere):
            messages.success(request, str(done.said))
            return redirect("ticket", done.ticket_id)
        if done:
            messages.success(request, str(done))
        return _back(request, ticket_id)

    return view  # type: ignore[return-value]


@deed
def acknowledge(_request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    api.acknowledge(viewer, ticket_id, channel=Channel.CONSOLE, now=now)
    return _("You have it in hand; the ladder has stopped.")


@deed
def reply(request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """Say it, note it, or ask, mitigate or resolve with it: the button that was pressed says which."""
    form = Words(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Nothing was sent: write something first, at most 20,000 characters."))
        return None
    text = form.cleaned_data["text"]
    match request.POST.get("deed"):
        case "note":
            api.note(viewer, ticket_id, text, channel=Channel.CONSOLE, now=now)
            return _("The note is kept for the desk.")
        case "ask":
            api.ask(viewer, ticket_id, text, reason=WAITING_FOR_CUSTOMER, channel=Channel.CONSOLE, now=now)
            return _("The clocks stand still until the customer answers.")
        case "mitigate":
            api.mitigate(viewer, ticket_id, text, channel=Channel.CONSOLE, now=now)
            return _("The customer reads that viewers no longer feel it.")
        case "resolve":
            api.resolve(viewer, ticket_id, text, channel=Channel.CONSOLE, now=now)
            return _("The ticket is resolved and the customer reads why.")
        case _:
            return _say(viewer, ticket_id, text, now=now)


def _say(viewer: Viewer, ticket_id: UUID, text: str, *, now: datetime) -> object:
    """A word on a ticket that was over for too long stands on another one: its page comes next."""
    entry = api.say(viewer, ticket_id, text, channel=Channel.CONSOLE, now=now)
    stands = api.ticket_of(viewer, entry)
    done = _("Your reply is on its way.")
    return done if stands == ticket_id else Elsewhere(stands, _("That ticket was over, so this is a new one."))


def _back(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(wanted)
    return redirect("ticket", ticket_id)
