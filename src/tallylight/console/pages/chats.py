"""/account/chats: say who you are in a chat, by a code that is sent to the bot; and what is known as yours."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tallylight.accounts.api import Viewer
from tallylight.channels import api as channels
from tallylight.console.doors import signed_in
from tallylight.console.shapes import Lead, Tone
from tallylight.kernel import clock


@signed_in
def chats(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The reader's addresses, and the bots there are."""
    return _page(request, viewer)


@require_POST
@signed_in
def new_code(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make a code and show it, this once."""
    return _page(request, viewer, code=channels.new_code(viewer, now=clock.now()))


@require_POST
@signed_in
def unlink(request: HttpRequest, viewer: Viewer, address_id: UUID) -> HttpResponse:
    """Forget an address. Raises AddressUnknown."""
    channels.unlink(viewer, address_id)
    messages.success(request, _("The address is forgotten."))
    return redirect("chats")


def _page(request: HttpRequest, viewer: Viewer, *, code: str = "") -> HttpResponse:
    linked = channels.linked_to(viewer)
    text = ngettext("%(count)s address is known as yours.", "%(count)s addresses are known as yours.", len(linked))
    context = {
        "lead": Lead(Tone.INFO, text % {"count": len(linked)}, _("What you say there becomes part of your tickets.")),
        "linked": [(each, channels.SERVICE_TITLES.get(each.channel, each.channel)) for each in linked],
        "bots": channels.bots(),
        "code": code,
    }
    return render(request, "console/chats.html", context)
