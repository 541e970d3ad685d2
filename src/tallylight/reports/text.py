"""A month as a document in a language: the answer first, then everything behind it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tallylight.reports import figures
from tallylight.reports.figures import Figures
from tallylight.reports.month import ServiceMonth
from tallylight.reports.parts import answer, changes, closing, credits, objectives, support  # noqa: A004 - a part's name
from tallylight.reports.saying import Saying
from tallylight.typeset.api import Document, Fact, Language, Section

LANGUAGES: tuple[Language, ...] = ("en", "zh-Hans")


@dataclass(frozen=True, slots=True)
class Imprint:
    """Which edition this is, when it was made, where it is found, and the figures of the edition before."""

    number: int
    made_at: datetime
    page: str
    before: Figures | None = None


def report_text(month: ServiceMonth, imprint: Imprint, language: Language) -> Document:
    """The report of a month."""
    say, found = Saying.of(month, language), figures.figures(month)
    return Document(
        title=title(say),
        kind=say.words.gettext("Service report"),
        number=say.words.gettext("Edition %(number)s", number=say.words.number(imprint.number)),
        language=language,
        author=month.provider,
        dated=imprint.made_at,
        pin=Fact(say.words.gettext("SHA-256 of the figures"), figures.sha256(found)),
        sections=(
            answer.write(say),
            *_changes(say, imprint, found),
            objectives.write(say),
            support.write(say),
            credits.write(say),
            closing.exclusions(say),
            closing.contracts(say),
            closing.checking(say, imprint.page),
        ),
        facts=_facts(say, imprint),
    )


def title(say: Saying) -> str:
    """What the report is called."""
    return say.words.gettext("%(customer)s: service in %(month)s", customer=say.month.customer, month=say.month_name)


def _changes(say: Saying, imprint: Imprint, found: Figures) -> tuple[Section, ...]:
    if imprint.before is None:
        return ()
    return (changes.write(say, imprint.number - 1, imprint.before, found),)


def _facts(say: Saying, imprint: Imprint) -> tuple[Fact, ...]:
    gettext, report = say.words.gettext, say.month.report
    promised = (report.segments[0].start, report.segments[-1].end)
    return (
        Fact(gettext("Customer"), say.month.customer),
        Fact(gettext("Provider"), say.month.provider),
        Fact(gettext("Contract"), say.words.listed(dict.fromkeys(each.number for each in report.segments))),
        Fact(
            gettext("Time covered"),
            gettext(
                "%(first)s to %(last)s, in the time zone %(zone)s",
                first=say.day(promised[0]),
                last=say.last_day(promised[1]),
                zone=report.timezone,
            ),
        ),
        Fact(gettext("Made"), say.words.instant(imprint.made_at)),
        Fact(gettext("State when made"), gettext("final") if say.month.sealed else gettext("not final yet")),
    )
