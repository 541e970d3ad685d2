"""From missed objectives to an amount of money, with every step said. Pure and exact; rounded once, half-even, at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tallylight.contracts.api import Combine, CreditTable, Tier
from tallylight.kernel.errors import gettext_noop
from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Fact, Sentence
from tallylight.sla.attainment import Standing

NOTHING_COUNTS = gettext_noop("%(objective)s in %(region)s: no minute counts, so nothing is owed.")
KEPT = gettext_noop(
    "%(objective)s in %(region)s was kept: %(good)s of %(counted)s minutes were good, which is %(attained)s%%; "
    "%(target)s%% were promised."
)
MISSED = gettext_noop(
    "%(objective)s in %(region)s was missed: %(good)s of %(counted)s minutes were good, which is %(attained)s%%; "
    "%(target)s%% were promised. Below %(below)s%% the credit is %(credit)s%% of the monthly fee."
)
MISSED_FREE = gettext_noop(
    "%(objective)s in %(region)s was missed: %(good)s of %(counted)s minutes were good, which is %(attained)s%%; "
    "%(target)s%% were promised. No tier of the credit table begins above that, so nothing is owed."
)
LARGEST = gettext_noop("Of several credits the largest counts: %(percent)s%%.")
SUM = gettext_noop("The credits add up to %(percent)s%%.")
CAPPED = gettext_noop("A month earns at most %(cap)s%%, so %(percent)s%% become %(cap)s%%.")
PART = gettext_noop(
    "This contract version applies to %(minutes)s of the month's %(of)s minutes, so that part of the fee counts."
)
AMOUNT = gettext_noop("%(percent)s%% of %(fee)s is %(amount)s, rounded once, half to even.")
AMOUNT_OF_PART = gettext_noop(
    "%(percent)s%% of %(fee)s, times %(minutes)s, divided by %(of)s, is %(amount)s, rounded once, half to even."
)
NOTHING_OWED = gettext_noop("Every promise that counts was kept; no credit is owed.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one objective stands in one region; `target` in per cent."""

    objective: str
    region: str
    target: Decimal
    standing: Standing


@dataclass(frozen=True, slots=True)
class Credit:
    """What is owed: `amount`, which is `percent` of the fee (or of its part), and the steps that lead there."""

    amount: Money
    percent: Decimal
    steps: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The share of a month that a contract version applies to, in minutes."""

    minutes: int
    of: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.minutes, self.of)


def credit(table: CreditTable, fee: Money, outcomes: Sequence[Outcome], part: Part) -> Credit:
    """What the outcomes of a month, or of the part of one, earn. Never above the cap."""
    earned = [(outcome, tier_of(table, outcome)) for outcome in outcomes]
    percents = [tier.credit for _, tier in earned if tier]
    combined = _combined(table.combine, percents)
    percent = min(combined, table.cap)
    amount = share_of(fee, percent, part.share)
    steps = [*(_outcome_step(outcome, tier) for outcome, tier in earned)]
    steps += _percent_steps(table, percents, combined)
    steps += _amount_steps(fee, percent, amount, part)
    return Credit(amount, percent, tuple(steps))


def tier_of(table: CreditTable, outcome: Outcome) -> Tier | None:
    """The deepest tier a missed objective fell under; None for a kept one, one without minutes, or a miss above every tier."""
    attained = outcome.standing.attained
    if attained is None or outcome.standing.keeps(outcome.target):
        return None
    return next((tier for tier in reversed(table.tiers) if attained < Fraction(tier.below)), None)


def share_of(fee: Money, percent: Decimal, part: Fraction) -> Money:
    """`percent` per cent of `part` of `fee`, rounded once, half-even."""
    return Money(round(fee.minor * Fraction(percent) / 100 * part), fee.currency)


def total(credits_: Iterable[Credit]) -> tuple[Money, ...]:
    """The amounts added up, one for each currency, in the order in which currencies appear."""
    sums: dict[str, Money] = {}
    for each in credits_:
        amount = each.amount
        sums[amount.currency] = sums[amount.currency] + amount if amount.currency in sums else amount
    return tuple(sums.values())


def _combined(combine: Combine, percents: list[Decimal]) -> Decimal:
    if not percents:
        return Decimal(0)
    return max(percents) if combine is Combine.WORST else sum(percents, Decimal(0))


def _outcome_step(outcome: Outcome, tier: Tier | None) -> Sentence:
    facts: dict[str, Fact] = {"objective": outcome.objective, "region": outcome.region}
    if outcome.standing.shown is None:
        return Sentence(NOTHING_COUNTS, facts)
    measured: dict[str, Fact] = {
        **facts,
        "good": outcome.standing.good,
        "counted": outcome.standing.counted,
        "attained": outcome.standing.shown,
        "target": plain(outcome.target),
    }
    if outcome.standing.keeps(outcome.target):
        return Sentence(KEPT, measured)
    if tier is None:
        return Sentence(MISSED_FREE, measured)
    return Sentence(MISSED, {**measured, "below": plain(tier.below), "credit": plain(tier.credit)})


def _percent_steps(table: CreditTable, percents: list[Decimal], combined: Decimal) -> Iterator[Sentence]:
    if len(percents) > 1:
        yield Sentence(LARGEST if table.combine is Combine.WORST else SUM, {"percent": plain(combined)})
    if combined > table.cap:
        yield Sentence(CAPPED, {"cap": plain(table.cap), "percent": plain(combined)})


def _amount_steps(fee: Money, percent: Decimal, amount: Money, part: Part) -> Iterator[Sentence]:
    if not percent:
        yield Sentence(NOTHING_OWED)
        return
    facts: dict[str, Fact] = {"percent": plain(percent), "fee": fee, "amount": amount}
    if part.share == 1:
        yield Sentence(AMOUNT, facts)
        return
    minutes: dict[str, Fact] = {"minutes": part.minutes, "of": part.of}
    yield Sentence(PART, minutes)
    yield Sentence(AMOUNT_OF_PART, {**facts, **minutes})


def plain(number: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent: 99.90 as 99.9, 100 as 100."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
