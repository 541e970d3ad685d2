"""Customers' copies of published reports: read on a page, handed out as a mail with a file, noted on their tickets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation

from tallylight.accounts import api as accounts
from tallylight.accounts.api import OrganisationKind, PersonCard, Viewer
from tallylight.bridges.about import About, about
from tallylight.bridges.lines import in_language
from tallylight.bridges.models import Copy, Review
from tallylight.bridges.paper import LANGUAGE_CODES, Report, ReportAction, document
from tallylight.bridges.states import Part
from tallylight.kernel.lazy import Lazy
from tallylight.notify import api as notify
from tallylight.support import api as support
from tallylight.typeset import api as typeset
from tallylight.typeset.api import Document, Language


@dataclass(frozen=True, slots=True)
class CopyCard:
    """A customer's copy of a report; `ticket` is on whose page it is found, `number` what people call that."""

    id: UUID
    organisation_id: UUID
    ticket: UUID
    number: str
    published_at: datetime


def copies(viewer: Viewer) -> Lazy[CopyCard]:
    """The copies a viewer may read, the latest first; a customer its own."""
    rows = Copy.objects.visible_to(viewer).order_by("-published_at", "-id")
    return Lazy(rows, _card)


def copy_card(viewer: Viewer, copy_id: UUID) -> CopyCard:
    """One copy in a list's words. Raises NotFound like `copy`."""
    return _card(Copy.objects.get_visible(viewer, copy_id))


def copy_of_ticket(viewer: Viewer, ticket_id: UUID) -> UUID | None:
    """The copy that belongs to a ticket, if the viewer may read one."""
    row = Copy.objects.visible_to(viewer).filter(ticket=ticket_id).first()
    return row.pk if row else None


def copy(viewer: Viewer, copy_id: UUID, language: Language) -> Document:
    """One copy as a document. Raises NotFound if there is none or it is another customer's."""
    found: Copy = Copy.objects.get_visible(viewer, copy_id)
    return _document(found, about(found.review.bridge), language)


def language_of(code: str) -> Language:
    """The documents' language for a reader's language code."""
    return "zh-Hans" if code.lower().startswith("zh") else "en"


def hand_out(review_id: UUID, *, now: datetime) -> None:
    """Mail every customer its copy and note it on its ticket, one transaction each. Harmless when repeated."""
    review = Review.objects.select_related("bridge").get(pk=review_id)
    matter = about(review.bridge)
    for row in review.copies.order_by("id"):
        _hand_out_one(row, matter, now=now)


@transaction.atomic
def _hand_out_one(row: Copy, matter: About, *, now: datetime) -> None:
    support.note_report(row.ticket, path=f"/reviews/{row.pk}", now=now)
    files: dict[Language, bytes] = {}
    for person in accounts.members_of(row.organisation_id):
        language = language_of(person.locale)
        if language not in files:
            files[language] = typeset.written(_document(row, matter, language), "pdf")
        _mail(row, matter, person, files[language], now=now)


def _mail(row: Copy, matter: About, person: PersonCard, pdf: bytes, *, now: datetime) -> None:
    to = notify.Recipient(person.email, person.locale, person.timezone, person.name, person.id)
    with translation.override(person.locale):
        headline = matter.headline()
    content = notify.compose(
        "bridges/mail/published.txt",
        to,
        number=row.number,
        headline=headline,
        page=f"{settings.PUBLIC_URL}/reviews/{row.pk}",
    )
    file = notify.Enclosure(f"{matter.number}-{person.locale}.pdf", "application/pdf", pdf)
    key = f"bridge:{matter.number}:published:{row.pk}:{person.id}"
    notify.send(key, to=to, content=replace(content, enclosures=(file,)), now=now, about=row.ticket)


def _document(row: Copy, matter: About, language: Language) -> Document:
    code, review = LANGUAGE_CODES[language], row.review
    with translation.override(code):
        report = Report(
            incident=matter.number,
            headline=matter.headline(),
            ticket=row.number,
            customer=accounts.organisation(row.organisation_id).name,
            provider=_provider(),
            published_at=row.published_at,
            parts={part: review.texts[code][part.value] for part in Part},
            own_impact=in_language(row.impact),
            actions=tuple(
                ReportAction(in_language(each.texts), each.owner.name, each.due_on)
                for each in review.actions.select_related("owner").order_by("place")
            ),
        )
    return document(report, language)


def _provider() -> str:
    return next((each.name for each in accounts.organisations(OrganisationKind.PROVIDER)), "Tallylight")


def _card(row: Copy) -> CopyCard:
    return CopyCard(row.pk, row.organisation_id, row.ticket, row.number, row.published_at)
