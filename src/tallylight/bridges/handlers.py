"""What this room does when incidents and tickets speak."""

from __future__ import annotations

from tallylight.bridges.opening import open_for_incident, open_for_ticket
from tallylight.kernel import clock
from tallylight.kernel.events import IncidentOpened, IncidentWidened, TicketOpened


def on_incident_opened(event: IncidentOpened) -> None:
    """A major incident has a bridge at once."""
    open_for_incident(event.incident, now=clock.now())


def on_incident_widened(event: IncidentWidened) -> None:
    """An incident that becomes major gets one."""
    open_for_incident(event.incident, now=clock.now())


def on_ticket_opened(event: TicketOpened) -> None:
    """So does a major ticket that belongs to no incident."""
    open_for_ticket(event.ticket, now=clock.now())
