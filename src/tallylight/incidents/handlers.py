"""What this room does when alerts speak."""

from __future__ import annotations

from uuid import UUID

import structlog
from django.db import transaction

from tallylight.accounts import api as accounts
from tallylight.alerts import api as alerts
from tallylight.contracts.api import Metric
from tallylight.incidents import services
from tallylight.incidents.finding import Finding
from tallylight.kernel import clock
from tallylight.kernel.events import ThresholdCleared, ThresholdRaised
from tallylight.telemetry import api as telemetry

log = structlog.get_logger(__name__)


def on_threshold_raised(event: ThresholdRaised) -> None:
    """The alert joins its incident. It is read again under the lock: one that ended meanwhile is seen to be over."""
    card = alerts.alert(event.alert)
    viewers = _viewers(card.node)
    with transaction.atomic():
        services.lock_region(card.region)
        services.take_in(_finding(alerts.alert(event.alert), viewers=viewers), now=clock.now())


def on_threshold_cleared(event: ThresholdCleared) -> None:
    """The alert is over; perhaps the incident is."""
    services.let_go(_finding(alerts.alert(event.alert), viewers={}), now=clock.now())


def _finding(card: alerts.AlertCard, *, viewers: dict[UUID, int]) -> Finding:
    return Finding(
        alert=card.id,
        region=card.region,
        node=card.node,
        metric=Metric(card.metric.value),
        value=card.value,
        limit=card.raise_above,
        breached_at=card.breached_at,
        raised_at=card.raised_at,
        cleared_at=card.cleared_at,
        organisation_id=card.organisation,
        viewers=viewers,
    )


def _viewers(node: str) -> dict[UUID, int]:
    """Each customer's viewers on the node. Unknown is nobody here: the contract still says whom the incident hurts."""
    try:
        counts = telemetry.viewers_on({node})
    except telemetry.HistoryAway:
        log.warning("viewers unknown", node=node)
        return {}
    ids = {each.slug: each.id for each in accounts.organisations()}
    return {ids[each.customer]: each.viewers for each in counts if each.customer in ids}
