"""What a contract says, typed: the form in which every other room reads it. Pure values, no I/O.

Units: percentages are `Decimal` per cent (99.5 means 99.5 %), shares are `Decimal` from 0 to 1, latency and silence are
milliseconds, money is `Money`. All instants are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tallylight.kernel.business_time import Calendar
from tallylight.kernel.money import Money


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


class Statistic(StrEnum):
    """Which figure of a slice's round trips is held against the bound."""

    MEAN = "mean"
    P95 = "p95"


class UnknownCounts(StrEnum):
    """What a slice with too few samples counts as."""

    GOOD = "good"
    BAD = "bad"
    EXCLUDED = "excluded"


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

    `person` (a login) is asked first where one is named; otherwise, or when that person is away, whoever holds `role`.
    """

    name: str
    role: str
    at: Decimal
    channels: tuple[Channel, ...]
    person: str | None = None


@dataclass(frozen=True, slots=True)
class SupportLevel:
    """What is promised for one level: when we work, how to reach us, and how soon we answer, report and mend."""

    level: Level
    covers: str
    calendar: Calendar
    channels: tuple[Channel, ...]
    response: timedelta
    update: timedelta
    resolution: timedelta
    ladder: tuple[Step, ...]


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
    """A promise about one-minute slices: of the counted slices of a calendar month, at least `target` per cent are good.

    A slice is good when its figure is within `bound`: latency at most `bound` ms, loss at most `bound` %, availability at
    least `bound` % of probe packets answered. With fewer than `min_samples` packets it is unknown.
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
class CreditTable:
    """What a broken objective earns. `tiers` go from the mildest miss to the worst; `cap` is per cent of the monthly fee."""

    tiers: tuple[Tier, ...]
    cap: Decimal
    combine: Combine
    automatic: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """One contract version, whole. `ends_at` is None while the term renews by itself."""

    number: str
    title: str
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

    def support_at(self, level: Level) -> SupportLevel:
        """The promise for `level`; every agreement has all three."""
        return next(each for each in self.support if each.level is level)

    def thresholds_in(self, region: str) -> tuple[Threshold, ...]:
        """The thresholds that watch the nodes of `region`."""
        return tuple(each for each in self.thresholds if each.region == region)

    def covers(self, region: str) -> bool:
        """Whether the service is promised in `region`."""
        return region in self.regions
