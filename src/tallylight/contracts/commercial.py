"""The commercial and legal parts of a contract, typed: scope, capacity, fees, privacy, term and exit, change notice. Pure values.

Units: per cent are `Decimal` (1.5 means 1.5 %), whole days are calendar days in the contract's timezone, lengths are `timedelta`,
prices below a cent are `Decimal` in major units of `currency`, concurrency is viewers at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from tallylight.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Wording:
    """A text of the parties' own, by language (`en`, `zh-Hans`). A text given once is said in every language."""

    by_language: Mapping[str, str]

    @classmethod
    def same(cls, text: str) -> Wording:
        """The same words in both languages."""
        return cls({"en": text, "zh-Hans": text})

    def said(self, language: str) -> str:
        """In `language` (BCP 47, of any case), else in whatever language there is."""
        known = "zh-Hans" if language.lower().startswith("zh") else "en"
        return self.by_language.get(known) or next(iter(self.by_language.values()))


class Side(StrEnum):
    """Who of the two parties."""

    PROVIDER = "provider"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class ExtraService:
    """Something that is done for a fee of its own. `per` is what one fee buys, such as `hour` or `event`."""

    name: Wording
    fee: Money
    per: str


@dataclass(frozen=True, slots=True)
class Duty:
    """What one side does."""

    side: Side
    what: Wording


@dataclass(frozen=True, slots=True)
class Scope:
    """Where the service begins and ends."""

    included: tuple[Wording, ...] = ()
    extra: tuple[ExtraService, ...] = ()
    excluded: tuple[Wording, ...] = ()
    duties: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class RegionCapacity:
    """Viewers at once in a region: `committed` are always there, up to `burst` are served at the on-demand price."""

    region: str
    committed: int
    burst: int


class FeeEffect(StrEnum):
    """From when less capacity costs less."""

    AT_ONCE = "at-once"
    NEXT_CYCLE = "next-cycle"
    END_OF_TERM = "end-of-term"


@dataclass(frozen=True, slots=True)
class EventBooking:
    """A show that is announced ahead: at least `notice` before, up to `most` viewers, at `price` per 1,000 viewers and hour."""

    notice: timedelta
    most: int
    price: Money


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much there is, how fast it grows and what that costs.

    `scale_out` is the time from the order, or from measured need, to the first viewer served by what was added. `on_demand` and
    `prepaid` are prices per 1,000 viewers and hour. Less is ordered `scale_in_notice` ahead and lowers the fee as
    `scale_in_effect` says.
    """

    regions: tuple[RegionCapacity, ...]
    scale_out: timedelta
    on_demand: Money
    prepaid: Money | None
    scale_in_notice: timedelta
    scale_in_effect: FeeEffect
    events: EventBooking | None = None


class Meter(StrEnum):
    """What usage is counted in."""

    GIGABYTES = "gigabytes"  # 10^9 bytes delivered
    MINUTES = "minutes"  # viewer minutes
    PEAK = "peak"  # the month's highest viewers at once
    MBPS_95 = "mbps-95"  # the 95th percentile of the month's five-minute mean rates, in 10^6 bit/s


class UsageMode(StrEnum):
    """How tiers price a quantity: each part at its own tier's price, or all of it at the price of the tier it reaches."""

    GRADUATED = "graduated"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class UsageTier:
    """Up to `up_to` units (None: without end) at `price` a unit, in major units of the contract's currency."""

    up_to: Decimal | None
    price: Decimal


@dataclass(frozen=True, slots=True)
class UsageFee:
    """A price by use. The first `included` units of a cycle are part of the monthly fee."""

    name: str
    meter: Meter
    included: Decimal
    mode: UsageMode
    tiers: tuple[UsageTier, ...]


@dataclass(frozen=True, slots=True)
class RecurringFee:
    """A fixed fee each cycle; `service` names what it is for, None the contract as a whole."""

    name: Wording
    amount: Money
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """A quantity bought ahead, used before anything is priced by use, gone after `lasts_days`."""

    name: str
    meter: Meter
    quantity: Decimal
    price: Money
    lasts_days: int


class ArrearsAction(StrEnum):
    """What follows an unpaid invoice."""

    REMIND = "remind"
    RESTRICT = "restrict"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True)
