"""Sending a report: to the customer's people and to whom the customer knows as its manager, each in their own language."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from tallylight.accounts import api as accounts
from tallylight.accounts.api import PersonCard, Role
from tallylight.contracts import api as contracts
from tallylight.notify import api as notify
from tallylight.notify.api import Enclosure, Recipient
from tallylight.reports.models import Edition, Milestone, Passed, Sheet


def send(edition: Edition, *, now: datetime) -> None:
    """Write the mails into the outbox, in the caller's transaction; repeated it changes nothing."""
    sheets = {sheet.language: sheet for sheet in edition.sheets.all()}
    customer = accounts.organisation(edition.organisation_id)
    for person in readers(edition, now=now):
        sheet = sheets[language_of(person.locale)]
        to = Recipient(person.email, person.locale, person.timezone, person.name, person.id)
        content = notify.compose("reports/mail/report.txt", to, **_facts(customer.slug, edition, sheet))
        enclosed = Enclosure(file_name(customer.slug, edition, sheet.language), "application/pdf", bytes(sheet.pdf))
        notify.send(
            f"report:{edition.id}:{person.id}",
            to=to,
            content=notify.Text(content.subject, content.text, content.html, (enclosed,)),
            now=now,
            about=edition.id,
        )


def readers(edition: Edition, *, now: datetime) -> list[PersonCard]:
    """The customer's people, and those of the provider's staff whom its contract names; its managers where it names none."""
    agreement = contracts.in_force(edition.organisation_id, now)
    named = {contact.reach for level in agreement.support for contact in level.contacts} if agreement else set()
    known = [person for person in accounts.staff() if person.email in named]
    found = [*accounts.members_of(edition.organisation_id), *(known or accounts.staff_with_role(Role.MANAGER))]
    return list({person.id: person for person in found}.values())


def language_of(locale: str) -> str:
    """The language of the sheet that a reader gets."""
    return "zh-Hans" if locale.lower().startswith("zh") else "en"


def file_name(slug: str, edition: Edition, language: str) -> str:
    """What a sheet's file is called."""
    return f"service-report-{slug}-{edition.month}-edition-{edition.number}.{language}.pdf"


def page_of(slug: str, month: str) -> str:
    """Where a customer's report is found; the staff is led to the same customer."""
    return f"{settings.PUBLIC_URL}/service/report?customer={slug}&month={month}"


def _facts(slug: str, edition: Edition, sheet: Sheet) -> dict[str, object]:
    return {
        "title": sheet.title,
        "answer": sheet.answer,
        "number": edition.number,
        "before": edition.number - 1,
        "final": edition.passed.filter(milestone=Milestone.FINAL).exists(),
        "reopened": _was_final(edition, edition.number - 1),
        "page": page_of(slug, edition.month),
    }


def _was_final(edition: Edition, number: int) -> bool:
    """Whether the edition of that number of the same month was final."""
    before = {"edition__organisation": edition.organisation_id, "edition__month": edition.month}
    return Passed.objects.filter(**before, edition__number=number, milestone=Milestone.FINAL).exists()
