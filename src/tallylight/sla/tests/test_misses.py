"""Broken support promises, fees of services, and caps over several contract versions, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tallylight.contracts.api import Combine, CreditBase, Fees, Level, MissCredit, Promised, RecurringFee, Wording
from tallylight.kernel.money import Money, rounded
from tallylight.sla.attainment import Counts, Standing
from tallylight.sla.credit import credit, credits_of
from tallylight.sla.earned import Miss, Outcome, Part, PartOfMonth
from tallylight.sla.tally import Tally
from tallylight.sla.tests.rules import objective, table

AT = datetime(2026, 6, 10, 16, tzinfo=UTC)
WHOLE = Part(43_200, 43_200)
FEES = Fees(monthly=Money.of("1000.00", "USD"))
RULES = (
    MissCredit(Level.MAJOR, Promised.RESPONSE, Decimal(5), Decimal(12)),
    MissCredit(Level.FAULT, Promised.UPDATE, Decimal(1), Decimal(2)),
)
TABLE = table(("99.9", "10"), cap="30", misses=RULES)


def misses(count: int, level: Level = Level.MAJOR, clock: Promised = Promised.RESPONSE) -> list[Miss]:
    return [Miss(level, clock, AT + timedelta(hours=i), f"T-{i:05d}") for i in range(count)]


def outcome(good: int, service: str = "live-acceleration") -> Outcome:
    return Outcome(objective(service=service), "ap-southeast", Tally(Counts(), Standing(good, 1000)))


def test_each_broken_promise_earns_its_share_up_to_the_limit_of_its_kind() -> None:
    # 5 % each of 1,000.00: 50, 100, then 12 % in all
    owed = [credit(TABLE, FEES, [], WHOLE, misses(count)).amount.minor for count in range(5)]
    assert owed == [0, 5_000, 10_000, 12_000, 12_000]


def test_a_promise_that_the_contract_gives_nothing_for_earns_nothing() -> None:
    assert credit(TABLE, FEES, [], WHOLE, misses(3, Level.BASIC)).amount.minor == 0
    assert credit(TABLE, FEES, [], WHOLE, misses(1, Level.MAJOR, Promised.UPDATE)).amount.minor == 0


def test_broken_promises_come_on_top_of_missed_objectives_under_one_cap() -> None:
    # 10 % for the objective and 12 % + 2 % for six cases: 24 %; with a cap of 20 % only 10 % are left for the cases
    cases = misses(3) + misses(3, Level.FAULT, Promised.UPDATE)
    assert credit(TABLE, FEES, [outcome(998)], WHOLE, cases).amount.minor == 24_000
    capped = credit(replace(TABLE, cap=Decimal(20)), FEES, [outcome(998)], WHOLE, cases)
    assert capped.amount.minor == 20_000
    assert any("caps of the month leave" in each.said() for each in capped.steps)


def test_the_steps_name_the_case_and_what_it_earns() -> None:
    said = [each.said() for each in credit(TABLE, FEES, [], WHOLE, misses(3)).steps]
    assert said[0] == "T-00000 was not answered by 2026-06-10 16:00:00+00:00 as promised at level major."
    assert said.count("That earns 5% of the month's fees.") == 3
    assert "The month's limit for promises of this kind leaves 2% of that." in said


def test_a_case_on_the_last_day_of_a_new_version_earns_as_much_as_any_other() -> None:
    # one day of thirty under the new version: its own cap would be 30 % of 33.33, the month's leaves 300.00
    old = PartOfMonth(TABLE, FEES, Part(29, 30), [])
    new = PartOfMonth(TABLE, FEES, Part(1, 30), [], misses(1))
    assert [each.amount.minor for each in credits_of([old, new])] == [0, 5_000]


def test_the_limit_of_a_kind_holds_for_the_month_and_not_for_each_version() -> None:
    parts = [PartOfMonth(TABLE, FEES, Part(1, 2), [], misses(2)), PartOfMonth(TABLE, FEES, Part(1, 2), [], misses(2))]
    assert [each.amount.minor for each in credits_of(parts)] == [10_000, 2_000]


def test_credits_on_the_fees_of_a_service_are_reckoned_service_by_service() -> None:
    def fee(service: str, amount: str) -> RecurringFee:
        return RecurringFee(Wording.same(service), Money.of(amount, "USD"), service)

    fees = Fees(monthly=Money.of("1000.00", "USD"), recurring=(fee("live", "300.00"), fee("vod", "70.00")))
    by_service = replace(TABLE, base=CreditBase.SERVICE_FEES, combine=Combine.SUM)
    # 10 % twice of 300.00 and 10 % of 70.00: 60 + 7
    owed = credit(by_service, fees, [outcome(998, "live"), outcome(998, "vod"), outcome(998, "live")], WHOLE)
    assert str(owed.amount) == "USD 67.00"
    # a case is of no one service: 5 % of all 1,370.00
    assert str(credit(by_service, fees, [], WHOLE, misses(1)).amount) == "USD 68.50"


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), st.integers(900, 1000)), min_size=1, max_size=4),
    st.integers(0, 100),
)
def test_a_month_of_several_versions_never_earns_more_than_their_caps(
    found: list[tuple[int, int, int]], cap: int
) -> None:
    days = sum(each[0] for each in found) or 1
    capped = replace(TABLE, cap=Decimal(cap))
    parts = [PartOfMonth(capped, FEES, Part(each, days), [outcome(good)], misses(count)) for each, count, good in found]
    owed = [each.amount.minor for each in credits_of(parts)]
    most = sum(FEES.monthly.minor * Fraction(cap, 100) * each.part.share for each in parts)
    assert all(each >= 0 for each in owed)
    assert sum(owed) <= rounded(Fraction(most)) + len(parts)