class ArrearsStep:
    """Taken `after_days` past the due day."""

    after_days: int
    action: ArrearsAction


@dataclass(frozen=True, slots=True)
class Arrears:
    """The ladder, and within how long of payment everything is back."""

    steps: tuple[ArrearsStep, ...]
    restore_within: timedelta


@dataclass(frozen=True, slots=True)
class LateFee:
    """`percent_a_year` of the overdue amount, simple, by days of 365; never above `cap` per cent of it."""

    percent_a_year: Decimal
    cap: Decimal


@dataclass(frozen=True, slots=True)
class Tax:
    """`rate` per cent, called `name`; part of the prices where `included`."""

    name: str
    rate: Decimal
    included: bool


@dataclass(frozen=True, slots=True)
class Fees:
    """What is paid and when: each calendar month, due `due_days` after the invoice's date. `monthly` is the base fee."""

    monthly: Money
    recurring: tuple[RecurringFee, ...] = ()
    usage: tuple[UsageFee, ...] = ()
    packages: tuple[Package, ...] = ()
    due_days: int = 30
    late_fee: LateFee | None = None
    arrears: Arrears | None = None
    tax: Tax | None = None

    @property
    def every_month(self) -> Money:
        """The base fee and the recurring ones."""
        return sum((each.amount for each in self.recurring), self.monthly)

    def of_service(self, service: str) -> Money:
        """The recurring fees for one service."""
        nothing = Money(0, self.monthly.currency)
        return sum((each.amount for each in self.recurring if each.service == service), nothing)


class Regime(StrEnum):
    """A law on personal data."""

    GDPR = "gdpr"
    UK_GDPR = "uk-gdpr"
    CCPA = "ccpa"
    PIPL = "pipl"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long data of a category is kept."""

    category: str
    days: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Data goes from one residency region to another on a legal `basis`, such as standard contractual clauses."""

    source: str
    target: str
    basis: Wording


@dataclass(frozen=True, slots=True)
class SubProcessor:
    """Somebody who processes data for the provider."""

    name: str
    purpose: Wording
    region: str


@dataclass(frozen=True, slots=True)
class Privacy:
    """Personal data: which, where, how long, under which laws.

    `assist_within` is the processor's own clock: a request by a data subject is passed on, or helped with, within that time.
    `breach_notice` is how soon the customer hears of a breach. `deletion_days` count from the end of the contract or the request.
    """

    regimes: tuple[Regime, ...]
    categories: tuple[str, ...]
    residency: tuple[str, ...]
    transfers: tuple[Transfer, ...]
    retention: tuple[Retention, ...]
    deletion_days: int
    sub_processors: tuple[SubProcessor, ...]
    sub_processor_notice_days: int
    assist_within: timedelta
    breach_notice: timedelta


@dataclass(frozen=True, slots=True)
class Term:
    """`months` at first; where it `renews`, by `renewal_months` each time unless notice is given `notice_days` before the end."""

    months: int
    renews: bool
    renewal_months: int = 12
    notice_days: int = 30


@dataclass(frozen=True, slots=True)
class Exit:
    """Leaving: how long we help, both run side by side, in which formats everything comes along, by when the rest is deleted."""

    assistance_days: int
    dual_run_days: int
    formats: tuple[str, ...]
    deletion_days: int
    certificate: bool


class ChangeKind(StrEnum):
    """What a provider may change on notice."""

    PRICE = "price"
    FEATURE = "feature"
    DISCONTINUATION = "discontinuation"


@dataclass(frozen=True, slots=True)
class Change:
    """Told `notice_days` before; the old way works `transition_days` longer.

    Where it says `may_leave`, the customer may end the contract for it.
    """

    notice_days: int
    transition_days: int
    may_leave: bool


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """The notice each kind of change needs."""

    price: Change = field(default_factory=lambda: Change(60, 0, may_leave=True))
    feature: Change = field(default_factory=lambda: Change(30, 30, may_leave=False))
    discontinuation: Change = field(default_factory=lambda: Change(180, 90, may_leave=True))

    def of(self, kind: ChangeKind) -> Change:
        """The notice for one kind."""
        found: Change = getattr(self, kind.value)
        return found
