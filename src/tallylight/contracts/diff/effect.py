"""How a change feels to the customer, and the rules that judge it from two values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tallylight.contracts.agreement import Objective, Promise, SeverityRule, Tier
from tallylight.contracts.commercial import Duty, Side, UsageFee, UsageMode, UsageTier
from tallylight.kernel.business_time import AROUND_THE_CLOCK, Calendar, Hours
from tallylight.kernel.money import Money


class Effect(StrEnum):
    """What a change is for the customer."""

    BETTER = "better"
    WORSE = "worse"
    DIFFERENT = "different"

    @property
    def opposite(self) -> Effect:
        """What the same change is the other way round."""
        return {Effect.BETTER: Effect.WORSE, Effect.WORSE: Effect.BETTER}.get(self, self)


#: From the old and the new value, and the old and the new thing that they belong to. The values differ.
Judge = Callable[[Any, Any, Any, Any], Effect]


def _sign(number: int) -> Effect:
    return Effect.BETTER if number > 0 else Effect.WORSE if number < 0 else Effect.DIFFERENT


def _order(old: Any, new: Any) -> int:
    """1 if `new` is more, -1 if it is less, 0 if the two can't be compared."""
    if isinstance(old, Money) and old.currency != new.currency:
        return 0
    return int(new > old) - int(new < old)


def _ordered(direction: int, nothing: Effect) -> Judge:
    """`direction` is 1 where more is better; `nothing` is what it is to come to have no value at all."""

    def judge(old: Any, new: Any, _was: Any, _becomes: Any) -> Effect:
        if old is None:
            return nothing.opposite
        return nothing if new is None else _sign(direction * _order(old, new))

    return judge


LOWER = _ordered(-1, Effect.WORSE)
#: As LOWER, and best where nothing is asked at all.
LOWER_OR_NONE = _ordered(-1, Effect.BETTER)
HIGHER = _ordered(1, Effect.WORSE)
#: As HIGHER, and best where there is no limit at all.
HIGHER_OR_NONE = _ordered(1, Effect.BETTER)


def otherwise(_old: Any, _new: Any, _was: Any, _becomes: Any) -> Effect:
    """Merely different."""
    return Effect.DIFFERENT


def yes(_old: bool, new: bool, _was: Any, _becomes: Any) -> Effect:  # noqa: FBT001 - the value that is judged
    """True is better."""
    return Effect.BETTER if new else Effect.WORSE


def ranked(*worst_to_best: Any) -> Judge:
    """Values in the order in which the customer would rather have them."""

    def judge(old: Any, new: Any, _was: Any, _becomes: Any) -> Effect:
        return _sign(worst_to_best.index(new) - worst_to_best.index(old))

    return judge


def _weighed(gained: Sequence[Any], lost: Sequence[Any]) -> Effect:
    if bool(gained) == bool(lost):
        return Effect.DIFFERENT
    return Effect.BETTER if gained else Effect.WORSE


def _without(these: Iterable[Any], those: Iterable[Any]) -> list[Any]:
    known = list(those)
    return [each for each in these if each not in known]


def more(old: Sequence[Any], new: Sequence[Any], _was: Any, _becomes: Any) -> Effect:
    """Every further item is better; in another order they are merely different."""
    return _weighed(_without(new, old), _without(old, new))


def fewer(old: Sequence[Any], new: Sequence[Any], _was: Any, _becomes: Any) -> Effect:
    """Every further item is worse."""
    return _weighed(_without(old, new), _without(new, old))


def duties(old: Sequence[Duty], new: Sequence[Duty], _was: Any, _becomes: Any) -> Effect:
    """What the provider does is better, what the customer has to do is worse."""
    gained, lost = _without(new, old), _without(old, new)
    good = [duty for duty in gained if duty.side is Side.PROVIDER] + [
        duty for duty in lost if duty.side is Side.CUSTOMER
    ]
    bad = [duty for duty in lost if duty.side is Side.PROVIDER] + [
        duty for duty in gained if duty.side is Side.CUSTOMER
    ]
    return _weighed(good, bad)


