"""The door of `incidents`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils import translation

from tallylight.accounts.api import Viewer
from tallylight.contracts.api import Level, Metric
from tallylight.fleet import api as fleet
from tallylight.incidents import headline as headlines
from tallylight.incidents import timeline as timelines
from tallylight.incidents.errors import IncidentUnknown
from tallylight.incidents.history import Known, PastIncident, past_incidents
from tallylight.incidents.models import Impact, Incident, IncidentAlert, TimelineEntry
from tallylight.incidents.scope import Reason
from tallylight.incidents.timeline import level_name
from tallylight.kernel.ids import earliest_id
from tallylight.kernel.lazy import Lazy

__all__ = [
    "Condition",
    "ImpactCard",
    "IncidentAlertCard",
    "IncidentCard",
    "IncidentUnknown",
    "Known",
    "PastIncident",
    "PublicIncident",
    "Reason",
    "RegionState",
    "TimelineCard",
    "WholeTimelineCard",
    "WrittenCard",
    "by_id",
    "card",
    "headline",
    "impacts",
    "incident",
    "latest_of_region",
    "level_name",
    "past_incidents",
    "public_incidents",
    "region_name",
    "region_states",
    "timeline",
    "visible_to",
    "whole_timeline",
    "written_since",
]


class Condition(StrEnum):
    """How a region does, as far as incidents tell."""

    WELL = "well"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class ImpactCard:
    """What an incident does to one customer: `viewers` on the affected nodes when it began."""

    organisation_id: UUID
    reason: Reason
    viewers: int
    severity: Level
    since: datetime


@dataclass(frozen=True, slots=True)
class IncidentAlertCard:
    """An alert of the incident; `value` and `limit` are in the metric's unit."""

    alert: UUID
    node: str
    metric: Metric
    value: float
    limit: float
    breached_at: datetime
    raised_at: datetime
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """An incident as one viewer may see it: `impacts` and `severity` are a customer's own, or all and the worst for staff."""

    id: UUID
    number: str
    region: str
    severity: Level
    opened_at: datetime
    first_breach_at: datetime
    recovered_at: datetime | None
    metric: Metric
    worst: float
    limit: float
    nodes: tuple[str, ...]
    alerts: tuple[IncidentAlertCard, ...]
    impacts: tuple[ImpactCard, ...]

    @property
    def running(self) -> bool:
        """Whether it is not over."""
        return self.recovered_at is None


@dataclass(frozen=True, slots=True)
class TimelineCard:
    """Something that happened: `text` is a whole sentence in the active language."""

    at: datetime
    kind: str
    text: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RegionState:
    """A region as everybody may know it: no customer's facts. `incident` is the number of what runs there."""

    code: str
    name_en: str
    name_zh: str
    condition: Condition
    since: datetime | None
    incident: str
    metric: Metric | None


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """An incident as everybody may know it."""

    number: str
    region: str
    condition: Condition
    metric: Metric
    opened_at: datetime
    recovered_at: datetime | None


@dataclass(frozen=True, slots=True)
class WrittenCard:
    """That something was written on an incident's timeline, and the customers who may read it."""

    id: UUID
    organisations: frozenset[UUID]


def visible_to(viewer: Viewer, *, region: str = "", running: bool | None = None) -> Lazy[IncidentCard]:
    """The incidents a viewer may know of, the latest first; of one region, running or over, if asked."""
    rows = Incident.objects.visible_to(viewer).prefetch_related("alerts", "impacts")
    if region:
        rows = rows.filter(region=region)
    if running is not None:
        rows = rows.filter(recovered_at__isnull=running)
    return Lazy(rows.order_by("-opened_at", "-id"), lambda row: card(row, viewer))


def incident(viewer: Viewer, incident_id: UUID | str) -> IncidentCard:
    """One incident as the viewer may see it. Raises NotFound if there is none or it is not the viewer's."""
    return card(Incident.objects.get_visible(viewer, incident_id), viewer)


def card(row: Incident, viewer: Viewer | None = None) -> IncidentCard:
    """The incident as `viewer` may see it; whole for the system itself (None)."""
    own = None if viewer is None or viewer.is_provider else viewer.organisation_id
    found = tuple(_impact(each) for each in row.impacts.all() if own in (None, each.organisation_id))
    shown = headlines.from_facts(row.headline)
    return IncidentCard(
        id=row.pk,
        number=row.number,
        region=row.region,
        severity=found[0].severity if own and found else Level(row.severity),
        opened_at=row.opened_at,
        first_breach_at=row.first_breach_at,
        recovered_at=row.recovered_at,
        metric=shown.metric,
        worst=shown.worst,
        limit=shown.limit,
        nodes=shown.nodes,
        alerts=tuple(_alert(each) for each in sorted(row.alerts.all(), key=lambda each: each.id)),
        impacts=found,
    )


