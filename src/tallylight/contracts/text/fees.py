"""What is paid: fixed fees, fees by use, packages."""

from __future__ import annotations

from decimal import Decimal

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.commercial import Fees, Meter, Package, UsageFee, UsageMode, UsageTier
from tallylight.contracts.text.words import Words
from tallylight.kernel.errors import gettext_noop as _
from tallylight.typeset.api import Align, Block, Clause, Column, Section, Table

KEY = "fees"

METERS = {
    Meter.GIGABYTES: _("gigabytes delivered (one gigabyte is one thousand million bytes)"),
    Meter.MINUTES: _("minutes watched, added up over all viewers"),
    Meter.PEAK: _("viewers at once at the highest moment of the month"),
    Meter.MBPS_95: _(
        "megabits a second (one million bits) at the 95th percentile of the month’s five-minute mean rates: the five "
        "per cent of the five-minute periods with the highest rates are left out, and the highest rate that remains "
        "is charged"
    ),
}
MODES = {
    UsageMode.GRADUATED: _("Each part of the quantity is charged at the price of the tier it falls in."),
    UsageMode.VOLUME: _("The whole quantity is charged at the price of the tier that it reaches."),
}


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that names every price."""
    fees = agreement.fees
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "The Customer pays the following fixed fees for each calendar month. For a part of a month they are "
                "reduced to that part."
            )
        ),
        _fixed(fees, words),
    ]
    for usage in fees.usage:
        blocks += _usage(usage, fees.monthly.currency, words)
    if fees.packages:
        blocks += _packages(fees.packages, words)
    return Section(KEY, words.gettext("Fees"), tuple(blocks))


def _fixed(fees: Fees, words: Words) -> Table:
    every = words.gettext("the agreement as a whole")
    rows = [(words.gettext("Base fee"), every, words.money(fees.monthly))]
    rows += [(words.said(each.name), each.service or every, words.money(each.amount)) for each in fees.recurring]
    total = (words.gettext("Each month"), "", words.money(fees.every_month)) if fees.recurring else ()
    columns = (
        Column(words.gettext("Fixed fee"), width=1.6),
        Column(words.gettext("What it is for"), width=1.4),
        Column(words.gettext("Amount"), Align.END),
    )
    return Table(columns, tuple(rows), total=total)


def _usage(usage: UsageFee, currency: str, words: Words) -> list[Block]:
    return [
        Clause(
            words.gettext(
                "The quantity is counted in %(meter)s. %(included)s %(mode)s",
                meter=words.gettext(METERS[usage.meter]),
                included=_included(usage.included, words),
                mode=words.gettext(MODES[usage.mode]),
            ),
            lead=words.gettext("Fee by use “%(name)s”.", name=usage.name),
        ),
        Table(
            (
                Column(words.gettext("Quantity in a month, above what is included")),
                Column(words.gettext("Price for each unit"), Align.END),
            ),
            tuple(_tier(usage.tiers, place, currency, words) for place in range(len(usage.tiers))),
        ),
    ]


def _included(quantity: Decimal, words: Words) -> str:
    if not quantity:
        return words.gettext("Every unit is charged.")
    return words.gettext(
        "The first %(quantity)s units of a month are part of the fixed fees.", quantity=words.number(quantity)
    )


def _tier(tiers: tuple[UsageTier, ...], place: int, currency: str, words: Words) -> tuple[str, str]:
    tier = tiers[place]
    before = tiers[place - 1].up_to if place else None
    price = words.price(tier.price, currency)
    if tier.up_to is None:
        quantity = (
            words.gettext("above %(from)s", **{"from": words.number(before)}) if before else words.gettext("every unit")
        )
    elif before is None:
        quantity = words.gettext("up to %(to)s", to=words.number(tier.up_to))
    else:
        quantity = words.gettext(
            "above %(from)s, up to %(to)s", **{"from": words.number(before), "to": words.number(tier.up_to)}
        )
    return quantity, price


def _packages(packages: tuple[Package, ...], words: Words) -> list[Block]:
    return [
        Clause(
            words.gettext(
                "The Customer may buy the following packages ahead. A package is used up before anything is charged "
                "by use, and lapses at the end of its period, counted from the purchase."
            )
        ),
        Table(
            (
                Column(words.gettext("Package")),
                Column(words.gettext("Quantity"), width=2.2),
                Column(words.gettext("Price"), Align.END),
                Column(words.gettext("Lasts"), Align.END, width=1.2),
            ),
            tuple(
                (
                    each.name,
                    words.gettext(
                        "%(quantity)s %(meter)s",
                        quantity=words.number(each.quantity),
                        meter=words.gettext(METERS[each.meter]),
                    ),
                    words.money(each.price),
                    words.days(each.lasts_days),
                )
                for each in packages
            ),
        ),
    ]
