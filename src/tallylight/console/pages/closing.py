"""Closing a ticket with its cause, saying how it went (on the ticket, or by the link of a mail), and how the desk works."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tallylight.accounts.api import Role, Viewer
from tallylight.console.closings import cause_choices, score_choices
from tallylight.console.doors import staff_only
from tallylight.console.pages.tickets import deed
from tallylight.kernel import clock
from tallylight.support import api
from tallylight.support.api import Cause, Channel

WORDS = 2000


class Closing(forms.Form):
    """What it was in the end."""

    cause = forms.ChoiceField(choices=cause_choices)
    words = forms.CharField(max_length=WORDS, required=False)
    despite_tasks = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        cause = found.get("cause")
        if cause and api.needs_words(Cause(cause)) and not found.get("words"):
            raise forms.ValidationError(_("Say in a sentence what it was."))
        return found


class Answer(forms.Form):
    """How it went."""

    score = forms.TypedChoiceField(
        label=_("How did it go?"), choices=score_choices, coerce=int, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("Anything you want to add?"),
        max_length=WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class Rules(forms.Form):
    """How the desk works."""

    reopen_days = forms.IntegerField(
        label=_("Days in which a customer's reply opens a ticket again"),
        min_value=0,
        max_value=365,
        help_text=_("Counted from its resolution. A later reply opens a new ticket that names the old one."),
    )


@deed
def close(request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """Put it away with its cause."""
    form = Closing(request.POST)
    if not form.is_valid():
        messages.warning(request, _("It is not closed yet: choose a cause; if it was something else, say what."))
        return None
    kept = {**form.cleaned_data, "cause": Cause(form.cleaned_data["cause"])}
    try:
        api.close(viewer, ticket_id, **kept, channel=Channel.CONSOLE, now=now)
    except api.TasksOpen:
        messages.warning(
            request, _("It is not closed yet: tasks are open. Do them, or mark that it is closed with them.")
        )
        return None
    return _("The ticket is closed.")


@deed
def satisfaction(request: HttpRequest, viewer: Viewer, ticket_id: UUID, now: datetime) -> object:
    """The customer says how it went, on the ticket's page."""
    form = Answer(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Nothing is kept yet: choose from 1 to 5, with at most 2,000 characters."))
        return None
    api.answer(viewer, ticket_id, **form.cleaned_data, now=now)
    return _("Thank you. You can change your answer for 7 days.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def satisfaction_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Public: the token says who. In the language of whom it was sent to. Raises LinkRefused, LinkExpired, AnswerStands."""
    now = clock.now()
    asked = api.asked_by(token, now=now)
    with translation.override(asked.person.locale):
        form = Answer(request.POST) if request.method == "POST" else Answer(initial=_so_far(asked))
        done = form.is_bound and form.is_valid()
        if done:
            asked = api.answer_by_link(token, **form.cleaned_data, now=now)
        context = {"asked": asked, "form": form, "done": done, "open": now <= asked.card.open_until}
        return render(request, "console/satisfaction.html", context, status=400 if form.errors else 200)


@staff_only
def rules(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Everybody at the desk reads them, managers keep them."""
    form = Rules(request.POST or None, initial={"reopen_days": api.reopen_days(viewer)})
    if request.method == "POST" and form.is_valid():
        api.set_reopen_days(viewer, form.cleaned_data["reopen_days"])
        messages.success(request, _("It is kept and holds from now on."))
        return redirect("desk-rules")
    manages = viewer.role in (Role.MANAGER, Role.ADMIN)
    return render(request, "console/desk_rules.html", {"form": form, "manages": manages})


def _so_far(asked: api.Asked) -> dict[str, object]:
    return {"score": asked.card.score, "words": asked.card.words}
