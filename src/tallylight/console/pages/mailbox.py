"""/mailbox: the mail of a demo. What reads it is named by settings.MAILBOX_READER; without it there is no such page."""

from __future__ import annotations

from email.message import EmailMessage
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.http import content_disposition_header

from tallylight.accounts.api import Viewer
from tallylight.console.doors import staff_only
from tallylight.kernel.errors import NotFound

PER_PAGE = 50
KEPT = 1_000


class Reader(Protocol):
    """What a mailbox can be asked."""

    def messages(self, home: Path, limit: int) -> list[Any]: ...

    def message(self, home: Path, id: str) -> EmailMessage: ...  # noqa: A002 - the reader's name


@staff_only
def mailbox(request: HttpRequest, viewer: Viewer) -> HttpResponse:  # noqa: ARG001
    """What the demo's mail server accepted, the newest first."""
    page = Paginator(_reader().messages(settings.MAILBOX_HOME, KEPT), PER_PAGE).get_page(request.GET.get("page"))
    mails = [
        {
            "id": each.id,
            "at": parse_datetime(each.at),
            "recipients": each.recipients,
            "subject": each.subject,
        }
        for each in page.object_list
    ]
    return render(request, "console/mailbox.html", {"mails": mails, "page": page})


@staff_only
def mail(request: HttpRequest, viewer: Viewer, mail_id: UUID) -> HttpResponse:  # noqa: ARG001
    """One mail, as text, with the names of what it carries. Raises NotFound."""
    try:
        found = _reader().message(settings.MAILBOX_HOME, str(mail_id))
    except KeyError:
        raise NotFound from None
    body = found.get_body(preferencelist=("plain",))
    headers = [(name, str(found[name])) for name in ("From", "To", "Date", "Subject", "Message-ID") if found[name]]
    context = {
        "mail_id": mail_id,
        "subject": str(found["Subject"] or ""),
        "headers": headers,
        "text": cast("str", body.get_content()) if body else "",
        "enclosures": [
            {
                "name": part.get_filename() or part.get_content_type(),
                "octets": len(part.get_payload(decode=True) or b""),
            }
            for part in found.iter_attachments()
        ],
    }
    return render(request, "console/mail.html", context)


@staff_only
def enclosure(request: HttpRequest, viewer: Viewer, mail_id: UUID, place: int) -> HttpResponse:  # noqa: ARG001
    """A file that a mail carries, to be saved. Raises NotFound."""
    try:
        part = list(_reader().message(settings.MAILBOX_HOME, str(mail_id)).iter_attachments())[place]
    except (KeyError, IndexError):
        raise NotFound from None
    response = HttpResponse(part.get_payload(decode=True), content_type=part.get_content_type())
    response["Content-Disposition"] = content_disposition_header(True, part.get_filename() or "enclosure")  # noqa: FBT003
    return response


def _reader() -> Reader:
    if not settings.MAILBOX_READER:
        raise NotFound
    return cast("Reader", import_module(settings.MAILBOX_READER))
