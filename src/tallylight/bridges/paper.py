"""A customer's copy of a report as a document in a language. Pure but for the active language, which it sets."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from tallylight.bridges.states import PART_NAMES, Part
from tallylight.typeset.api import (
    Block,
    Column,
    Document,
    Fact,
    Language,
    Paragraph,
    Section,
    Table,
)

LANGUAGE_CODES: dict[Language, str] = {"en": "en", "zh-Hans": "zh-hans"}


@dataclass(frozen=True, slots=True)
class ReportAction:
    """What will be done, who does it, by when."""

    text: str
    owner: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Report:
    """A published report as one customer reads it in one language."""

    incident: str
    headline: str
    ticket: str
    customer: str
    provider: str
    published_at: datetime
    parts: dict[Part, str]
    own_impact: str
    actions: tuple[ReportAction, ...]


def document(report: Report, language: Language) -> Document:
    """The report, part by part."""
    with translation.override(LANGUAGE_CODES[language]):
        return Document(
            title=report.headline,
            kind=_("Report on an incident"),
            number=report.incident,
            language=language,
            author=report.provider,
            dated=report.published_at,
            pin=Fact(_("SHA-256 of the text"), _sha256(report)),
            sections=(*(_section(part, report) for part in Part), _actions(report)),
            facts=(
                Fact(_("Customer"), report.customer),
                Fact(_("Ticket"), report.ticket),
                Fact(_("Published"), f"{report.published_at:%Y-%m-%d %H:%M} UTC"),
            ),
        )


def _section(part: Part, report: Report) -> Section:
    lines = [each.strip() for each in report.parts[part].splitlines() if each.strip()]
    own = [report.own_impact] if part is Part.IMPACT and report.own_impact else []
    return Section(part.value, _(PART_NAMES[part]), tuple(Paragraph(each) for each in [*lines, *own]))


def _actions(report: Report) -> Section:
    columns = (Column(_("What"), width=3), Column(_("Who")), Column(_("By when")))
    rows = tuple((each.text, each.owner, each.due_on.isoformat() if each.due_on else "–") for each in report.actions)
    none: tuple[Block, ...] = (Paragraph(_("Nothing further is to be done.")),)
    return Section("actions", _("What we will do"), (Table(columns, rows),) if rows else none)


def _sha256(report: Report) -> str:
    said = [report.parts[part] for part in Part] + [report.own_impact] + [each.text for each in report.actions]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
