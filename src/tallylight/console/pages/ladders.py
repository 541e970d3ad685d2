"""What is done on a ticket's page with its ladder: a step by hand, and the customer's wish for escalation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tallylight.accounts.api import Viewer
from tallylight.console.pages.hand_overs import Reason
from tallylight.console.pages.tickets import deed
from tallylight.support import api
from tallylight.support.api import Channel, Deed


class Step(Reason):
    """What to do with which step, and why: `jump:2`, `repeat:0`, or `skip`."""

    deed = forms.RegexField(r"^(skip|(jump|repeat):\d{1,3})$")


@deed
def take_step(request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """By hand, with a reason."""
    form = Step(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Nothing changed: choose a step, and say why in a sentence."))
        return None
    what, _colon, step = form.cleaned_data["deed"].partition(":")
    number = int(step) if step else None
    api.take_step(viewer, ticket_id, Deed(what), step=number, reason=form.cleaned_data["reason"], now=now)
    return _("The ladder was changed; the story says by whom and why.")


@deed
def ask_for_more(request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """The customer wants somebody above."""
    form = Reason(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Nothing was sent: say in a sentence why, at most 2,000 characters."))
        return None
    api.ask_for_more(viewer, ticket_id, form.cleaned_data["reason"], channel=Channel.CONSOLE, now=now)
    return _("It was brought to the next person of the ladder; you read here who has it.")
