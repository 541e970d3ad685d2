"""What came with a ticket's words: files, and words of somebody whom nobody knows yet."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tallylight.accounts.api import Viewer
from tallylight.channels import api as channels
from tallylight.channels.api import PersonUnknown
from tallylight.console.doors import signed_in, staff_only
from tallylight.kernel import clock
from tallylight.support import api


@signed_in
def ticket_file(request: HttpRequest, viewer: Viewer, ticket_id: UUID, file_id: UUID) -> HttpResponse:  # noqa: ARG001
    """A file, to be saved. Raises NotFound for what the viewer may not read."""
    return channels.as_download(*api.ticket_file(viewer, ticket_id, file_id))


@require_POST
@staff_only
def confirm(request: HttpRequest, viewer: Viewer, ticket_id: UUID, entry_id: UUID) -> HttpResponse:
    """Say who wrote it. Raises NotFound, PersonUnknown."""
    try:
        person = UUID(request.POST.get("person", ""))
    except ValueError:
        raise PersonUnknown from None
    api.confirm_sender(viewer, ticket_id, entry_id, person, now=clock.now())
    messages.success(request, _("The address is known now; the words are the customer's."))
    return redirect("ticket", ticket_id)
