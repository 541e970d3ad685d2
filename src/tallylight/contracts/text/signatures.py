"""Where both sides sign."""

from __future__ import annotations

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Fact, Paragraph, Section, Signatory, Signatures

KEY = "signatures"


def write(agreement: Agreement, words: Words) -> Section:
    """The signature block; it is kept on one page."""
    return Section(
        KEY,
        words.gettext("Signatures"),
        (
            Paragraph(
                words.gettext(
                    "The parties sign the text that bears the hash at the foot of this page. Acceptance by both "
                    "sides in the Provider’s console, with the same hash, has the same effect as the signatures "
                    "below."
                )
            ),
            Signatures(
                (
                    _side(words.gettext("The Customer"), agreement.customer.name, words),
                    _side(words.gettext("The Provider"), agreement.provider.name, words),
                )
            ),
        ),
        numbered=False,
    )


def _side(role: str, name: str, words: Words) -> Signatory:
    lines = (words.gettext("Full name"), words.gettext("Position"), words.gettext("Signature"), words.gettext("Date"))
    return Signatory(role, name, tuple(Fact(line, "") for line in lines))
