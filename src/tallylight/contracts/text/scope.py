"""What the agreement covers, what costs extra, what it leaves out, and who does what."""

from __future__ import annotations

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.commercial import Scope, Side
from tallylight.contracts.text.words import Words
from tallylight.typeset.api import Align, Block, Clause, Column, Section, Table

KEY = "scope"


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that draws the boundary of the service."""
    scope = agreement.scope
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "The Provider provides the following services to the Customer: %(services)s.",
                services=words.listed(agreement.services),
            )
        ),
        Clause(
            words.gettext(
                "The services are provided, measured and promised in the following regions: %(regions)s. Nothing is "
                "promised for any other region.",
                regions=words.listed(agreement.regions),
            )
        ),
    ]
    if scope.included:
        blocks.append(
            Clause(
                words.gettext("The fees of this agreement include, without further charge:"),
                items=tuple(map(words.said, scope.included)),
            )
        )
    if scope.extra:
        blocks += _extra(scope, words)
    if scope.excluded:
        blocks.append(
            Clause(
                words.gettext("The following is not part of this agreement:"),
                items=tuple(map(words.said, scope.excluded)),
            )
        )
    blocks += _duties(scope, words)
    return Section(KEY, words.gettext("Scope and boundary"), tuple(blocks))


def _extra(scope: Scope, words: Words) -> list[Block]:
    return [
        Clause(
            words.gettext(
                "The following is done only when the Customer orders it in writing, and is charged in addition at "
                "these fees."
            )
        ),
        Table(
            (
                Column(words.gettext("Extra service"), width=3),
                Column(words.gettext("Fee"), Align.END),
                Column(words.gettext("Charged per")),
            ),
            tuple((words.said(each.name), words.money(each.fee), _per(each.per, words)) for each in scope.extra),
        ),
    ]


def _per(per: str, words: Words) -> str:
    """What one fee buys; a measure of the parties' own as it is written."""
    known = {
        "hour": words.gettext("hour begun"),
        "day": words.gettext("day begun"),
        "event": words.gettext("event held"),
        "month": words.gettext("month begun"),
        "request": words.gettext("request made"),
    }
    return known.get(per, per)


def _duties(scope: Scope, words: Words) -> list[Block]:
    heads = {
        Side.PROVIDER: words.gettext("The Provider undertakes the following:"),
        Side.CUSTOMER: words.gettext("The Customer undertakes the following:"),
    }
    found: list[Block] = []
    for side, head in heads.items():
        duties = tuple(words.said(each.what) for each in scope.duties if each.side is side)
        if duties:
            found.append(Clause(head, items=duties))
    return found
