"""/bridges and /bridges/<id>, and what is done on a bridge. For the provider's staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer
from tallylight.bridges import api
from tallylight.bridges.api import Mark, Seat
from tallylight.console.bridging import (
    bridge_badge,
    bridge_lead,
    bridge_row,
    bridges_lead,
    seat_views,
    told_entries,
)
from tallylight.console.cases import queue_row
from tallylight.console.doors import staff_only
from tallylight.console.roles import role_name
from tallylight.console.words import severity_word
from tallylight.kernel import clock
from tallylight.kernel.errors import Invalid

PER_PAGE = 25
#: Tickets of one matter that its bridge shows.
SHOWN = 20
#: The latest of the timeline; the whole of it is in the API.
LATEST = 300
WORDS = 20_000


class Note(forms.Form):
    """A typed note and what it is."""

    text = forms.CharField(max_length=WORDS)
    mark = forms.ChoiceField(choices=[(each.value, each.value) for each in Mark])


class SeatOffer(forms.Form):
    """To whom, and why."""

    to = forms.UUIDField()
    reason = forms.CharField(max_length=2000)


@staff_only
def bridge_list(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What is open and what was, the latest first."""
    page = Paginator(api.bridges(viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "lead": bridges_lead(len(api.bridges(viewer, open=True))),
        "page": page,
        "rows": [bridge_row(each) for each in page.object_list],
    }
    return render(request, "console/bridges.html", context)


@staff_only
def bridge(request: HttpRequest, viewer: Viewer, bridge_id: UUID) -> HttpResponse:
    """One bridge: who does what, what happened, what customers are told. Raises BridgeUnknown."""
    now = clock.now()
    detail = api.bridge(viewer, bridge_id, now=now)
    told = api.timeline(viewer, bridge_id)
    known = dict(settings.LANGUAGES)
    context = {
        "bridge": detail.card,
        "detail": detail,
        "badge": bridge_badge(detail.card),
        "severity": severity_word(detail.card.level),
        "lead": bridge_lead(detail),
        "seats": seat_views(detail, viewer),
        "people": [(str(each.id), f"{each.name} ({role_name(each.role)})") for each in accounts.staff()],
        "languages": [(code, known.get(code, code)) for code in detail.languages],
        "marks": [(mark.value, name) for mark, name in api.MARK_NAMES.items()],
        "entries": told_entries(told[-LATEST:])[::-1],
        "earlier": max(0, len(told) - LATEST),
        "queue": [queue_row(each, now=now) for each in detail.tickets[:SHOWN]],
        "more_tickets": max(0, len(detail.tickets) - SHOWN),
    }
    return render(request, "console/bridge.html", context)


@require_POST
@staff_only
def open_bridge(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """For `incident` or `ticket`, and go there. Raises Invalid for anything else."""
    found = {}
    for name in ("incident", "ticket"):
        try:
            found[name] = UUID(request.POST[name]) if name in request.POST else None
        except ValueError:
            raise Invalid from None
    opened = api.open_by_hand(viewer, incident_id=found["incident"], ticket_id=found["ticket"], now=clock.now())
    return redirect("bridge", opened)


def deed(act: Callable[[HttpRequest, Viewer, UUID, datetime], object]) -> Callable[..., HttpResponse]:
    """A POST on a bridge that does one thing and comes back to its page."""

    @require_POST
    @staff_only
    def view(request: HttpRequest, viewer: Viewer, bridge_id: UUID) -> HttpResponse:
        done = act(request, viewer, bridge_id, clock.now())
        if done:
            messages.success(request, str(done))
        return redirect("bridge", bridge_id)

    return view  # type: ignore[return-value]


@deed
def note(request: HttpRequest, viewer: Viewer, bridge_id: UUID, now: datetime) -> object:
    form = Note(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Nothing was written down: write something first, at most 20,000 characters."))
        return None
    api.note(viewer, bridge_id, form.cleaned_data["text"], mark=Mark(form.cleaned_data["mark"]), now=now)
    return _("It is written down.")


@deed
def update(request: HttpRequest, viewer: Viewer, bridge_id: UUID, now: datetime) -> object:
    texts = {code: request.POST.get(f"text-{code}", "") for code, _name in settings.LANGUAGES}
    if not any(each.strip() for each in texts.values()) or max(map(len, texts.values())) > WORDS:
        messages.warning(request, _("Nothing was sent: write something first, at most 20,000 characters."))
        return None
    api.update(viewer, bridge_id, texts, now=now)
    return _("The update is on its way to every customer.")


@deed
def conference(request: HttpRequest, viewer: Viewer, bridge_id: UUID, now: datetime) -> object:
    api.set_conference(viewer, bridge_id, request.POST.get("url", "")[:500], now=now)
    return _("The conference link is kept.")


@deed
def close(_request: HttpRequest, viewer: Viewer, bridge_id: UUID, now: datetime) -> object:
    api.close(viewer, bridge_id, now=now)
    return _("The bridge is closed.")


@require_POST
@staff_only
def seat(request: HttpRequest, viewer: Viewer, bridge_id: UUID, name: str) -> HttpResponse:
    """What is done with a seat: the button that was pressed says what. Raises Invalid for no such seat."""
    now = clock.now()
    try:
        which = Seat(name)
    except ValueError:
        raise Invalid from None
    match request.POST.get("deed"):
        case "take":
            api.take(viewer, bridge_id, which, now=now)
        case "leave":
            api.leave(viewer, bridge_id, which, now=now)
        case "accept":
            api.accept(viewer, bridge_id, which, now=now)
        case "withdraw":
            api.withdraw(viewer, bridge_id, which, now=now)
        case "decline":
            api.decline(viewer, bridge_id, which, reason=request.POST.get("reason", "")[:2000], now=now)
        case _:
            _offer(request, viewer, bridge_id, which, now)
    return redirect("bridge", bridge_id)


def _offer(request: HttpRequest, viewer: Viewer, bridge_id: UUID, which: Seat, now: datetime) -> None:
    form = SeatOffer(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Nothing changed: say to whom, and why in a sentence."))
        return
    api.offer(viewer, bridge_id, which, form.cleaned_data["to"], reason=form.cleaned_data["reason"], now=now)
    messages.success(request, _("The offer is made. Until it is accepted nothing changes hands."))
