"""The door of the reports room: editions of monthly service reports, and making one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse

from tallylight.accounts.api import TenantQuerySet, Viewer
from tallylight.kernel.lazy import Lazy
from tallylight.reports import making
from tallylight.reports.due import due_months
from tallylight.reports.errors import MonthNotOver, NoSuchReport
from tallylight.reports.mailing import file_name, language_of
from tallylight.reports.models import Edition, Milestone, Sheet
from tallylight.typeset.api import Language

__all__ = [
    "EditionCard",
    "MonthNotOver",
    "NoSuchReport",
    "SheetCard",
    "as_pdf",
    "due_months",
    "edition",
    "editions",
    "editions_of",
    "language_of",
    "make",
    "sheet",
    "sheets_of",
]


@dataclass(frozen=True, slots=True)
class EditionCard:
    """An edition of a month's report. `final_at`: since when nothing that was measured can change; `sha256` pins its figures."""

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


@dataclass(frozen=True, slots=True)
class SheetCard:
    """An edition in one language. `html` is a part of a page that the typesetter wrote; `sha256` is that of the PDF."""

    language: Language
    title: str
    answer: str
    html: str
    pdf: bytes
    name: str
    sha256: str


def make(organisation_id: UUID, month: str, *, now: datetime, send: bool) -> EditionCard:
    """See `making.bring_up_to_date` for what it does and raises."""
    made = making.bring_up_to_date(organisation_id, month, now=now, send=send)
    return _card(_rows().get(id=made.id))


def as_pdf(sheet: SheetCard) -> HttpResponse:
    """A sheet as a browser shows it, under the name under which it is kept."""
    answer = HttpResponse(sheet.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{sheet.name}"'
    return answer


def editions(viewer: Viewer) -> Lazy[EditionCard]:
    """Every edition that the viewer may see, the latest month first."""
    return Lazy(_rows().visible_to(viewer), _card)


def editions_of(viewer: Viewer, organisation_id: UUID, month: str) -> list[EditionCard]:
    """The editions of one month, the latest first."""
    rows = _rows().visible_to(viewer).filter(organisation_id=organisation_id, month=month)
    return [_card(row) for row in rows.order_by("-number")]


def edition(viewer: Viewer, edition_id: UUID) -> EditionCard:
    """One edition. Raises NoSuchReport."""
    row = _rows().visible_to(viewer).filter(id=edition_id).first()
    if row is None:
        raise NoSuchReport
    return _card(row)


def sheet(viewer: Viewer, edition_id: UUID, language: Language) -> SheetCard:
    """An edition in a language. Raises NoSuchReport."""
    visible = Edition.objects.visible_to(viewer).filter(id=edition_id)
    row = _sheets().filter(edition__in=visible, language=language).first()
    if row is None:
        raise NoSuchReport
    return _sheet(row)


def sheets_of(edition_id: UUID) -> list[SheetCard]:
    """An edition in every language."""
    return [_sheet(row) for row in _sheets().filter(edition=edition_id).order_by("language")]


def _sheets() -> QuerySet[Sheet]:
    return Sheet.objects.select_related("edition__organisation")


def _sheet(row: Sheet) -> SheetCard:
    return SheetCard(
        language=cast(Language, row.language),
        title=row.title,
        answer=row.answer,
        html=row.html,
        pdf=bytes(row.pdf),
        name=file_name(row.edition.organisation.slug, row.edition, row.language),
        sha256=row.sha256,
    )


def _rows() -> TenantQuerySet[Edition]:
    return Edition.objects.select_related("organisation").prefetch_related("passed").defer("figures")


def _card(row: Edition) -> EditionCard:
    passed = {each.milestone: each.at for each in row.passed.all()}
    return EditionCard(
        id=row.id,
        organisation_id=row.organisation_id,
        customer=row.organisation.name,
        month=row.month,
        number=row.number,
        made_at=row.made_at,
        covers_until=row.covers_until,
        sent_at=passed.get(Milestone.SENT),
        final_at=passed.get(Milestone.FINAL),
        sha256=row.sha256,
    )
