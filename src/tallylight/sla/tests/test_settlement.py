"""What becomes of a month's credit: owed, claimable, lapsed, or too little."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tallylight.contracts.api import CreditForm
from tallylight.kernel.money import Money
from tallylight.sla.settlement import Settled, settle
from tallylight.sla.tests.rules import table

#: November begins in Singapore, at UTC+8.
END = datetime(2026, 10, 31, 16, tzinfo=UTC)
TABLE = replace(table(("99.9", "10")), minimum=Money.of("10.00", "USD"))
CLAIMED = replace(TABLE, automatic=False, claim_days=30)
SECOND = timedelta(seconds=1)


def state(amount: str, rule: object = TABLE, after: timedelta = SECOND) -> Settled:
    earned = Money.of(amount, "USD")
    return settle(earned, rule, month_end=END, timezone="Asia/Singapore", now=END + after).state  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "expected"), [("0.00", Settled.NOTHING), ("9.99", Settled.NOTHING), ("10.00", Settled.OWED)]
)
def test_an_amount_of_exactly_the_minimum_is_owed(amount: str, expected: Settled) -> None:
    assert state(amount) is expected


def test_a_claim_comes_before_the_end_of_its_last_day_where_the_customer_is() -> None:
    assert state("20.00", CLAIMED, -SECOND) is Settled.RUNNING
    assert state("20.00", CLAIMED, timedelta(0)) is Settled.CLAIMABLE
    assert state("20.00", CLAIMED, timedelta(days=30) - SECOND) is Settled.CLAIMABLE
    assert state("20.00", CLAIMED, timedelta(days=30)) is Settled.LAPSED
    lapsed = settle(
        Money.of("20.00", "USD"), CLAIMED, month_end=END, timezone="Asia/Singapore", now=END + timedelta(days=31)
    )
    assert (lapsed.earned.minor, lapsed.owed.minor, lapsed.until) == (2_000, 0, END + timedelta(days=30))


def test_without_a_window_nothing_lapses() -> None:
    assert state("20.00", replace(CLAIMED, claim_days=None), timedelta(days=900)) is Settled.CLAIMABLE


@pytest.mark.parametrize(("pays", "said"), [(CreditForm.CREDIT, "later invoice"), (CreditForm.REFUND, "paid back")])
def test_it_says_how_it_is_paid(pays: CreditForm, said: str) -> None:
    owed = settle(
        Money.of("20.00", "USD"), replace(TABLE, pays=pays), month_end=END, timezone="Asia/Singapore", now=END
    )
    assert said in owed.steps[0].said()
