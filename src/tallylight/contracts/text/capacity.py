"""How much there is, how fast it grows, what that costs, and how it becomes less."""

from __future__ import annotations

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.commercial import Capacity, EventBooking, FeeEffect
from tallylight.contracts.text.words import Words
from tallylight.kernel.errors import gettext_noop as _
from tallylight.typeset.api import Align, Block, Clause, Column, Section, Table

KEY = "capacity"

EFFECTS = {
    FeeEffect.AT_ONCE: _("The fees fall from the day on which the capacity is given back."),
    FeeEffect.NEXT_CYCLE: _("The fees fall from the first day of the month after the capacity is given back."),
    FeeEffect.END_OF_TERM: _("The fees fall from the first day of the next term."),
}
#: Prices are for so many viewers.
BUNDLE = 1_000


def said(agreement: Agreement) -> bool:
    """Whether anything is agreed on capacity."""
    return agreement.capacity is not None


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says how many viewers are served at once."""
    capacity = agreement.capacity
    assert capacity is not None  # noqa: S101 - `said` was asked
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "Capacity is counted in viewers who are served at once. The committed capacity of a region is "
                "available at any time and paid for by the fixed fees; above it, up to the burst capacity, viewers "
                "are served at the on-demand price."
            )
        ),
        _regions(capacity, words),
        Clause(
            words.gettext(
                "On the Customer’s order, or as soon as the need is measured, the Provider adds capacity up to the "
                "burst capacity; the first viewer is served by it within %(length)s.",
                length=words.duration(capacity.scale_out),
            )
        ),
        Clause(_prices(capacity, words)),
        Clause(
            words.gettext(
                "The Customer may give back committed capacity with a notice of %(notice)s. %(effect)s",
                notice=words.duration(capacity.scale_in_notice),
                effect=words.gettext(EFFECTS[capacity.scale_in_effect]),
            )
        ),
    ]
    if capacity.events is not None:
        blocks.append(_event(capacity.events, words))
    return Section(KEY, words.gettext("Capacity"), tuple(blocks))


def _regions(capacity: Capacity, words: Words) -> Table:
    return Table(
        (
            Column(words.gettext("Region")),
            Column(words.gettext("Committed (viewers at once)"), Align.END),
            Column(words.gettext("Burst (viewers at once)"), Align.END),
        ),
        tuple((each.region, words.number(each.committed), words.number(each.burst)) for each in capacity.regions),
    )


def _prices(capacity: Capacity, words: Words) -> str:
    facts = {"on_demand": words.money(capacity.on_demand), "bundle": words.number(BUNDLE)}
    if capacity.prepaid is None:
        return words.gettext("The on-demand price is %(on_demand)s for each %(bundle)s viewers and hour.", **facts)
    return words.gettext(
        "The on-demand price is %(on_demand)s for each %(bundle)s viewers and hour; capacity that is ordered and "
        "paid for ahead costs %(prepaid)s for each %(bundle)s viewers and hour.",
        prepaid=words.money(capacity.prepaid),
        **facts,
    )


def _event(event: EventBooking, words: Words) -> Clause:
    return Clause(
        words.gettext(
            "An event that the Customer announces at least %(notice)s ahead is served for up to %(most)s viewers at "
            "once, at %(price)s for each %(bundle)s viewers and hour.",
            notice=words.duration(event.notice),
            most=words.number(event.most),
            price=words.money(event.price),
            bundle=words.number(BUNDLE),
        )
    )
