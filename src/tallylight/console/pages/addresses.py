"""/account/addresses: how the reader is reached, in which order, when nothing may ring, and a test of each way."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tallylight.accounts.api import Viewer, audit, person, require_staff
from tallylight.console.doors import signed_in
from tallylight.console.shapes import Lead, Tone
from tallylight.kernel import clock
from tallylight.notify import api as notify

FURTHER = (
    ("im", gettext_lazy("Message or push")),
    ("sms", gettext_lazy("Text message")),
    ("phone", gettext_lazy("Phone")),
)


class NewAddress(forms.Form):
    """A further address to be remembered."""

    channel = forms.ChoiceField(label=gettext_lazy("Kind"), choices=FURTHER)
    label = forms.CharField(label=gettext_lazy("What do you call it?"), max_length=100)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=1000,
        help_text=gettext_lazy("An Apprise URL, such as ntfys://host/topic. It is never shown again."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class QuietHours(forms.Form):
    """When nothing may ring."""

    start = forms.TimeField(
        label=gettext_lazy("From"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    end = forms.TimeField(
        label=gettext_lazy("Until"), required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )


@signed_in
def addresses(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The reader's ways, and what became of the latest tests."""
    return _page(request, viewer)


@require_POST
@signed_in
def add(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Remember a further address. Raises RoleRequired: only staff is told by other ways than mail."""
    require_staff(viewer)
    form = NewAddress(request.POST)
    if not form.is_valid():
        return _page(request, viewer, new=form)
    try:
        made = notify.add_endpoint(viewer.person_id, **form.cleaned_data, now=clock.now())
    except notify.EndpointRefused as fault:
        form.add_error("url", _(fault.title))
        return _page(request, viewer, new=form)
    audit(viewer, "endpoint.added", str(made.id), channel=made.channel, service=made.service)
    messages.success(request, _("The address is kept. Send a test to see whether it works."))
    return redirect("addresses")


@require_POST
@signed_in
def remove(request: HttpRequest, viewer: Viewer, endpoint_id: UUID) -> HttpResponse:
    """Forget a further address. Raises EndpointUnknown."""
    notify.remove_endpoint(viewer.person_id, endpoint_id)
    audit(viewer, "endpoint.removed", str(endpoint_id))
    messages.success(request, _("The address is forgotten."))
    return redirect("addresses")


@require_POST
@signed_in
def earlier(request: HttpRequest, viewer: Viewer, way: str) -> HttpResponse:
    """Try a way before the one that was tried before it. Raises EndpointUnknown."""
    order = [each.id for each in notify.preferences(viewer.person_id).ways]
    if way not in order:
        raise notify.EndpointUnknown
    place = order.index(way)
    if place:
        order[place - 1 : place + 1] = [way, order[place - 1]]
        notify.set_order(viewer.person_id, order)
        audit(viewer, "reach.set", str(viewer.person_id))
        messages.success(request, _("The order is kept."))
    return redirect("addresses")


@require_POST
@signed_in
def quiet_hours(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Keep quiet hours, or none."""
    form = QuietHours(request.POST)
    if not form.is_valid():
        return _page(request, viewer, quiet=form)
    try:
        notify.set_quiet_hours(viewer.person_id, form.cleaned_data["start"], form.cleaned_data["end"])
    except notify.QuietHoursRefused as fault:
        form.add_error("end", _(fault.title))
        return _page(request, viewer, quiet=form)
    audit(viewer, "reach.set", str(viewer.person_id))
    messages.success(request, _("Your quiet hours are kept."))
    return redirect("addresses")


@require_POST
@signed_in
def test(request: HttpRequest, viewer: Viewer, way: str) -> HttpResponse:
    """Send a test message by one way. Raises EndpointUnknown, TooManyTrials."""
    notify.send_trial(viewer, way, now=clock.now())
    messages.success(request, _("The test is on its way; what becomes of it stands below."))
    return redirect("addresses")


def _page(
    request: HttpRequest, viewer: Viewer, *, new: NewAddress | None = None, quiet: QuietHours | None = None
) -> HttpResponse:
    kept = notify.preferences(viewer.person_id)
    trials = notify.trials(viewer.person_id)
    card = person(viewer.person_id)
    email = card.email if card else ""
    suppressed = notify.suppressed([email]).get(email, "")
    labels = {each.id: each.label for each in kept.ways}
    context = {
        "lead": _lead(kept, suppressed),
        "email": email,
        "suppressed": suppressed,
        "ways": kept.ways,
        "labels": labels,
        "trials": trials,
        "running": any(each.accepted_at is None and each.failed_at is None for each in trials),
        "new": new or NewAddress(),
        "quiet": quiet or QuietHours(initial={"start": kept.quiet_from, "end": kept.quiet_until}),
    }
    failed = any(form is not None for form in (new, quiet))
    return render(request, "console/addresses.html", context, status=400 if failed else 200)


def _lead(kept: notify.Preferences, suppressed: str) -> Lead:
    if suppressed:
        return Lead(Tone.BAD, _("Nothing is sent to your mail address; ask an administrator to lift that."))
    first = kept.ways[0]
    text = _("You are reached by mail first.") if first.id == notify.MAIL else _("You are reached by %(way)s first.")
    more = ""
    if kept.quiet_from and kept.quiet_until:
        more = _("Between %(start)s and %(end)s only what is major rings; the rest comes by mail.")
        more %= {"start": f"{kept.quiet_from:%H:%M}", "end": f"{kept.quiet_until:%H:%M}"}
    return Lead(Tone.INFO, text % {"way": first.label}, more)
