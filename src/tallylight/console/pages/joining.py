"""What is done on a ticket's page to merge it, to undo that, and to split messages off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tallylight.accounts.api import Viewer
from tallylight.console.pages.tickets import Elsewhere, deed
from tallylight.support import api
from tallylight.support.api import Channel


class Into(forms.Form):
    """The other ticket by its number."""

    number = forms.RegexField(r"^\s*[Tt]-?\d{1,18}\s*$")


class Split(forms.Form):
    """Which messages, and what they are about."""

    title = forms.CharField(max_length=200)
    entries = forms.TypedMultipleChoiceField(coerce=UUID)

    def __init__(self, data: Mapping[str, Any], chosen: list[str]) -> None:
        super().__init__(data)
        self.fields["entries"].choices = [(each, each) for each in chosen if _is_id(each)]  # type: ignore[attr-defined]


@deed
def merge(request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """Its conversation goes on in the other ticket, whose page comes next."""
    form = Into(request.POST)
    other = api.by_number(viewer, form.cleaned_data["number"]) if form.is_valid() else None
    if other is None:
        messages.warning(request, _("Nothing changed: give the number of the other ticket, such as T-00042."))
        return None
    api.merge(viewer, ticket_id, other, channel=Channel.CONSOLE, now=now)
    return Elsewhere(other, _("Both are one conversation now. You can undo this for an hour, on the merged ticket."))


@deed
def unmerge(_request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """Two tickets again."""
    api.unmerge(viewer, ticket_id, channel=Channel.CONSOLE, now=now)
    return _("They are two tickets again, with the clocks that each would have had.")


@deed
def split(request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """The marked messages become a ticket, whose page comes next."""
    form = Split(request.POST, request.POST.getlist("entries"))
    if not form.is_valid():
        messages.warning(request, _("Nothing changed: mark messages and say what they are about."))
        return None
    chosen, title = form.cleaned_data["entries"], form.cleaned_data["title"]
    fresh = api.split(viewer, ticket_id, chosen, title=title, channel=Channel.CONSOLE, now=now)
    return Elsewhere(fresh, _("This is the new ticket; its clocks start with its first message."))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
