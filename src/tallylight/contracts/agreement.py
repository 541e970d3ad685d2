"""What a contract says, typed: the form in which every other room reads it. Pure values, no I/O.

Units: percentages are `Decimal` per cent (99.5 means 99.5 %), shares are `Decimal` from 0 to 1, latency and silence are
milliseconds, money is `Money`. All instants are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tallylight.contracts.commercial import Capacity, ChangeNotice, Exit, Fees, Privacy, Scope, Term, Wording
from tallylight.kernel.business_time import Calendar
from tallylight.kernel.money import Money
from tallylight.kernel.money import Rounding as Rounding


class Level(StrEnum):
    """How serious a case is; each level has its own support promise."""

    BASIC = "basic"
    FAULT = "fault"
    MAJOR = "major"

    @property
    def rank(self) -> int:
        """0 for basic, 1 for fault, 2 for major: the higher, the more serious."""
        return tuple(Level).index(self)


class Channel(StrEnum):
    """A way to reach a person."""

    MAIL = "mail"
    SMS = "sms"
    IM = "im"
    PHONE = "phone"
    CONSOLE = "console"


class Metric(StrEnum):
    """What a threshold watches on a node."""

    LATENCY = "latency"
    LOSS = "loss"
    DEAD = "dead"

    @property
    def unit(self) -> str:
        """`ms` of round trip, `%` of packets, `ms` of silence."""
        return "%" if self is Metric.LOSS else "ms"


class Promise(StrEnum):
    """What an objective judges in each slice."""

    AVAILABILITY = "availability"
    LATENCY = "latency"
    LOSS = "loss"
    JITTER = "jitter"
    #: From joining to the first picture, in ms; also called join time.
    FIRST_FRAME = "first-frame"
    #: Share of watching time with a picture that stands still.
    FREEZE = "freeze"
    #: Share of requests that failed.
    ERRORS = "errors"

    @property
    def unit(self) -> str:
        """`ms` or `%`."""
        return "ms" if self in (Promise.LATENCY, Promise.JITTER, Promise.FIRST_FRAME) else "%"


class Source(StrEnum):
    """Where an objective's figures come from: our probes, or what is reported slice by slice by players or relays."""

    PROBES = "probes"
    REPORTED = "reported"


class Attain(StrEnum):
    """How slices become attainment.

    SLICES: the share of counted slices that are good. MEAN: 100 less the mean of the slices' bad shares in per cent (for
    availability the mean itself). AFFECTED: 100 less the bad slices, each times the share of users it hit, in per cent of the
    counted ones.
    """

    SLICES = "slices"
    MEAN = "mean"
    AFFECTED = "affected"


class Statistic(StrEnum):
    """Which figure of a slice's round trips is held against the bound."""

    MEAN = "mean"
    P95 = "p95"


class UnknownCounts(StrEnum):
    """What a slice with too few samples counts as."""

    GOOD = "good"
    BAD = "bad"
    EXCLUDED = "excluded"


class CreditBase(StrEnum):
    """What a credit is a percentage of: the fees of the whole month, or those of the objective's service."""

    MONTHLY_FEES = "monthly-fees"
    SERVICE_FEES = "service-fees"


class CreditForm(StrEnum):
    """How a credit is paid: off a later invoice, or back."""

    CREDIT = "credit"
    REFUND = "refund"


class Promised(StrEnum):
    """A support clock whose miss may earn a credit."""

    RESPONSE = "response"
    UPDATE = "update"
    MITIGATION = "mitigation"
    RESOLUTION = "resolution"


class Answer(StrEnum):
    """What counts as a response: a person takes the case on, or a person has also written what is done next."""

    TAKEN = "taken"
    ANSWERED = "answered"


class ExclusionKind(StrEnum):
    """Why slices may be taken out of the count."""

    MAINTENANCE = "maintenance"
    CUSTOMER = "customer-caused"
    FORCE_MAJEURE = "force-majeure"
    OVERLOAD = "overload"


