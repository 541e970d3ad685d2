"""What a service report says, as values: a month's objectives, support promises, credits and exclusions. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tallylight.contracts.api import Agreement, Level, Promised
from tallylight.fleet.api import RegionCard
from tallylight.sla.api import Days, Report


@dataclass(frozen=True, slots=True)
class Due:
    """A support promise that was due in the month: which clock of which case (its number), at which level, and when.

    `came_at` is when what was promised happened, None while it has not. `kept`: whether that was in time.
    """

    case: str
    level: Level
    clock: Promised
    due_at: datetime
    came_at: datetime | None
    kept: bool


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Minutes that don't count: `kind` as the exclusion has it; `region` empty means everywhere. `approver` is a name."""

    kind: str
    region: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    approver: str
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class ServiceMonth:
    """A customer's month, whole. `agreements` are the contract versions that applied, by their SHA-256.

    `sealed_until` is the instant up to which nothing of it can change any more, at most the end of what was promised.
    """

    customer: str
    report: Report
    agreements: Mapping[str, Agreement]
    sealed_until: datetime
    dues: tuple[Due, ...]
    taken_out: tuple[TakenOut, ...]
    days: tuple[Days, ...]
    regions: Mapping[str, RegionCard]

    @property
    def provider(self) -> str:
        """Who promised, by the latest version."""
        return self.agreements[self.report.segments[-1].sha256].provider.name

    @property
    def over(self) -> bool:
        """Whether every minute of the month is counted."""
        return self.report.until >= self.report.end

    @property
    def sealed(self) -> bool:
        """Whether nothing of what was measured can change any more."""
        return self.over and self.sealed_until >= self.report.segments[-1].end

    @property
    def broken(self) -> tuple[Due, ...]:
        """The support promises that were broken, in the order in which they were due."""
        return tuple(each for each in self.dues if not each.kept)

    def region(self, code: str, language: str) -> str:
        """A region's name; its code where nobody knows it any more."""
        return self.regions[code].name(language) if code in self.regions else code
