"""/account: language, time zone, tokens."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tallylight.accounts import api as accounts
from tallylight.accounts.api import Viewer
from tallylight.console.doors import signed_in
from tallylight.kernel import clock

LIFETIMES = ((30, _("30 days")), (90, _("90 days")), (365, _("1 year")), (0, _("Until it is revoked")))


class Preferences(forms.Form):
    """How the reader reads."""

    locale = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=[(zone, zone) for zone in sorted(available_timezones()) if zone != "localtime"]
    )


class NewToken(forms.Form):
    """A token to be made."""

    label = forms.CharField(label=_("What is it for?"), max_length=100)
    days = forms.TypedChoiceField(label=_("How long does it work?"), choices=LIFETIMES, coerce=int)


@signed_in
def account(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The reader's own page."""
    return _page(request, viewer)


@require_POST
@signed_in
def preferences(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Keep language and time zone; from now on the account's language counts in this browser too."""
    form = Preferences(request.POST)
    if not form.is_valid():
        return _page(request, viewer, preferences=form)
    accounts.set_preferences(viewer, **form.cleaned_data)
    response = redirect("account")
    response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    messages.success(request, _("Your settings are kept."))
    return response


@require_POST
@signed_in
def make_token(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make a token and show it this once."""
    form = NewToken(request.POST)
    if not form.is_valid():
        return _page(request, viewer, new_token=form)
    days = form.cleaned_data["days"]
    lifetime = timedelta(days=days) if days else None
    token = accounts.create_token(viewer.person_id, form.cleaned_data["label"], lifetime=lifetime)
    return _page(request, viewer, token=token)


@require_POST
@signed_in
def revoke_token(request: HttpRequest, viewer: Viewer, token_id: UUID) -> HttpResponse:
    """Make a token useless. Raises NotFound."""
    accounts.revoke_token(viewer, token_id, now=clock.now())
    messages.success(request, _("The token is revoked; it opens nothing any more."))
    return redirect("account")


def _page(
    request: HttpRequest,
    viewer: Viewer,
    *,
    preferences: Preferences | None = None,
    new_token: NewToken | None = None,
    token: str = "",
) -> HttpResponse:
    now = clock.now()
    context = {
        "preferences": preferences or Preferences(initial={"locale": viewer.locale, "timezone": viewer.timezone}),
        "new_token": new_token or NewToken(),
        "token": token,
        "tokens": [(each, each.alive(now)) for each in accounts.tokens_of(viewer)],
        "organisation": accounts.organisation(viewer.organisation_id),
    }
    response = render(request, "console/account.html", context)
    response["Cache-Control"] = "no-store"
    return response
