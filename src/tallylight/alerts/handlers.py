"""What alerts do when they hear of something."""

from __future__ import annotations

from tallylight.alerts.thresholds import sync_from_contracts
from tallylight.kernel import clock
from tallylight.kernel.events import Event


def on_contract_amended(_event: Event) -> None:
    """A contract came into force: its thresholds do too, within a second."""
    sync_from_contracts(clock.now())
