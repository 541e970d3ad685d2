"""What an alert says about the network, as this room uses it. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tallylight.contracts.api import Metric


@dataclass(frozen=True, slots=True)
class Finding:
    """One alert: `value` and `limit` in the metric's unit.

    `organisation_id` is whose threshold it was; None if it is the provider's own. `viewers` are each customer's on the node.
    `breached_at` is when the figure first went over, `cleared_at` when measurement showed it to be over.
    """

    alert: UUID
    region: str
    node: str
    metric: Metric
    value: float
    limit: float
    breached_at: datetime
    raised_at: datetime
    cleared_at: datetime | None = None
    organisation_id: UUID | None = None
    viewers: Mapping[UUID, int] = field(default_factory=dict)
