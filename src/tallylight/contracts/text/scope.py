"""What the agreement covers."""

from __future__ import annotations

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Block, Clause, Section

KEY = "scope"


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that names services and regions."""
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "The Provider provides the following services to the Customer: %(services)s.",
                services=words.listed(agreement.services),
            )
        ),
        Clause(
            words.gettext(
                "The services are provided, measured and promised in the following regions: %(regions)s. Nothing is promised "
                "for any other region.",
                regions=words.listed(agreement.regions),
            )
        ),
    ]
    return Section(KEY, words.gettext("Scope"), tuple(blocks))