def by_id(incident_id: UUID) -> IncidentCard:
    """One incident, whole, for the system itself. Raises IncidentUnknown."""
    row = Incident.objects.filter(pk=incident_id).first()
    if row is None:
        raise IncidentUnknown(incident=incident_id)
    return card(row)


def impacts(incident_id: UUID) -> list[ImpactCard]:
    """Every customer the incident hurts, in the order in which it reached them."""
    return [_impact(row) for row in Impact.objects.filter(incident_id=incident_id).order_by("id")]


def latest_of_region(region: str) -> IncidentCard | None:
    """The latest incident of a region, whole, for the system itself."""
    row = Incident.objects.filter(region=region).order_by("-opened_at", "-id").first()
    return card(row) if row else None


def timeline(viewer: Viewer, incident_id: UUID | str) -> list[TimelineCard]:
    """What happened, in order, in the active language. Raises NotFound like `incident`."""
    row = Incident.objects.get_visible(viewer, incident_id)
    entries = TimelineEntry.objects.filter(incident=row).order_by("at", "id")
    return [
        TimelineCard(each.at, each.kind, timelines.sentence(each.kind, each.facts), each.facts)
        for each in entries
        if viewer.is_provider or each.organisation_id in (None, viewer.organisation_id)
    ]


@dataclass(frozen=True, slots=True)
class WholeTimelineCard:
    """An entry for the system itself; `shared`: it is no single customer's."""

    at: datetime
    kind: str
    text: str
    shared: bool


def whole_timeline(incident_id: UUID) -> list[WholeTimelineCard]:
    """All that happened, in order, in the active language, for the system itself."""
    return [
        WholeTimelineCard(
            each.at, each.kind, timelines.sentence(each.kind, each.facts), shared=each.organisation_id is None
        )
        for each in TimelineEntry.objects.filter(incident_id=incident_id).order_by("at", "id")
    ]


def written_since(at: datetime) -> list[WrittenCard]:
    """What was written on any timeline since `at`: for pages that show what changed."""
    rows = TimelineEntry.objects.filter(id__gte=earliest_id(at)).prefetch_related("incident__impacts")
    return [WrittenCard(each.id, _readers(each)) for each in rows]


def _readers(entry: TimelineEntry) -> frozenset[UUID]:
    if entry.organisation_id:
        return frozenset({entry.organisation_id})
    return frozenset(each.organisation_id for each in entry.incident.impacts.all())


def headline(incident: IncidentCard, locale: str = "") -> str:
    """What the incident is, in one line, in `locale` or else in the active language."""
    shown = headlines.Headline(incident.metric, incident.worst, incident.limit, incident.nodes)
    with translation.override(locale or translation.get_language()):
        return headlines.sentence(shown, region_name(incident.region))


def region_name(code: str) -> str:
    """The region's name in the active language; its code if it is gone."""
    names = {each.code: each for each in fleet.regions()}
    return names[code].name(translation.get_language() or "en") if code in names else code


def region_states() -> list[RegionState]:
    """Every region and whether an incident runs there: for the public status page."""
    running: dict[str, Incident] = {}
    for row in Incident.objects.filter(recovered_at=None).order_by("-opened_at"):
        running[row.region] = row
    return [_region_state(each, running.get(each.code)) for each in fleet.regions()]


def public_incidents(since: datetime) -> list[PublicIncident]:
    """Incidents that ran at or after `since`, the latest first, without any customer's facts."""
    rows = Incident.objects.exclude(recovered_at__lt=since).order_by("-opened_at", "-id")
    return [
        PublicIncident(row.number, row.region, _condition(row), _headline(row).metric, row.opened_at, row.recovered_at)
        for row in rows
    ]


def _region_state(region: fleet.RegionCard, row: Incident | None) -> RegionState:
    return RegionState(
        code=region.code,
        name_en=region.name_en,
        name_zh=region.name_zh,
        condition=_condition(row) if row else Condition.WELL,
        since=row.first_breach_at if row else None,
        incident=row.number if row else "",
        metric=_headline(row).metric if row else None,
    )


def _condition(row: Incident) -> Condition:
    return Condition.DOWN if _headline(row).metric is Metric.DEAD else Condition.DEGRADED


def _headline(row: Incident) -> headlines.Headline:
    return headlines.from_facts(row.headline)


def _impact(row: Impact) -> ImpactCard:
    return ImpactCard(row.organisation_id, Reason(row.reason), row.viewers, Level(row.severity), row.since)


def _alert(row: IncidentAlert) -> IncidentAlertCard:
    return IncidentAlertCard(
        alert=row.alert,
        node=row.node,
        metric=Metric(row.metric),
        value=row.value,
        limit=row.limit,
        breached_at=row.breached_at,
        raised_at=row.raised_at,
        cleared_at=row.cleared_at,
    )
