"""The door of `alerts`: what is or was wrong, and the thresholds that say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tallylight.accounts.api import Viewer
from tallylight.alerts.errors import AlertUnknown
from tallylight.alerts.models import Alert, Threshold
from tallylight.contracts.api import Metric

__all__ = [
    "AlertCard",
    "AlertUnknown",
    "Metric",
    "ThresholdCard",
    "alert",
    "alerts",
    "alerts_visible_to",
    "firing",
    "raised_on",
    "thresholds_visible_to",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCard:
    """An alert as other rooms know it; see `models.Alert` for the instants. Values and levels are in `metric.unit`.

    `organisation` is None for the provider's own thresholds. `source` is the contract version's hash, or "default".
    """

    id: UUID
    threshold: UUID
    organisation: UUID | None
    source: str
    node: str
    region: str
    metric: Metric
    raise_above: float
    clear_below: float
    value: float
    worst: float
    samples: int
    breached_at: datetime
    raised_at: datetime
    recovered_at: datetime | None
    cleared_at: datetime | None

    @property
    def firing(self) -> bool:
        """Whether it is not over."""
        return self.cleared_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdCard:
    """A threshold in force. Levels are in `metric.unit`, spans in seconds."""

    id: UUID
    organisation: UUID | None
    region: str
    metric: Metric
    raise_above: float
    clear_below: float
    window_s: int
    for_s: int
    clear_for_s: int
    min_samples: int
    source: str
    since: datetime


def alert(id: UUID) -> AlertCard:  # noqa: A002 - the field's name
    """One alert. Raises AlertUnknown."""
    row = Alert.objects.select_related("threshold").filter(id=id).first()
    if row is None:
        raise AlertUnknown(alert=id)
    return alert_card(row)


def alerts(ids: Iterable[UUID]) -> list[AlertCard]:
    """Those of `ids` that exist, the first raised first: how an incident reads its own."""
    return _cards(Alert.objects.filter(id__in=list(ids)))


def firing(*, region: str = "") -> list[AlertCard]:
    """Every alert that is not over (of one region), the first raised first."""
    within = Q(region=region) if region else Q()
    return _cards(Alert.objects.filter(within, cleared_at=None))


def raised_on(node: str, *, since: datetime) -> list[AlertCard]:
    """Every alert raised on `node` at or after `since`, the first raised first."""
    return _cards(Alert.objects.filter(node=node, raised_at__gte=since))


def alerts_visible_to(
    viewer: Viewer, *, node: str = "", region: str = "", firing_only: bool = False
) -> list[AlertCard]:
    """The latest 1,000 alerts `viewer` may know of, the last raised first: a customer sees those of its own thresholds."""
    rows = Alert.objects.visible_to(viewer).select_related("threshold")
    rows = rows.filter(**{name: word for name, word in (("node", node), ("region", region)) if word})
    rows = rows.filter(cleared_at=None) if firing_only else rows
    return [alert_card(row) for row in rows.order_by("-raised_at", "-id")[:1_000]]


def thresholds_visible_to(viewer: Viewer) -> list[ThresholdCard]:
    """The thresholds in force that `viewer` may know of, by region and metric."""
    rows = (
        Threshold.objects.visible_to(viewer).filter(withdrawn_at=None).order_by("region", "metric", "raise_above", "id")
    )
    return [threshold_card(row) for row in rows]


def _cards(rows: QuerySet[Alert]) -> list[AlertCard]:
    return [alert_card(row) for row in rows.select_related("threshold").order_by("raised_at", "id")]


def alert_card(row: Alert) -> AlertCard:
    """The alert as other rooms know it."""
    return AlertCard(
        id=row.id,
        threshold=row.threshold_id,
        organisation=row.organisation_id,
        source=row.threshold.source,
        node=row.node,
        region=row.region,
        metric=Metric(row.metric),
        raise_above=row.raise_above,
        clear_below=row.clear_below,
        value=row.value,
        worst=row.worst,
        samples=row.samples,
        breached_at=row.breached_at,
        raised_at=row.raised_at,
        recovered_at=row.recovered_at,
        cleared_at=row.cleared_at,
    )


def threshold_card(row: Threshold) -> ThresholdCard:
    """The threshold as other rooms know it."""
    return ThresholdCard(
        id=row.id,
        organisation=row.organisation_id,
        region=row.region,
        metric=Metric(row.metric),
        raise_above=row.raise_above,
        clear_below=row.clear_below,
        window_s=row.window_s,
        for_s=row.for_s,
        clear_for_s=row.clear_for_s,
        min_samples=row.min_samples,
        source=row.source,
        since=row.since,
    )
