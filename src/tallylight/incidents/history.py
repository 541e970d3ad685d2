"""What was known of an incident for one customer, alert by alert: enough to judge its severity again by another rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement, IncidentFacts, Level, Segment, severity_of
from tallylight.incidents.finding import Finding
from tallylight.incidents.models import Incident, IncidentAlert
from tallylight.incidents.scope import facts_for
from tallylight.incidents.services import finding_of

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Known:
    """The facts once one more alert had come in at `at`, and the level that the contract in force then gave them."""

    at: datetime
    facts: IncidentFacts
    level: Level


@dataclass(frozen=True, slots=True)
class PastIncident:
    """An incident as it grew for one customer; `known` is empty where nothing in it spoke for the customer.

    `covered` says whether the contract in force covered its region, None if there was none.
    """

    id: UUID
    number: str
    region: str
    opened_at: datetime
    covered: bool | None
    known: tuple[Known, ...]


def past_incidents(organisation_id: UUID, start: datetime, end: datetime) -> list[PastIncident]:
    """The incidents opened within `[start, end)`, everybody's, as far as they spoke for the organisation; in order."""
    rows = Incident.objects.filter(opened_at__gte=start, opened_at__lt=end).order_by("opened_at", "id")
    found = list(rows.prefetch_related("alerts"))
    until = max((alert.raised_at + _TICK for row in found for alert in row.alerts.all()), default=end)
    segments = contracts.segments_between(organisation_id, start, max(end, until))
    return [_past(row, organisation_id, segments) for row in found]


def _past(row: Incident, organisation_id: UUID, segments: Sequence[Segment]) -> PastIncident:
    alerts = sorted(row.alerts.all(), key=lambda each: each.id)
    known = tuple(_known(row, alerts, organisation_id, segments))
    agreement = _in_force(segments, row.opened_at)
    covered = agreement.covers(row.region) if agreement else None
    return PastIncident(row.pk, row.number, row.region, row.opened_at, covered, known)


def _known(
    row: Incident, alerts: Sequence[IncidentAlert], organisation_id: UUID, segments: Sequence[Segment]
) -> Iterator[Known]:
    findings: list[Finding] = []
    at = row.opened_at
    for alert in alerts:
        findings.append(finding_of(alert, row.region))
        at = max(at, alert.raised_at)
        agreement = _in_force(segments, at)
        facts = facts_for(organisation_id, agreement, findings) if agreement else None
        if agreement and facts:
            yield Known(at, facts, severity_of(agreement.severity, facts))


def _in_force(segments: Sequence[Segment], at: datetime) -> Agreement | None:
    return next((each.agreement for each in segments if each.start <= at < each.end), None)
