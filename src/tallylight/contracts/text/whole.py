"""The whole text of an agreement: its parts in order, each with its number."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.text import (
    calendars,
    capacity,
    changes,
    credit,
    definitions,
    exclusions,
    fees,
    ladder,
    objectives,
    parties,
    payment,
    privacy,
    scope,
    severity,
    signatures,
    support,
    term,
    thresholds,
)
from tallylight.contracts.text.words import Words, words_for
from tallylight.typeset.api import Attachment, Document, Fact, Language, Section, section_numbers


class Part(NamedTuple):
    """One part of the text. `said` tells whether an agreement has anything for it to say."""

    key: str
    write: Callable[[Agreement, Words], Section]
    said: Callable[[Agreement], bool] = lambda _: True


PARTS = (
    Part(parties.KEY, parties.write),
    Part(definitions.KEY, definitions.write),
    Part(scope.KEY, scope.write),
    Part(support.KEY, support.write),
    Part(calendars.KEY, calendars.write),
    Part(severity.KEY, severity.write),
    Part(ladder.KEY, ladder.write),
    Part(thresholds.KEY, thresholds.write),
    Part(objectives.KEY, objectives.write),
    Part(exclusions.KEY, exclusions.write),
    Part(credit.KEY, credit.write),
    Part(capacity.KEY, capacity.write, capacity.said),
    Part(fees.KEY, fees.write),
    Part(payment.KEY, payment.write),
    Part(privacy.KEY, privacy.write, privacy.said),
    Part(term.KEY, term.write),
    Part(changes.KEY, changes.write),
)


def agreement_text(agreement: Agreement, language: Language, *, sha256: str, source: str) -> Document:
    """The text of `agreement`, pinned by `sha256`; `source` is the YAML it was read from and travels inside the PDF."""
    parts = [part for part in PARTS if part.said(agreement)]
    words = words_for(agreement, language, section_numbers(tuple((part.key, True) for part in parts)))
    return Document(
        title=words.said(agreement.title),
        kind=words.gettext("Service agreement"),
        number=agreement.number,
        language=language,
        author=agreement.provider.name,
        dated=agreement.effective_from,
        pin=Fact("SHA-256", sha256),
        sections=(*(part.write(agreement, words) for part in parts), signatures.write(agreement, words)),
        facts=parties.facts(agreement, words),
        contents=True,
        attachments=(_attached(agreement, source, words),),
    )


def _attached(agreement: Agreement, source: str, words: Words) -> Attachment:
    return Attachment(
        name=f"{agreement.number}.yaml",
        media_type="application/yaml",
        description=words.gettext("The source that this text was made from"),
        data=source.encode(),
    )
