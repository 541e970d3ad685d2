"""What is done on a ticket's page to hand it over: offer, accept, decline, take back; give it without asking."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tallylight.accounts.api import Viewer
from tallylight.console.pages.tickets import deed
from tallylight.support import api
from tallylight.support.api import Channel

REASON = 2000


class HandOver(forms.Form):
    """To whom, and why: `to` is `person:<id>` or `team:<slug>`."""

    to = forms.RegexField(r"^(person:[0-9a-f-]{36}|team:[a-z0-9-]{1,63})$")
    reason = forms.CharField(max_length=REASON)


class Reason(forms.Form):
    """Why not."""

    reason = forms.CharField(max_length=REASON)


@deed
def offer(request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """Offer it; or, with the manager's button, give it without asking."""
    form = HandOver(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Nothing changed: say to whom, and why in a sentence."))
        return None
    kind, _colon, to = form.cleaned_data["to"].partition(":")
    reason, person = form.cleaned_data["reason"], UUID(to) if kind == "person" else None
    if request.POST.get("deed") == "give":
        if person is None:
            messages.warning(request, _("Nothing changed: without being asked, only a person can get a ticket."))
            return None
        api.assign(viewer, ticket_id, person, reason=reason, channel=Channel.CONSOLE, now=now)
        return _("The ticket has a new owner, who has been told.")
    team = "" if person else to
    api.offer(viewer, ticket_id, person_id=person, team=team, reason=reason, channel=Channel.CONSOLE, now=now)
    return _("The offer is made. Until it is accepted the ticket stays with its owner.")


@deed
def accept(_request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """Own it from now on."""
    api.accept(viewer, ticket_id, channel=Channel.CONSOLE, now=now)
    return _("The ticket is yours, and you have it in hand.")


@deed
def decline(request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """Say why not."""
    form = Reason(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Nothing changed: say in a sentence why you decline."))
        return None
    api.decline(viewer, ticket_id, form.cleaned_data["reason"], channel=Channel.CONSOLE, now=now)
    return _("You declined; the owner reads why.")


@deed
def withdraw(_request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """Take the offer back."""
    api.withdraw(viewer, ticket_id, channel=Channel.CONSOLE, now=now)
    return _("The offer is taken back.")
