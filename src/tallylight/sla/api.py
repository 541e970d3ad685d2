"""The door of the sla room: a month's report, its slices, what some minutes meant, exclusions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tallylight.accounts.api import Viewer
from tallylight.kernel.lazy import Lazy
from tallylight.sla import excluding
from tallylight.sla.again import Missing, MonthAgain, RowAgain, judge_again, measures
from tallylight.sla.attainment import Counts, Standing
from tallylight.sla.by_day import Days, days_of
from tallylight.sla.claims import claim
from tallylight.sla.derivation import miss_step
from tallylight.sla.earned import Credit, Miss, Part
from tallylight.sla.errors import (
    BadExclusion,
    BadMeasurement,
    NoSuchMonth,
    NoSuchObjective,
    NothingPromised,
    SpanTooLong,
)
from tallylight.sla.evidence.export import VERIFIER, EvidenceFile, evidence_of, verifier_text
from tallylight.sla.evidence.http import as_download, as_program
from tallylight.sla.evidence.keys import KeyCard
from tallylight.sla.evidence.keys import published as evidence_keys
from tallylight.sla.excluding import KIND_TEXTS, LeftOut, Use
from tallylight.sla.measured import concerning, settled
from tallylight.sla.models import UNSTATED, Exclusion
from tallylight.sla.report import Meaning, Report, Row, SegmentReport, month_bounds, months_between
from tallylight.sla.sealed import sealed_until
from tallylight.sla.sealing import CORRECTION_WINDOW
from tallylight.sla.services import credit_between, explain_slices, month_report, zone_of
from tallylight.sla.settlement import Settled, Settlement
from tallylight.sla.slice_page import SliceCard, SlicePage
from tallylight.sla.slices import Verdict

__all__ = [
    "CORRECTION_WINDOW",
    "KIND_TEXTS",
    "UNSTATED",
    "VERIFIER",
    "BadExclusion",
    "BadMeasurement",
    "Counts",
    "Credit",
    "Days",
    "EvidenceFile",
    "ExclusionCard",
    "KeyCard",
    "LeftOut",
    "Meaning",
    "Miss",
    "Missing",
    "MonthAgain",
    "NoSuchMonth",
    "NoSuchObjective",
    "NothingPromised",
    "Part",
    "Report",
    "Row",
    "RowAgain",
    "SegmentReport",
    "Settled",
    "Settlement",
    "SliceCard",
    "SlicePage",
    "SpanTooLong",
    "Standing",
    "Use",
    "Verdict",
    "as_download",
    "as_program",
    "claim",
    "credit_between",
    "days_of",
    "evidence_keys",
    "evidence_of",
    "exclude",
    "exclusions_between",
    "exclusions_of",
    "exclusions_visible_to",
    "explain_slices",
    "judge_again",
    "measures",
    "miss_step",
    "month_bounds",
    "month_report",
    "months_between",
    "sealed_until",
    "settled",
    "verifier_text",
    "zone_of",
]


@dataclass(frozen=True, slots=True)
class ExclusionCard:
    """Slices taken out of the count, for a `kind` (UNSTATED where none was asked for).

    `organisation_id` None: for everybody; `region` empty: everywhere.
    """

    id: UUID
    organisation_id: UUID | None
    kind: str
    region: str
    starts_at: datetime
    ends_at: datetime
    announced_at: datetime | None
    reason: str
    approved_by: UUID
    approved_at: datetime


def exclude(
    use: Use, *, organisation_id: UUID | None, by: Viewer, now: datetime
) -> tuple[list[ExclusionCard], tuple[LeftOut, ...]]:
    """As `excluding.exclude`, with which it shares what it raises: what was taken out, and whose slices stay in the count."""
    taken = excluding.exclude(use, organisation_id=organisation_id, by=by, now=now)
    return [_card(row) for row in taken.rows], taken.left_out


def exclusions_visible_to(viewer: Viewer) -> Lazy[ExclusionCard]:
    """Exclusions that concern the viewer, the latest first."""
    return Lazy(Exclusion.objects.visible_to(viewer), _card)


def exclusions_of(organisation_id: UUID) -> Lazy[ExclusionCard]:
    """Everything that was ever taken out of the count for an organisation, the latest first."""
    return Lazy(concerning(organisation_id).order_by("-starts_at", "-id"), _card)


def exclusions_between(organisation_id: UUID, start: datetime, end: datetime) -> list[ExclusionCard]:
    """What is taken out of the count for an organisation within `[start, end)`, in order of time."""
    rows = concerning(organisation_id).filter(starts_at__lt=end, ends_at__gt=start)
    return [_card(row) for row in rows.order_by("starts_at", "id")]


def _card(row: Exclusion) -> ExclusionCard:
    return ExclusionCard(
        row.id,
        row.organisation_id,
        row.kind,
        row.region,
        row.starts_at,
        row.ends_at,
        row.announced_at,
        row.reason,
        row.approved_by_id,
        row.approved_at,
    )