def fault_conditions(old: Sequence[Any], new: Sequence[Any], was: SeverityRule, becomes: SeverityRule) -> Effect:
    """As `more`, but a condition that rose to major is not lost, and one that fell from it is not gained."""
    return _weighed(_without(_without(new, old), was.major), _without(_without(old, new), becomes.major))


def bound(old: float, new: float, was: Objective, becomes: Objective) -> Effect:
    """What a good slice must be: at least so much for availability, at most so much for everything else."""
    if was.promise is not becomes.promise:
        return Effect.DIFFERENT
    return _sign((1 if becomes.promise is Promise.AVAILABILITY else -1) * _order(old, new))


def tiers(old: Sequence[Tier], new: Sequence[Tier], _was: Any, _becomes: Any) -> Effect:
    """A table of credits is better that earns at least as much at every attainment. None of one's own: merely different."""
    if not old or not new:
        return Effect.DIFFERENT
    edges = {each.below for each in (*old, *new)}
    points = {*edges, *(edge - Decimal("1e-9") for edge in edges), Decimal(0)}
    return _pointwise([_earned(new, at) - _earned(old, at) for at in points])


def _earned(table: Sequence[Tier], attained: Decimal) -> Decimal:
    return max((each.credit for each in table if attained < each.below), default=Decimal(0))


def _pointwise(gains: Sequence[Decimal]) -> Effect:
    return _weighed([each for each in gains if each > 0], [each for each in gains if each < 0])


def usage_tiers(old: Sequence[UsageTier], new: Sequence[UsageTier], was: UsageFee, becomes: UsageFee) -> Effect:
    """A price list is better that costs at most as much for every quantity; compared as the prices of each further unit."""
    if was.mode is not becomes.mode or was.meter is not becomes.meter:
        return Effect.DIFFERENT
    edges = {each.up_to for each in (*old, *new) if each.up_to is not None}
    points = {*edges, *(edge + Decimal("1e-9") for edge in edges), Decimal(0)}
    if becomes.mode is UsageMode.GRADUATED or len(old) == len(new) == 1 or _same_steps(old, new):
        return _pointwise([_price(old, at) - _price(new, at) for at in points])
    return Effect.DIFFERENT


def _same_steps(old: Sequence[UsageTier], new: Sequence[UsageTier]) -> bool:
    return [each.up_to for each in old] == [each.up_to for each in new]


def _price(table: Sequence[UsageTier], quantity: Decimal) -> Decimal:
    return next((each.price for each in table if each.up_to is None or quantity <= each.up_to), table[-1].price)


def calendar(old: Calendar, new: Calendar, _was: Any, _becomes: Any) -> Effect:
    """A calendar is better that is open whenever the other is. Calendars of different zones are merely different."""
    if old.always or new.always:
        return _sign(int(new.always) - int(old.always))
    if old.zone != new.zone:
        return Effect.DIFFERENT
    return _weighed([None] * (not _covers(old, new)), [None] * (not _covers(new, old)))


def hours_or_all(old: Calendar | None, new: Calendar | None, was: Any, becomes: Any) -> Effect:
    """The same for a calendar that may be left out, which is open at every hour."""
    return calendar(old or AROUND_THE_CLOCK, new or AROUND_THE_CLOCK, was, becomes)


def _covers(wide: Calendar, narrow: Calendar) -> bool:
    """Whether `wide` is open whenever `narrow` is: in an ordinary week, and on every date that either names."""
    always = ((Hours(0, 1440),),) * 7
    named = {*wide.closed, *narrow.closed, *(day for day, _ in wide.special), *(day for day, _ in narrow.special)}
    week = zip(wide.week or always, narrow.week or always, strict=True)
    dates = ((wide.hours_on(day), narrow.hours_on(day)) for day in named)
    return all(_holds(one, other) for one, other in (*week, *dates))


def _holds(outer: Sequence[Hours], inner: Sequence[Hours]) -> bool:
    return all(any(wide.opens <= each.opens and each.closes <= wide.closes for wide in outer) for each in inner)
