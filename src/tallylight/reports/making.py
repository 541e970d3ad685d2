"""Making editions: the first once the month is over, another whenever what it says changed, none where it did not.

An edition, its sheets and its mails are one transaction, and the database holds one edition of each number: whoever is killed
leaves nothing or everything, and of two who are at it at once one finds it made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from tallylight.accounts.api import organisation
from tallylight.reports import figures, mailing
from tallylight.reports.figures import Figures
from tallylight.reports.gathering import service_month
from tallylight.reports.models import Edition, Milestone, Passed, Sheet
from tallylight.reports.month import ServiceMonth
from tallylight.reports.parts.answer import answer
from tallylight.reports.saying import Saying
from tallylight.reports.text import LANGUAGES, Imprint, report_text, title
from tallylight.typeset.api import Language, to_fragment, to_pdf

log = structlog.get_logger(__name__)


def latest(organisation_id: UUID, month: str) -> Edition | None:
    """The last edition of a month's report."""
    return Edition.objects.filter(organisation_id=organisation_id, month=month).order_by("-number").first()


def bring_up_to_date(organisation_id: UUID, month: str, *, now: datetime, send: bool) -> Edition:
    """The edition that says what is known of a month: the last one where it still does, else a new one.

    A month that is sealed makes it final. With `send` it is mailed, once. Raises MonthNotOver, NothingPromised, NoSuchMonth,
    HistoryAway, OrganisationUnknown, FontsMissing.
    """
    found = service_month(organisation_id, month, now=now)
    last = latest(organisation_id, month)
    if last is not None and last.sha256 == figures.sha256(figures.figures(found)):
        return _confirm(last, found, now=now, send=send)
    try:
        return _make(found, last, now=now, send=send)
    except IntegrityError:
        made = latest(organisation_id, month)
        if made is None or (last is not None and made.number == last.number):
            raise
        # Somebody else was at it and was first, perhaps with what was known before.
        return bring_up_to_date(organisation_id, month, now=now, send=send)


@transaction.atomic
def _confirm(last: Edition, found: ServiceMonth, *, now: datetime, send: bool) -> Edition:
    """The last edition still says what is known."""
    if found.sealed:
        _pass(last, Milestone.FINAL, now=now)
    if send:
        _send(last, now=now)
    return last


def _make(found: ServiceMonth, last: Edition | None, *, now: datetime, send: bool) -> Edition:
    """The next edition. The sheets, which take their time, are set before the transaction begins."""
    number = last.number + 1 if last else 1
    before: Figures | None = json.loads(last.figures) if last else None
    report, counted = found.report, figures.figures(found)
    imprint = Imprint(number, now, mailing.page_of(organisation(report.organisation_id).slug, report.month), before)
    sheets = [_sheet(found, imprint, language) for language in LANGUAGES]
    with transaction.atomic():
        edition = Edition.objects.create(
            organisation_id=report.organisation_id,
            month=report.month,
            number=number,
            made_at=now,
            covers_until=report.until,
            figures=figures.canonical(counted),
            sha256=figures.sha256(counted),
        )
        Sheet.objects.bulk_create(_with_edition(sheets, edition))
        _confirm(edition, found, now=now, send=send)
    log.info("report made", organisation=str(report.organisation_id), month=report.month, number=number)
    return edition


def _sheet(found: ServiceMonth, imprint: Imprint, language: Language) -> Sheet:
    document, say = report_text(found, imprint, language), Saying.of(found, language)
    pdf = to_pdf(document)
    return Sheet(
        language=language,
        title=title(say),
        answer=answer(say),
        html=to_fragment(document),
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
    )


def _with_edition(sheets: Iterable[Sheet], edition: Edition) -> list[Sheet]:
    found = list(sheets)
    for sheet in found:
        sheet.edition = edition
    return found


def _send(edition: Edition, *, now: datetime) -> None:
    if _pass(edition, Milestone.SENT, now=now):
        mailing.send(edition, now=now)


def _pass(edition: Edition, milestone: Milestone, *, now: datetime) -> bool:
    """Note that an edition passed a milestone; whether it had not before."""
    row = Passed(edition=edition, milestone=milestone, at=now)
    Passed.objects.bulk_create([row], ignore_conflicts=True)
    return Passed.objects.filter(pk=row.pk).exists()
