"""Handing out a stranger's file: to be saved, never shown, whatever it says that it is."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def as_download(name: str, data: bytes) -> HttpResponse:
    """The file as an attachment of no particular type, so that no browser opens it as a page of ours."""
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name)  # noqa: FBT003 - as an attachment
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
