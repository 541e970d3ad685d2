"""The steps from counted slices to an amount, as sentences that anybody can follow with a pocket calculator. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from tallylight.contracts.api import Attain, Combine, CreditTable, OutageCredit, Promised, Rounding, Tier
from tallylight.kernel.errors import gettext_noop
from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Fact, Sentence
from tallylight.sla.attainment import decimal, plain
from tallylight.sla.earned import Earned, Miss, Outcome, Paid, Part, Term

MINUTE = timedelta(minutes=1)

NOTHING_COUNTS = gettext_noop("%(objective)s in %(region)s: no slice counts, so nothing is owed.")
MINUTES_WERE_GOOD = gettext_noop(
    "%(objective)s in %(region)s: %(good)s of %(counted)s minutes were good, which is %(attained)s%%."
)
SLICES_WERE_GOOD = gettext_noop(
    "%(objective)s in %(region)s: %(good)s of %(counted)s slices of %(minutes)s minutes were good, which is %(attained)s%%."
)
MEAN = gettext_noop(
    "%(objective)s in %(region)s: %(counted)s slices of %(minutes)s minutes count, each with the share of it that was bad; "
    "together that is %(lost)s slices, which leaves %(attained)s%%."
)
AFFECTED = gettext_noop(
    "%(objective)s in %(region)s: %(counted)s slices of %(minutes)s minutes count, the bad ones each with the share of users it "
    "hit; together that is %(lost)s slices, which leaves %(attained)s%%."
)
SPARED = gettext_noop(
    "%(spared)s bad slices count as good, because they did not last: only bad slices in a row of %(minutes)s minutes count."
)
OVERLOADED = gettext_noop(
    "%(overloaded)s slices are not counted, because their load was above %(limit)s, the agreed multiple of its mean."
)
KEPT = gettext_noop("%(target)s%% were promised, so the promise was kept.")
MISSED = gettext_noop(
    "%(target)s%% were promised, so the promise was missed. Below %(below)s%% the credit is %(credit)s%%."
)
MISSED_FREE = gettext_noop(
    "%(target)s%% were promised, so the promise was missed. No tier of its credit begins above that, so nothing is owed."
)
OUTAGE = gettext_noop(
    "Bad slices of %(objective)s in %(region)s, each with the share of users it hit, are worth %(lost)s of %(counted)s slices; "
    "in per cent, times %(multiple)s, that is a credit of %(percent)s%%."
)
LARGEST = gettext_noop("Of several credits the largest counts: %(percent)s%%.")
SUM = gettext_noop("The credits add up to %(percent)s%%.")
CAPPED = gettext_noop("A month earns at most %(cap)s%%, so %(percent)s%% become %(cap)s%%.")
PART = gettext_noop(
    "This contract version applies to %(minutes)s of the month's %(of)s minutes, so that part of the fees counts."
)
OF_MONTH = gettext_noop("%(percent)s%% of the month's fees of %(fee)s are owed.")
OF_MONTHS_PART = gettext_noop(
    "%(percent)s%% of the month's fees of %(fee)s, times %(minutes)s, divided by %(of)s, are owed."
)
OF_SERVICE = gettext_noop("%(percent)s%% of the fees of %(fee)s for %(service)s are owed.")
OF_SERVICES_PART = gettext_noop(
    "%(percent)s%% of the fees of %(fee)s for %(service)s, times %(minutes)s, divided by %(of)s, are owed."
)
NO_ROOM = gettext_noop(
    "Broken promises earn only what the caps of the month leave, which is %(percent)s%% of the month's fees."
)
NOTHING_OWED = gettext_noop("Every promise that counts was kept; no credit is owed.")
NO_CREDIT = gettext_noop("No credit is owed.")

BROKEN = {
    Promised.RESPONSE: gettext_noop("%(case)s was not answered by %(at)s as promised at level %(level)s."),
    Promised.UPDATE: gettext_noop("%(case)s had no news by %(at)s as promised at level %(level)s."),
    Promised.MITIGATION: gettext_noop("%(case)s was not mitigated by %(at)s as promised at level %(level)s."),
    Promised.RESOLUTION: gettext_noop("%(case)s was not resolved by %(at)s as promised at level %(level)s."),
}
EARNS = gettext_noop("That earns %(percent)s%% of the month's fees.")
AT_MOST = gettext_noop("The month's limit for promises of this kind leaves %(percent)s%% of that.")

ROUNDED = {
    Rounding.HALF_EVEN: gettext_noop("The credit is %(amount)s, rounded once, half to even."),
    Rounding.HALF_UP: gettext_noop("The credit is %(amount)s, rounded once, half up."),
    Rounding.DOWN: gettext_noop("The credit is %(amount)s, rounded once, down."),
    Rounding.UP: gettext_noop("The credit is %(amount)s, rounded once, up."),
}

#: How attainment came about; slices of a minute are called minutes.
_MEASURED = {Attain.SLICES: SLICES_WERE_GOOD, Attain.MEAN: MEAN, Attain.AFFECTED: AFFECTED}


def steps(
    table: CreditTable,
    fee: Money,
    part: Part,
    terms: Sequence[Term],
    paid: Sequence[Paid],
    left: Fraction | None,
    amount: Money,
) -> Iterator[Sentence]:
    """Every step from what was measured to `amount`. `left`: minor units that the caps left for `paid`, None if all of it."""
    for term in terms:
        for each in term.earned:
            yield from (outage_steps(each, each.by) if isinstance(each.by, OutageCredit) else outcome_steps(each))
        yield from _percent_steps(table, term)
    owed = [term for term in terms if term.percent]
    if part.share != 1 and owed:
        yield Sentence(PART, {"minutes": part.minutes, "of": part.of})
    for term in owed:
        yield _term_step(term, part)
    for one in paid:
        yield from _promise_steps(one)
    if left is not None:
        yield Sentence(NO_ROOM, {"percent": decimal(100 * left / fee.minor if fee.minor else Fraction(0))})
    yield _amount_step(table, owed, terms, paid, amount)


def outcome_steps(each: Earned) -> Iterator[Sentence]:
    """What was measured, and what it earns."""
    outcome, standing = each.outcome, each.outcome.tally.standing
    tally, objective = outcome.tally, outcome.objective
    if tally.overloaded and tally.load_limit is not None:
        yield Sentence(OVERLOADED, {"overloaded": tally.overloaded, "limit": decimal(tally.load_limit)})
    if standing.attained is None:
        yield Sentence(NOTHING_COUNTS, {"objective": objective.name, "region": outcome.region})
        return
    if tally.spared:
        yield Sentence(SPARED, {"spared": tally.spared, "minutes": decimal(Fraction(objective.at_least_for / MINUTE))})
    yield _measured(outcome)
    target: dict[str, Fact] = {"target": plain(objective.target)}
    if not outcome.missed:
        yield Sentence(KEPT, target)
    elif each.by is None:
        yield Sentence(MISSED_FREE, target)
    elif isinstance(each.by, Tier):
        yield Sentence(MISSED, {**target, "below": plain(each.by.below), "credit": plain(each.by.credit)})


def outage_steps(each: Earned, outage: OutageCredit) -> Iterator[Sentence]:
    """What outages earn."""
    outcome, tally = each.outcome, each.outcome.tally
    yield Sentence(
        OUTAGE,
        {
            "objective": outcome.objective.name,
            "region": outcome.region,
            "lost": decimal(tally.hit),
            "counted": tally.standing.counted,
            "multiple": plain(outage.multiple),
            "percent": decimal(each.percent),
        },
    )


def _measured(outcome: Outcome) -> Sentence:
    objective, standing = outcome.objective, outcome.tally.standing
    minutes = objective.attain is Attain.SLICES and objective.slice == MINUTE
    return Sentence(
        MINUTES_WERE_GOOD if minutes else _MEASURED[objective.attain],
        {
            "objective": objective.name,
            "region": outcome.region,
            "good": standing.good_shown,
            "counted": standing.counted,
            "lost": decimal(Fraction(standing.lost)),
            "minutes": decimal(Fraction(objective.slice / MINUTE)),
            "attained": standing.shown or Decimal(0),
        },
    )


def _percent_steps(table: CreditTable, term: Term) -> Iterator[Sentence]:
    if sum(each.by is not None for each in term.earned) > 1:
        yield Sentence(LARGEST if table.combine is Combine.WORST else SUM, {"percent": decimal(term.combined)})
    if term.combined > term.percent:
        yield Sentence(CAPPED, {"cap": plain(table.cap), "percent": decimal(term.combined)})


def _term_step(term: Term, part: Part) -> Sentence:
    facts: dict[str, Fact] = {"percent": decimal(term.percent), "fee": term.fee, "service": term.service}
    if part.share == 1:
        return Sentence(OF_SERVICE if term.service else OF_MONTH, facts)
    facts |= {"minutes": part.minutes, "of": part.of}
    return Sentence(OF_SERVICES_PART if term.service else OF_MONTHS_PART, facts)


def miss_step(miss: Miss) -> Sentence:
    """Which promise was broken."""
    return Sentence(BROKEN[miss.clock], {"case": miss.case, "at": miss.at, "level": miss.level.value})


def _promise_steps(one: Paid) -> Iterator[Sentence]:
    yield miss_step(one.miss)
    yield Sentence(EARNS, {"percent": decimal(one.of)})
    if one.percent < one.of:
        yield Sentence(AT_MOST, {"percent": decimal(one.percent)})


def _amount_step(
    table: CreditTable, owed: Sequence[Term], terms: Sequence[Term], paid: Sequence[Paid], amount: Money
) -> Sentence:
    if owed or paid:
        return Sentence(ROUNDED[table.rounding], {"amount": amount})
    missed = any(each.outcome.missed for term in terms for each in term.earned)
    return Sentence(NO_CREDIT if missed else NOTHING_OWED)
