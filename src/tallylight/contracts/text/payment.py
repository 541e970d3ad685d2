"""When it is paid, and what follows when it is not."""

from __future__ import annotations

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.commercial import Arrears, ArrearsAction, Tax
from tallylight.contracts.text.words import Words
from tallylight.kernel.errors import gettext_noop as _
from tallylight.typeset.api import Block, Clause, Section

KEY = "payment"

#: The year of a late fee.
YEAR_DAYS = 365
ACTIONS = {
    ArrearsAction.REMIND: _("%(days)s after the due day the Provider reminds the Customer in writing."),
    ArrearsAction.RESTRICT: _(
        "%(days)s after the due day the Provider may restrict the services: nothing is added or enlarged until payment."
    ),
    ArrearsAction.SUSPEND: _("%(days)s after the due day the Provider may suspend the services."),
}


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says when invoices are due and what follows an overdue one."""
    fees = agreement.fees
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "The Provider invoices once each calendar month: fees by use after the month in which they arose. An "
                "invoice is due within %(days)s after its date, in %(currency)s.",
                days=words.days(fees.due_days),
                currency=fees.monthly.currency,
            )
        ),
        Clause(_tax(fees.tax, words)),
    ]
    if fees.late_fee is None:
        blocks.append(Clause(words.gettext("No fee is charged for late payment.")))
    else:
        blocks.append(
            Clause(
                words.gettext(
                    "On an overdue amount the Customer pays a late fee of %(rate)s a year, by the day, without "
                    "compounding, on a year of %(year)s days. The late fee is never more than %(cap)s of the overdue "
                    "amount.",
                    rate=words.percent(fees.late_fee.percent_a_year),
                    cap=words.percent(fees.late_fee.cap),
                    year=words.number(YEAR_DAYS),
                )
            )
        )
    if fees.arrears is not None:
        blocks.append(_arrears(fees.arrears, words))
    return Section(KEY, words.gettext("Invoices and payment"), tuple(blocks))


def _tax(tax: Tax | None, words: Words) -> str:
    if tax is None:
        return words.gettext("Taxes that the law puts on the services are added to the fees at the rate in force.")
    facts = {"tax": tax.name, "rate": words.percent(tax.rate)}
    if tax.included:
        return words.gettext("The fees include %(tax)s at %(rate)s.", **facts)
    return words.gettext("%(tax)s at %(rate)s is added to the fees.", **facts)


def _arrears(arrears: Arrears, words: Words) -> Clause:
    return Clause(
        words.gettext(
            "While an invoice remains unpaid, the following steps are taken. Within %(length)s of payment everything "
            "is as it was before.",
            length=words.duration(arrears.restore_within),
        ),
        items=tuple(words.gettext(ACTIONS[step.action], days=words.days(step.after_days)) for step in arrears.steps),
    )
