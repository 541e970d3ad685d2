"""How long before each change must be told, by the contract that is in force, and from when the whole may apply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.commercial import Change
from tallylight.contracts.diff.effect import Effect
from tallylight.contracts.diff.walk import Difference, differences
from tallylight.kernel.business_time import local_day, local_midnight


@dataclass(frozen=True, slots=True)
class NoticedChange:
    """A difference with the notice it needs: None where it needs none, because it is for the better or wording only.

    `earliest` is the first day on which it may apply if it is told today.
    """

    difference: Difference
    notice: Change | None
    earliest: date


@dataclass(frozen=True, slots=True)
class Amendment:
    """Everything that a new text changes. `earliest` is the first day on which the whole may apply, `earliest_at` its midnight in
    the old contract's zone, `until` the day to which the old ways must work on."""

    changes: tuple[NoticedChange, ...]
    told: date
    earliest: date
    earliest_at: datetime
    until: date

    def those(self, effect: Effect) -> tuple[NoticedChange, ...]:
        """The changes of one effect."""
        return tuple(each for each in self.changes if each.difference.effect is effect)

    @property
    def may_leave(self) -> bool:
        """Whether any of the changes gives the customer the right to end the contract."""
        return any(each.notice and each.notice.may_leave for each in self.changes)


def amendment(old: Agreement, new: Agreement, *, now: datetime) -> Amendment:
    """What `new` changes against `old`, told at `now`.

    The notice is the old contract's. As many whole days as it says, in the old contract's zone, lie between the day on which the
    change is told and the first day on which it applies. A change for the better may apply at once, and so may anything that the
    customer agrees to have sooner.
    """
    told = local_day(now, old.timezone)
    changes = tuple(_noticed(each, old, told) for each in differences(old, new))
    earliest = max((each.earliest for each in changes), default=told)
    transition = max((each.notice.transition_days for each in changes if each.notice), default=0)
    return Amendment(
        changes=changes,
        told=told,
        earliest=earliest,
        earliest_at=now if earliest == told else local_midnight(earliest, old.timezone),
        until=earliest + timedelta(days=transition),
    )


def _noticed(difference: Difference, old: Agreement, told: date) -> NoticedChange:
    if difference.effect is Effect.BETTER or difference.kind is None:
        return NoticedChange(difference, None, told)
    notice = old.changes.of(difference.kind)
    return NoticedChange(difference, notice, told + timedelta(days=notice.notice_days + 1))
