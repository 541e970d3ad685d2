"""What becomes of a month's credits: owed by themselves, to be claimed by a day, lapsed, or under the agreed minimum. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from tallylight.contracts.api import CreditForm, CreditTable
from tallylight.kernel.business_time import local_midnight
from tallylight.kernel.errors import gettext_noop
from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Fact, Sentence

UNDER_MINIMUM = gettext_noop("%(amount)s is under the agreed minimum of %(minimum)s, so nothing is owed.")
PAID_AS = {
    CreditForm.CREDIT: gettext_noop("%(amount)s comes off a later invoice without anybody asking."),
    CreditForm.REFUND: gettext_noop("%(amount)s is paid back without anybody asking."),
}
CLAIMABLE = gettext_noop("%(amount)s can be claimed before %(until)s.")
CLAIMABLE_ALWAYS = gettext_noop("%(amount)s can be claimed at any time.")
CLAIMED = gettext_noop("%(amount)s was claimed at %(at)s and is owed.")
LAPSED = gettext_noop("%(amount)s could be claimed before %(until)s; nobody did, so nothing is owed any more.")
NOT_OVER = gettext_noop("The month is not over; %(amount)s is what it would earn if it ended now.")


class Settled(StrEnum):
    """What a credit is at an instant."""

    NOTHING = "nothing"
    RUNNING = "running"
    OWED = "owed"
    CLAIMABLE = "claimable"
    CLAIMED = "claimed"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Settlement:
    """A month's credit in one currency: `earned` by its slices and cases, of which `owed` is due, or would be on a claim.

    `until`: before this instant it has to be claimed; None where nobody has to claim, or nothing can be claimed.
    """

    earned: Money
    owed: Money
    state: Settled
    pays: CreditForm
    until: datetime | None
    steps: tuple[Sentence, ...]


def settle(
    earned: Money,
    table: CreditTable,
    *,
    month_end: datetime,
    timezone: str,
    now: datetime,
    claimed_at: datetime | None = None,
) -> Settlement:
    """What becomes of what a month earned, under the credit table that applied at its end; `claimed_at` if it was claimed.

    An amount of exactly the minimum is owed. `claim_days` are calendar days in the contract's zone, the first the one on which
    the next month begins, each of them whole.
    """
    nothing = Money(0, earned.currency)

    def said(state: Settled, owed: Money, text: str, until: datetime | None = None, **facts: Fact) -> Settlement:
        filled: dict[str, Fact] = {"amount": earned, **facts, **({"until": until} if until else {})}
        return Settlement(earned, owed, state, table.pays, until, (Sentence(text, filled),) if text else ())

    if earned <= nothing:
        return said(Settled.NOTHING, nothing, "")
    if table.minimum and table.minimum.currency == earned.currency and earned < table.minimum:
        return said(Settled.NOTHING, nothing, UNDER_MINIMUM, minimum=table.minimum)
    if now < month_end:
        return said(Settled.RUNNING, earned, NOT_OVER)
    if table.automatic:
        return said(Settled.OWED, earned, PAID_AS[table.pays])
    if claimed_at is not None and claimed_at <= now:
        return said(Settled.CLAIMED, earned, CLAIMED, at=claimed_at)
    if table.claim_days is None:
        return said(Settled.CLAIMABLE, earned, CLAIMABLE_ALWAYS)
    first = month_end.astimezone(ZoneInfo(timezone)).date()
    until = local_midnight(first + timedelta(days=table.claim_days), timezone)
    if now < until:
        return said(Settled.CLAIMABLE, earned, CLAIMABLE, until)
    return said(Settled.LAPSED, nothing, LAPSED, until)


def settle_all(
    amounts: Sequence[Money],
    table: CreditTable,
    *,
    month_end: datetime,
    timezone: str,
    now: datetime,
    claimed_at: datetime | None = None,
) -> tuple[Settlement, ...]:
    """The same for each currency of a month."""
    return tuple(
        settle(each, table, month_end=month_end, timezone=timezone, now=now, claimed_at=claimed_at) for each in amounts
    )
