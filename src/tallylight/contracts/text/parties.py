"""Who agrees with whom, on what text, from when."""

from __future__ import annotations

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Clause, Fact, Section

KEY = "parties"


def facts(agreement: Agreement, words: Words) -> tuple[Fact, ...]:
    """What stands at the head of the first page."""
    return (
        Fact(words.gettext("The Customer"), agreement.customer.name),
        Fact(words.gettext("The Provider"), agreement.provider.name),
        Fact(words.gettext("In force from"), words.instant(agreement.effective_from)),
    )


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that names the parties and says which text binds them."""
    return Section(
        KEY,
        words.gettext("The parties and this text"),
        (
            Clause(
                words.gettext(
                    "This agreement is made between %(customer)s (the “Customer”, in the Provider’s systems "
                    "“%(customer_id)s”) and %(provider)s (the “Provider”, in its own systems “%(provider_id)s”).",
                    customer=agreement.customer.name,
                    customer_id=agreement.customer.slug,
                    provider=agreement.provider.name,
                    provider_id=agreement.provider.slug,
                )
            ),
            Clause(
                words.gettext(
                    "This text is made from one source document, “%(title)s”, number %(number)s. The source is "
                    "attached to the PDF of this text, and the SHA-256 hash of its canonical form (RFC 8785) stands "
                    "on every page. The Provider’s systems measure, remind, call, count and credit by that same "
                    "source.",
                    title=words.said(agreement.title),
                    number=agreement.number,
                )
            ),
            Clause(
                words.gettext(
                    "The text exists in English and in Simplified Chinese. Both are made from the same source and "
                    "say the same; should they differ, the source decides."
                )
            ),
            Clause(
                words.gettext(
                    "Where this agreement names a day without an hour, the day begins at midnight in the time zone "
                    "%(zone)s. Letters to the Customer are written in %(language)s.",
                    zone=agreement.timezone,
                    language=_language(agreement.locale, words),
                )
            ),
        ),
    )


def _language(locale: str, words: Words) -> str:
    """A language in words; one that we don't write in as it is named."""
    known = {"en": words.gettext("English"), "zh-Hans": words.gettext("Simplified Chinese")}
    return known.get(locale, locale)
