"""From missed objectives and broken support promises to an amount of money. Pure and exact; rounded once, at the end.

- A missed objective earns the deepest tier its attainment fell under: its own tiers where it has some. A kept one earns nothing.
- Where the contract credits outages, an objective of availability also earns, kept or missed, its bad slices, each times the
  share of users it hit, in per cent of those that count, times the agreed multiple.
- Credits of several objectives over the same fees become one as the contract combines them, at most the cap. Fees are those of
  the month, or of the objective's service; a part of a month counts with its share of the minutes.
- Each broken support promise earns its percentage of the fees of a whole month, together at most what the contract says for its
  clock, in the order in which they were broken, as far as the caps of the whole month leave room.
- The cap bounds percentages, before the one rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from tallylight.contracts.api import Combine, CreditBase, CreditTable, Fees, Level, MissCredit, Promise, Promised, Tier
from tallylight.kernel.money import Money, rounded
from tallylight.sla import derivation
from tallylight.sla.attainment import decimal
from tallylight.sla.earned import Credit, Earned, Miss, Outcome, Paid, Part, PartOfMonth, Term


def credits_of(parts: Sequence[PartOfMonth]) -> tuple[Credit, ...]:
    """What each part of a month earns, in order of time. Never more than the caps of all parts together."""
    terms = [_terms(each) for each in parts]
    room = _Room()
    for each, found in zip(parts, terms, strict=True):
        room.leave(each, found)
    return tuple(_credit(each, found, room) for each, found in zip(parts, terms, strict=True))


def credit(
    table: CreditTable, fees: Fees, outcomes: Sequence[Outcome], part: Part, misses: Sequence[Miss] = ()
) -> Credit:
    """What a month under one contract version earns, or a part of one taken by itself."""
    return credits_of([PartOfMonth(table, fees, part, outcomes, misses)])[0]


def earned_by(table: CreditTable, outcome: Outcome) -> Iterator[Earned]:
    """What an outcome earns by itself: by its tiers, and by its outages where those are credited."""
    tally, objective = outcome.tally, outcome.objective
    yield _by_tier(objective.tiers or table.tiers, outcome)
    if table.outage and objective.promise is Promise.AVAILABILITY and tally.hit:
        lost = 100 * tally.hit / tally.standing.counted
        yield Earned(outcome, lost * Fraction(table.outage.multiple), table.outage)


def _by_tier(tiers: Sequence[Tier], outcome: Outcome) -> Earned:
    """Nothing for one that was kept, that nothing counts for, or that stayed above every tier."""
    attained = outcome.tally.standing.attained
    if attained is None or not outcome.missed:
        return Earned(outcome, Fraction(0), None)
    tier = next((each for each in reversed(tiers) if attained < Fraction(each.below)), None)
    return Earned(outcome, Fraction(tier.credit) if tier else Fraction(0), tier)


def total(credits_: Iterable[Credit]) -> tuple[Money, ...]:
    """The amounts added up, one for each currency, in the order in which currencies appear."""
    sums: dict[str, Money] = {}
    for each in credits_:
        amount = each.amount
        sums[amount.currency] = sums[amount.currency] + amount if amount.currency in sums else amount
    return tuple(sums.values())


@dataclass(slots=True)
class _Room:
    """What is left of a month for broken promises: minor units by currency under the caps, per cent used by clock."""

    minor: dict[str, Fraction] = field(default_factory=dict)
    used: dict[tuple[Level, Promised], Fraction] = field(default_factory=dict)

    def leave(self, each: PartOfMonth, terms: Sequence[Term]) -> None:
        """Add what a part's objectives leave of its cap."""
        fee, share = each.fees.every_month, each.part.share
        cap = fee.minor * Fraction(each.table.cap) / 100 * share
        left = max(cap - sum(term.exact(share) for term in terms), Fraction(0))
        self.minor[fee.currency] = self.minor.get(fee.currency, Fraction(0)) + left

    def allowed(self, rule: MissCredit) -> Fraction:
        """Per cent that one more miss of the rule earns; it is used up by asking."""
        used = self.used.get((rule.level, rule.clock), Fraction(0))
        percent = max(min(Fraction(rule.credit), Fraction(rule.most) - used), Fraction(0))
        self.used[rule.level, rule.clock] = used + percent
        return percent

    def take(self, amount: Fraction, currency: str) -> Fraction:
        """As much of `amount` as there is room for."""
        taken = min(amount, self.minor[currency])
        self.minor[currency] -= taken
        return taken


def _terms(each: PartOfMonth) -> tuple[Term, ...]:
    """One term for all fees of the month, or one for each service, in the order of the contract."""
    by_service = each.table.base is CreditBase.SERVICE_FEES
    groups: dict[str, list[Earned]] = {} if by_service else {"": []}
    for outcome in each.outcomes:
        groups.setdefault(outcome.objective.service if by_service else "", []).extend(earned_by(each.table, outcome))
    return tuple(_term(each, service, tuple(earned)) for service, earned in groups.items())


def _term(each: PartOfMonth, service: str, earned: tuple[Earned, ...]) -> Term:
    percents = [one.percent for one in earned if one.by]
    worst = each.table.combine is Combine.WORST
    combined = max(percents, default=Fraction(0)) if worst else sum(percents, Fraction(0))
    fee = each.fees.of_service(service) if service else each.fees.every_month
    return Term(service, fee, earned, combined, min(combined, Fraction(each.table.cap)))


def _credit(each: PartOfMonth, terms: Sequence[Term], room: _Room) -> Credit:
    fee, share = each.fees.every_month, each.part.share
    paid = tuple(_paid(each.table, each.misses, room))
    promises = fee.minor * sum((one.percent for one in paid), Fraction(0)) / 100
    allowed = room.take(promises, fee.currency)
    exact = sum((term.exact(share) for term in terms), Fraction(0)) + allowed
    amount = Money(rounded(exact, each.table.rounding), fee.currency)
    left = allowed if allowed < promises else None
    steps = tuple(derivation.steps(each.table, fee, each.part, terms, paid, left, amount))
    return Credit(amount, _percent(fee, terms), steps)


def _percent(fee: Money, terms: Sequence[Term]) -> Decimal:
    """What objectives earn, in per cent of the fees that count."""
    if len(terms) == 1 and not terms[0].service:
        return decimal(terms[0].percent)
    earned = 100 * sum((term.exact(Fraction(1)) for term in terms), Fraction(0))
    return decimal(earned / fee.minor) if fee.minor else Decimal(0)


def _paid(table: CreditTable, misses: Sequence[Miss], room: _Room) -> Iterator[Paid]:
    rules = {(rule.level, rule.clock): rule for rule in table.misses}
    for miss in sorted(misses, key=lambda each: (each.at, each.case)):
        rule = rules.get((miss.level, miss.clock))
        if rule:
            yield Paid(miss, room.allowed(rule), Fraction(rule.credit))
