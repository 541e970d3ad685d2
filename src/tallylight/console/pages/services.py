"""/admin/services: the provider's bots and telephone numbers, and where their services call us. Keys are entered once."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from tallylight.accounts.api import Role, Viewer, require
from tallylight.channels import api as channels
from tallylight.channels.api import HookAccountCard, HookAccountNew
from tallylight.console.doors import staff_only
from tallylight.console.shapes import Lead, Tone
from tallylight.kernel import clock
from tallylight.kernel.errors import NotFound

#: What each service calls the key, as its own pages do; such names are not translated.
KEY_NAMES = {
    "signing_secret": "Signing Secret",
    "secret_token": "secret_token (setWebhook)",
    "app_secret": "AppSecret",
    "token": "Token",
    "encoding_aes_key": "EncodingAESKey",
    "corp_id": "CorpID",
    "encrypt_key": "Encrypt Key",
    "verification_token": "Verification Token",
    "auth_token": "Auth Token",
    "secret": "HMAC secret",
}
SECRET = {"autocomplete": "off", "spellcheck": "false"}


class NewAccount(forms.Form):
    """An account with one service; its keys are fields of their own."""

    label = forms.CharField(label=gettext_lazy("What do you call it?"), max_length=100)
    name = forms.RegexField(
        r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
        label=gettext_lazy("Name in its address"),
        help_text=gettext_lazy("Small letters, digits and hyphens; the service calls /hooks/ and this name."),
    )

    def __init__(self, service: str, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.service = service
        for key in channels.SERVICES[service].KEYS:
            self.fields[f"key-{key}"] = forms.CharField(
                label=KEY_NAMES[key], max_length=500, widget=forms.PasswordInput(attrs=SECRET)
            )
        self.fields["reply"] = forms.CharField(
            label=gettext_lazy("How answers go back"),
            required=False,
            max_length=900,
            widget=forms.TextInput(attrs=SECRET),
            help_text=gettext_lazy(
                "An Apprise URL; {chat} stands for the chat in which somebody spoke. Empty: answers go by mail."
            ),
        )

    def account(self) -> HookAccountNew:
        """What was entered."""
        said = self.cleaned_data
        keys = {name.removeprefix("key-"): value for name, value in said.items() if name.startswith("key-")}
        return HookAccountNew(said["name"], self.service, said["label"], keys, said["reply"])


@staff_only
def services(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The accounts, and the services of which there may be one."""
    found = channels.hook_accounts(viewer)
    context = {
        "lead": _lead(found),
        "accounts": [(each, channels.SERVICE_TITLES[each.service]) for each in found],
        "services": list(channels.SERVICE_TITLES.items()),
        "may_keep": viewer.role in (Role.MANAGER, Role.ADMIN),
    }
    return render(request, "console/services.html", context)


@staff_only
def new_service(request: HttpRequest, viewer: Viewer, service: str) -> HttpResponse:
    """Add an account with that service. Raises RoleRequired unless a manager asks, NotFound."""
    require(viewer, Role.MANAGER)
    if service not in channels.SERVICES:
        raise NotFound
    form = NewAccount(service, request.POST) if request.method == "POST" else NewAccount(service)
    if request.method == "POST" and form.is_valid():
        try:
            made = channels.add_hook_account(viewer, form.account(), now=clock.now())
        except channels.HookAccountTaken as fault:
            form.add_error("name", _(fault.title) % fault.facts)
        except channels.HookAccountRefused as fault:
            form.add_error("reply", _(fault.advice))
        else:
            messages.success(request, _("Kept. Enter this address with the service: %(url)s") % {"url": made.url})
            return redirect("services")
    context = {"form": form, "title": channels.SERVICE_TITLES[service]}
    return render(request, "console/service_new.html", context, status=400 if form.errors else 200)


@require_POST
@staff_only
def remove_service(request: HttpRequest, viewer: Viewer, account_id: UUID) -> HttpResponse:
    """Believe its calls no more. Raises RoleRequired, HookAccountUnknown."""
    channels.remove_hook_account(viewer, account_id)
    messages.success(request, _("The account is removed. What it brought stays."))
    return redirect("services")


def _lead(found: list[HookAccountCard]) -> Lead:
    if not found:
        return Lead(Tone.INFO, _("No service calls us yet."))
    refused = [each for each in found if each.refused_at and (each.heard_at is None or each.refused_at > each.heard_at)]
    if refused:
        text = _("The last call for %(label)s was not believed.") % {"label": refused[0].label}
        return Lead(Tone.WARN, text, _("Compare its keys with those the service shows, and the clock of this machine."))
    text = ngettext("%(count)s service calls us.", "%(count)s services call us.", len(found)) % {"count": len(found)}
    return Lead(Tone.GOOD, text)
