"""Routes: monthly service reports, each edition as it was handed out."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, viewer_of
from tallylight.kernel.lazy import Lazy
from tallylight.reports import api
from tallylight.typeset.api import Language

router = Router()


class EditionOut(Schema):
    id: UUID
    organisation_id: UUID
    customer: str
    month: str
    number: int
    made_at: datetime
    covers_until: datetime
    sent_at: datetime | None
    final_at: datetime | None
    sha256: str


class ReportOut(EditionOut):
    title: str
    answer: str
    html: str
    pdf_sha256: str


@router.get("/reports", response=list[EditionOut], summary="Monthly service reports")
@paginate(Pages)
def list_reports(request: HttpRequest) -> Lazy[api.EditionCard]:
    """Every edition of every month, the latest month first. A month has more than one edition where it changed until it was
    sealed, or where slices were taken out of its count or its credit was claimed afterwards; `final_at` says since when nothing
    that was measured of it can change any more. An edition that was handed out stays as it was."""
    return api.editions(viewer_of(request))


@router.get("/reports/{report_id}", response=ReportOut, summary="A monthly service report")
def get_report(request: HttpRequest, report_id: UUID, lang: Literal["en", "zh-Hans"] = "en") -> object:
    """One edition in a language: the month in a few sentences, and the whole report as HTML."""
    viewer = viewer_of(request)
    card, sheet = api.edition(viewer, report_id), api.sheet(viewer, report_id, lang)
    told = {"title": sheet.title, "answer": sheet.answer, "html": sheet.html, "pdf_sha256": sheet.sha256}
    return {**{name: getattr(card, name) for name in EditionOut.model_fields}, **told}


@router.get("/reports/{report_id}/pdf", response={200: bytes}, summary="A monthly service report as PDF")
def get_pdf(request: HttpRequest, report_id: UUID, lang: Literal["en", "zh-Hans"] = "en") -> HttpResponse:
    """The file that was sent, byte for byte."""
    language: Language = lang
    return api.as_pdf(api.sheet(viewer_of(request), report_id, language))