class Combine(StrEnum):
    """How the credits of several missed objectives become one."""

    WORST = "worst"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the agreement; `slug` names the organisation in Tallylight."""

    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the ladder, taken when `at` of the response clock is used without acknowledgement.

    Whoever it reaches first is asked: `person` (a login); whoever is on call by `schedule`; the people of `team`; whoever holds
    `role`. It names at least one of them, schedules and teams by the provider's short name. A step with a `calendar` is taken
    only where that is open at its instant; several such steps may share one `at`.
    """

    name: str
    role: str | None
    at: Decimal
    channels: tuple[Channel, ...]
    person: str | None = None
    calendar: Calendar | None = None
    schedule: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A reason for which a level's clocks may stand still, for at most `most` of real time each time."""

    reason: str
    most: timedelta


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who is named: a key-account manager, a direct line to an expert. `reach` is an address or a number."""

    role: str
    name: str
    reach: str


@dataclass(frozen=True, slots=True)
class SupportLevel:
    """What is promised for one level: when we work, how to reach us, and how soon we answer, report, mitigate and mend.

    `mitigation` is when viewers no longer feel it, though its cause may remain; None where nothing is promised. `answer` is what
    counts as a response. Clocks stand still for nothing but `pauses`.
    """

    level: Level
    covers: Wording
    calendar: Calendar
    channels: tuple[Channel, ...]
    response: timedelta
    update: timedelta
    resolution: timedelta
    ladder: tuple[Step, ...]
    mitigation: timedelta | None = None
    answer: Answer = Answer.TAKEN
    pauses: tuple[Pause, ...] = ()
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """One way for an incident to reach a level: everything that is given must hold.

    `above` is in the metric's unit; the counts are lower bounds, themselves included.
    """

    metric: Metric | None = None
    above: float | None = None
    nodes: int | None = None
    regions: int | None = None
    viewers: int | None = None


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """What makes an incident major or a fault: the first of `major`, then of `fault`, then `otherwise`."""

    major: tuple[Condition, ...]
    fault: tuple[Condition, ...]
    otherwise: Level


@dataclass(frozen=True, slots=True)
class Objective:
    """A promise about slices of a calendar month: attainment, as `attain` takes it from them, reaches `target` per cent.

    A slice is good when its figure is within `bound`, in `promise.unit`: at least `bound` for availability, at most for every
    other. With fewer than `min_samples` samples it is unknown. Bad slices count as bad only in a row of at least `at_least_for`
    (zero: always); shorter rows count as good. `tiers` are the objective's own; empty: those of the credit table.
    """

    name: str
    service: str
    regions: tuple[str, ...]
    promise: Promise
    statistic: Statistic
    bound: float
    target: Decimal
    min_samples: int
    unknown: UnknownCounts
    source: Source = Source.PROBES
    slice: timedelta = timedelta(minutes=1)
    attain: Attain = Attain.SLICES
    at_least_for: timedelta = timedelta(0)
    tiers: tuple[Tier, ...] = ()


@dataclass(frozen=True, slots=True)
class ExclusionRule:
    """A kind of slices that may be taken out, and the role that must approve each use.

    Maintenance is announced `notice` ahead and takes out at most `most_a_month`. Overload takes out slices in which the load is
    above `load_multiple` times its mean over the counted slices of the month; it needs no approval, being measured.
    """

    kind: ExclusionKind
    approver: str
    notice: timedelta | None = None
    most_a_month: timedelta | None = None
    load_multiple: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """When a node of `region` is in trouble.

    Raises once the figure over `window_s` has been above `raise_above` for `for_s` seconds; clears once it has been below
    `clear_below` for `clear_for_s`. `metric.unit` is the unit of both; for `dead` it is milliseconds without any answer.
    Fewer than `min_samples` packets in the window mean unknown, which neither raises nor clears.
    """

    region: str
    metric: Metric
    raise_above: float
    clear_below: float
    window_s: int
    for_s: int
    clear_for_s: int
    min_samples: int
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class Tier:
    """Attainment under `below` per cent earns `credit` per cent of the monthly fee."""

    below: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class OutageCredit:
    """Bad minutes of availability, each times the share of users it hit, in per cent of the scheduled minutes, times `multiple`,
    is the percentage of the base that is owed."""

    multiple: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class MissCredit:
    """Each broken support promise of `clock` at `level` earns `credit` per cent of the base, together at most `most` a month."""

    level: Level
    clock: Promised
    credit: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class CreditTable:
    """What broken promises earn. `tiers` go from the mildest miss to the worst; `cap` is per cent of the base.

    Amounts under `minimum` are not owed. Where nothing is `automatic`, a claim comes within `claim_days` of the month's end.
    """

    tiers: tuple[Tier, ...]
    cap: Decimal
    combine: Combine
    automatic: bool
    base: CreditBase = CreditBase.MONTHLY_FEES
    outage: OutageCredit | None = None
    misses: tuple[MissCredit, ...] = ()
    rounding: Rounding = Rounding.HALF_EVEN
    minimum: Money | None = None
    claim_days: int | None = None
    pays: CreditForm = CreditForm.CREDIT


@dataclass(frozen=True, slots=True)
class Agreement:
    """One contract version, whole. `ends_at` is None while the term renews by itself; `monthly_fee` is `fees.every_month`."""

    number: str
    title: Wording
    provider: Party
    customer: Party
    effective_from: datetime
    ends_at: datetime | None
    timezone: str
    locale: str
    services: tuple[str, ...]
    regions: tuple[str, ...]
    support: tuple[SupportLevel, ...]
    severity: SeverityRule
    objectives: tuple[Objective, ...]
    thresholds: tuple[Threshold, ...]
    credit: CreditTable
    monthly_fee: Money
    term: Term
    fees: Fees
    scope: Scope = field(default_factory=Scope)
    exclusions: tuple[ExclusionRule, ...] = ()
    capacity: Capacity | None = None
    privacy: Privacy | None = None
    exit: Exit | None = None
    changes: ChangeNotice = field(default_factory=ChangeNotice)

    def support_at(self, level: Level) -> SupportLevel:
        """The promise for `level`; every agreement has all three."""
        return next(each for each in self.support if each.level is level)

    def thresholds_in(self, region: str) -> tuple[Threshold, ...]:
        """The thresholds that watch the nodes of `region`."""
        return tuple(each for each in self.thresholds if each.region == region)

    def covers(self, region: str) -> bool:
        """Whether the service is promised in `region`."""
        return region in self.regions
