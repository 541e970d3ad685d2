"""What a broken promise earns, how it is computed and how it is paid."""

from __future__ import annotations

from decimal import Decimal

from tallylight.contracts.agreement import (
    Agreement,
    Combine,
    CreditBase,
    CreditForm,
    CreditTable,
    MissCredit,
    Promised,
    Rounding,
    Tier,
)
from tallylight.contracts.text import fees, names, objectives, support
from tallylight.contracts.text.words import Words
from tallylight.kernel.errors import gettext_noop as _
from tallylight.kernel.money import Money
from tallylight.typeset.api import Align, Block, Clause, Column, Section, Table

KEY = "credits"

CLOCKS = {
    Promised.RESPONSE: _("response"),
    Promised.UPDATE: _("update"),
    Promised.MITIGATION: _("mitigation"),
    Promised.RESOLUTION: _("resolution"),
}
ROUNDINGS = {
    Rounding.HALF_EVEN: _(
        "The amount is rounded once, at the end, to the smallest unit of the currency; exactly half a unit goes to "
        "the even one."
    ),
    Rounding.HALF_UP: _(
        "The amount is rounded once, at the end, to the smallest unit of the currency; exactly half a unit is "
        "rounded up."
    ),
    Rounding.DOWN: _("The amount is rounded down once, at the end, to the smallest unit of the currency."),
    Rounding.UP: _("The amount is rounded up once, at the end, to the smallest unit of the currency."),
}
COMBINED = {
    Combine.WORST: _("Where several objectives earn a credit on the same base, only the largest percentage counts."),
    Combine.SUM: _("Where several objectives earn a credit on the same base, their percentages are added up."),
}
PAID = {
    CreditForm.CREDIT: _(
        "A credit is deducted from the next invoice; what exceeds it is carried over to the invoices after."
    ),
    CreditForm.REFUND: _("A credit is paid back to the Customer by the means by which the Customer pays."),
}


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says what is owed for a broken promise."""
    table = agreement.credit
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "For each calendar month in which the Provider misses a promise, the Customer earns a service credit "
                "as computed here. %(base)s",
                base=_base(table, words),
            )
        ),
        *_tiers(agreement, words),
        *_outage(table, words),
        Clause(words.gettext(COMBINED[table.combine])),
        Clause(
            words.gettext(
                "The percentages that objectives earn on a base are together at most %(cap)s.",
                cap=words.percent(table.cap),
            )
        ),
        Clause(
            words.gettext(
                "Where this version of the agreement applies to a part of the month only, the base of an objective "
                "is reduced to that part, minute by minute."
            )
        ),
        *_misses(table, words),
        _rounding(table, words),
        Clause(_claim(table, words)),
        Clause(words.gettext(PAID[table.pays])),
        Clause(
            words.gettext(
                "With every month’s report the Provider states each credit with the slices, the exclusions and the "
                "steps of the computation, so that the Customer can compute it again."
            )
        ),
    ]
    return Section(KEY, words.gettext("Service credits"), tuple(blocks))


def _base(table: CreditTable, words: Words) -> str:
    if table.base is CreditBase.MONTHLY_FEES:
        return words.gettext(
            "The base of an objective’s credit is the sum of the fixed fees of that month (%(fees)s).",
            fees=words.clause(fees.KEY),
        )
    return words.gettext(
        "The base of an objective’s credit is the sum of the fixed fees of that month for the objective’s own "
        "service (%(fees)s).",
        fees=words.clause(fees.KEY),
    )


def _tiers(agreement: Agreement, words: Words) -> list[Block]:
    table, own = agreement.credit, [each for each in agreement.objectives if each.tiers]
    found: list[Block] = []
    if table.tiers:
        found.append(
            Clause(
                words.gettext(
                    "An objective of %(objectives)s that is kept earns nothing. One that is missed earns the credit "
                    "of the lowest tier that its attainment fell below; where it fell below none of them, nothing is "
                    "owed.",
                    objectives=words.clause(objectives.KEY),
                )
            )
        )
        found.append(_table(table.tiers, _example(agreement), words))
    for each in own:
        found.append(
            Clause(
                words.gettext(
                    "For the objective “%(objective)s” these tiers apply instead of any others.", objective=each.name
                )
                if table.tiers
                else words.gettext("For the objective “%(objective)s” these tiers apply.", objective=each.name)
            )
        )
        found.append(_table(each.tiers, None, words))
    return found


def _example(agreement: Agreement) -> Money | None:
    """The base that the table is worked out on, where each of its amounts is exact."""
    base = agreement.monthly_fee
    exact = all(base.minor * tier.credit % 100 == 0 for tier in agreement.credit.tiers)
    return base if exact and agreement.credit.base is CreditBase.MONTHLY_FEES else None


def _table(tiers: tuple[Tier, ...], base: Money | None, words: Words) -> Table:
    """The tiers; with `base`, what each of them comes to on a whole month."""
    columns = [Column(words.gettext("Attainment"), width=1.6), Column(words.gettext("Service credit"), Align.END)]
    if base is not None:
        columns.append(
            Column(words.gettext("Credit on a base of %(base)s", base=words.money(base)), Align.END, width=1.6)
        )
    rows = []
    for place, tier in enumerate(tiers):
        lower = tiers[place + 1].below if place + 1 < len(tiers) else None
        row = (_range(tier.below, lower, words), words.percent(tier.credit))
        rows.append(row if base is None else (*row, words.money(base.percent(tier.credit))))
    return Table(tuple(columns), tuple(rows))


def _range(below: Decimal, lower: Decimal | None, words: Words) -> str:
    if lower is None:
        return words.gettext("below %(below)s", below=words.percent(below))
    return words.gettext("below %(below)s, at least %(lower)s", below=words.percent(below), lower=words.percent(lower))


def _outage(table: CreditTable, words: Words) -> list[Block]:
    if table.outage is None:
        return []
    return [
        Clause(
            words.gettext(
                "A missed objective of availability that has no tiers of its own earns no tier. In its place it "
                "earns, in per cent of the base, what its attainment lacks to %(all)s, times %(multiple)s.",
                all=words.percent(100),
                multiple=words.number(table.outage.multiple),
            )
        )
    ]


def _misses(table: CreditTable, words: Words) -> list[Block]:
    if not table.misses:
        return []
    return [
        Clause(
            words.gettext(
                "Each time promised in %(support)s that the Provider does not keep earns the credit below, in per "
                "cent of the sum of the fixed fees of the whole month and at most the stated maximum a month for "
                "each line. Such credits are granted in the order in which the times were missed, as far as all "
                "credits of the month together stay within %(cap)s of that sum.",
                support=words.clause(support.KEY),
                cap=words.percent(table.cap),
            )
        ),
        Table(
            (
                Column(words.gettext("Level")),
                Column(words.gettext("Time that was missed"), width=1.4),
                Column(words.gettext("Credit for each"), Align.END),
                Column(words.gettext("At most in a month"), Align.END, width=1.4),
            ),
            tuple(_miss(each, words) for each in table.misses),
        ),
    ]


def _miss(miss: MissCredit, words: Words) -> tuple[str, ...]:
    return (
        names.level(words, miss.level),
        words.gettext(CLOCKS[miss.clock]),
        words.percent(miss.credit),
        words.percent(miss.most),
    )


def _rounding(table: CreditTable, words: Words) -> Clause:
    sentences = [words.gettext(ROUNDINGS[table.rounding])]
    if table.minimum is not None:
        sentences.append(
            words.gettext(
                "A credit of less than %(minimum)s for a month is not owed.", minimum=words.money(table.minimum)
            )
        )
    return Clause(words.joined(sentences))


def _claim(table: CreditTable, words: Words) -> str:
    if table.automatic:
        return words.gettext("The Provider grants every credit by itself; the Customer need not claim it.")
    if table.claim_days is None:
        return words.gettext("A credit is granted when the Customer claims it.")
    return words.gettext(
        "A credit is granted when the Customer claims it within %(days)s after the end of the month. A credit that "
        "is not claimed by then lapses.",
        days=words.days(table.claim_days),
    )
