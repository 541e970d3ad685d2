"""/admin/delivery: what is held back. Addresses to which nothing is sent, how fast destinations are written to, what waits."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from tallylight.accounts.api import Role, Viewer, require
from tallylight.console.doors import staff_only
from tallylight.console.shapes import Lead, Tone
from tallylight.kernel import clock
from tallylight.notify import api as notify

PER_PAGE = 50
REASONS = (
    ("manual", gettext_lazy("Somebody said so")),
    ("hard-bounce", gettext_lazy("Mail came back")),
    ("complaint", gettext_lazy("Complaint")),
)
CHANNELS = (
    ("mail", gettext_lazy("Mail")),
    ("im", gettext_lazy("Message or push")),
    ("sms", gettext_lazy("Text message")),
    ("phone", gettext_lazy("Phone")),
)
REASON_WORDS, CHANNEL_WORDS = dict(REASONS), dict(CHANNELS)


class NewSuppression(forms.Form):
    """An address to which nothing shall be sent."""

    address = forms.EmailField(label=gettext_lazy("Mail address"), max_length=320)
    reason = forms.ChoiceField(label=gettext_lazy("Why?"), choices=REASONS)
    evidence = forms.CharField(label=gettext_lazy("How do we know?"), max_length=4000)


class Lifting(forms.Form):
    """Why something is sent to an address again."""

    reason = forms.CharField(label=gettext_lazy("Why is it lifted?"), max_length=1000)


class NewLimit(forms.Form):
    """How fast a destination is written to."""

    channel = forms.ChoiceField(label=gettext_lazy("Kind"), choices=CHANNELS)
    destination = forms.CharField(
        label=gettext_lazy("Destination"),
        required=False,
        max_length=255,
        help_text=gettext_lazy("A mail domain, or a service's name; empty for all others of this kind."),
    )
    per_minute = forms.IntegerField(label=gettext_lazy("Messages a minute"), min_value=1, max_value=1_000_000)
    burst = forms.IntegerField(label=gettext_lazy("At once after a pause"), min_value=1, max_value=1_000_000)


@staff_only
def delivery(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """What is held back."""
    return _page(request, viewer)


@require_POST
@staff_only
def suppress(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Send nothing to an address any more."""
    form = NewSuppression(request.POST)
    if not form.is_valid():
        return _page(request, viewer, new=form)
    said = form.cleaned_data
    notify.suppress(said["address"], notify.Why(said["reason"]), said["evidence"], now=clock.now(), by=viewer)
    messages.success(request, _("Nothing is sent to this address any more."))
    return redirect("delivery")


@require_POST
@staff_only
def lift(request: HttpRequest, viewer: Viewer, suppression_id: UUID) -> HttpResponse:
    """Send to an address again, with a reason. Raises NotSuppressed."""
    form = Lifting(request.POST)
    if not form.is_valid():
        messages.error(request, _("Lifting needs a reason."))
        return redirect("delivery")
    notify.lift(viewer, suppression_id, form.cleaned_data["reason"], now=clock.now())
    messages.success(request, _("Messages go to this address again."))
    return redirect("delivery")


@require_POST
@staff_only
def set_limit(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Say how fast a destination is written to. Raises RoleRequired unless a manager asks."""
    require(viewer, Role.MANAGER)
    form = NewLimit(request.POST)
    if not form.is_valid():
        return _page(request, viewer, limit=form)
    notify.set_limit(viewer, **form.cleaned_data)
    messages.success(request, _("The limit holds from now on."))
    return redirect("delivery")


@require_POST
@staff_only
def remove_limit(request: HttpRequest, viewer: Viewer, limit_id: UUID) -> HttpResponse:
    """Let the usual pace hold again. Raises RoleRequired unless a manager asks, LimitUnknown."""
    require(viewer, Role.MANAGER)
    notify.remove_limit(viewer, limit_id)
    messages.success(request, _("The usual pace holds again."))
    return redirect("delivery")


def _page(
    request: HttpRequest, viewer: Viewer, *, new: NewSuppression | None = None, limit: NewLimit | None = None
) -> HttpResponse:
    query = request.GET.get("address", "")
    found = [(each, REASON_WORDS[each.reason.value]) for each in notify.suppressions(address=query)]
    context = {
        "lead": _lead(sum(each.lifted_at is None for each in notify.suppressions())),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "query": f"{urlencode({'address': query})}&" if query else "",
        "asked": query,
        "limits": [(each, CHANNEL_WORDS[each.channel]) for each in notify.limits()],
        "backlog": [(each, CHANNEL_WORDS.get(each.channel, each.channel)) for each in notify.waiting()],
        "new": new or NewSuppression(),
        "limit": limit or NewLimit(initial={"per_minute": 600, "burst": 100}),
        "may_limit": viewer.role in (Role.MANAGER, Role.ADMIN),
    }
    failed = any(form is not None for form in (new, limit))
    return render(request, "console/delivery.html", context, status=400 if failed else 200)


def _lead(number: int) -> Lead:
    if not number:
        return Lead(Tone.GOOD, _("Messages go to every address."))
    text = ngettext("Nothing is sent to %(count)s address.", "Nothing is sent to %(count)s addresses.", number)
    return Lead(Tone.WARN, text % {"count": number})
