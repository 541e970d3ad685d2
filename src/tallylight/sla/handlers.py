"""What this room does when support speaks."""

from __future__ import annotations

from tallylight.kernel.events import ClockBreached, ClockBreachWithdrawn
from tallylight.sla import broken


def on_clock_breached(event: ClockBreached) -> None:
    """A promise was broken; the month shows it, and what it earns."""
    broken.keep(event)


def on_clock_breach_withdrawn(event: ClockBreachWithdrawn) -> None:
    """It was kept after all."""
    broken.withdraw(event)
