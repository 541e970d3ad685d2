"""What a bridge is about: an incident with its tickets, or one ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tallylight.accounts import api as accounts
from tallylight.bridges.models import Bridge
from tallylight.contracts.api import Level
from tallylight.incidents import api as incidents
from tallylight.incidents.api import IncidentCard
from tallylight.support import api as support
from tallylight.support.api import TicketCard


@dataclass(frozen=True, slots=True)
class About:
    """`tickets` are read when asked for; `incident` is None for a bridge about a ticket alone."""

    incident: IncidentCard | None
    tickets: tuple[TicketCard, ...]

    @property
    def number(self) -> str:
        """How people call it: the incident's number, else the ticket's."""
        return self.incident.number if self.incident else self.tickets[0].number

    @property
    def level(self) -> Level:
        """How grave it is."""
        return self.incident.severity if self.incident else self.tickets[0].level

    @property
    def began_at(self) -> datetime:
        """When it began, by measurement where there is one."""
        return self.incident.first_breach_at if self.incident else self.tickets[0].opened_at

    @property
    def over_at(self) -> datetime | None:
        """When it was over; None while it goes on."""
        return self.incident.recovered_at if self.incident else self.tickets[0].resolved_at

    @property
    def ticket_ids(self) -> list[UUID]:
        """Of all its tickets."""
        return [each.id for each in self.tickets]

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.over_at is None

    def headline(self) -> str:
        """What it is in one line, in the active language."""
        return incidents.headline(self.incident) if self.incident else self.tickets[0].headline

    def languages(self) -> list[str]:
        """The languages that its customers read, English first."""
        found = {accounts.organisation(each.organisation_id).locale for each in self.tickets}
        return sorted(found, key=lambda each: (each != "en", each))


def about(bridge: Bridge) -> About:
    """What it is about now. Raises IncidentUnknown."""
    if bridge.incident:
        return About(incidents.by_id(bridge.incident), tuple(support.of_incident(bridge.incident)))
    return About(None, tuple(support.cards([bridge.ticket] if bridge.ticket else [])))
