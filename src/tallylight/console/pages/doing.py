"""What is done on a ticket's page about its tasks and links."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tallylight.accounts.api import Viewer
from tallylight.console.fields import Instant
from tallylight.console.pages.tickets import deed
from tallylight.support import api
from tallylight.support.api import Channel, Related


class NewTask(forms.Form):
    """What, who, until when."""

    title = forms.CharField(max_length=200)
    who = forms.UUIDField()
    due = Instant(required=False)


class NewLink(forms.Form):
    """How, and with which ticket (by its number) or incident."""

    how = forms.ChoiceField(choices=[(each.value, each.value) for each in Related])
    number = forms.CharField(max_length=24, required=False)
    incident = forms.UUIDField(required=False)


class Chosen(forms.Form):
    """One of the things on the page."""

    id = forms.UUIDField()


@deed
def add_task(request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """Give somebody something to do."""
    form = NewTask(request.POST)
    if not form.is_valid():
        messages.warning(
            request, _("Nothing changed: say what is to be done, by whom, and until when if that matters.")
        )
        return None
    kept = form.cleaned_data
    api.add_task(
        viewer, ticket_id, title=kept["title"], who=kept["who"], due_at=kept["due"], channel=Channel.CONSOLE, now=now
    )
    return _("The task is given.")


@deed
def do_task(request: HttpRequest, viewer: Viewer, _ticket_id: UUID, now: datetime) -> object:
    """It is done."""
    form = Chosen(request.POST)
    if not form.is_valid():
        return None
    api.do_task(viewer, form.cleaned_data["id"], channel=Channel.CONSOLE, now=now)
    return _("The task is done.")


@deed
def link(request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """Link it with a ticket or an incident."""
    form = NewLink(request.POST)
    kept = form.cleaned_data if form.is_valid() else {}
    other = api.by_number(viewer, kept["number"]) if kept.get("number") else None
    incident = None if kept.get("number") else kept.get("incident")
    if not other and not incident:
        messages.warning(request, _("Nothing changed: give the number of a ticket, such as T-00042, or an incident."))
        return None
    api.link(viewer, ticket_id, how=Related(kept["how"]), other=other, incident=incident, now=now)
    return _("They are linked.")


@deed
def unlink(request: HttpRequest, viewer: Viewer, ticket_id: UUID, _now: datetime) -> object:
    """Take a link away."""
    form = Chosen(request.POST)
    if not form.is_valid():
        return None
    api.unlink(viewer, ticket_id, form.cleaned_data["id"])
    return _("The link is gone.")
