"""Who listens to what. A listener is a function `(event) -> None` in a room's `handlers.py`, harmless when repeated."""

from __future__ import annotations

from tallylight.kernel.events import (
    ClockBreached,
    ClockBreachWithdrawn,
    ContractAccepted,
    ContractAmended,
    ContractNotAccepted,
    ContractProposed,
    ContractSigned,
    CreditClaimed,
    EscalationStepped,
    Event,
    IncidentOpened,
    IncidentRecovered,
    IncidentWidened,
    ItemReceived,
    MessageReceived,
    SlicesExcluded,
    ThresholdCleared,
    ThresholdRaised,
    TicketOpened,
)

SUBSCRIPTIONS: dict[type[Event], tuple[str, ...]] = {
    ClockBreached: ("tallylight.sla.handlers.on_clock_breached", "tallylight.support.handlers.on_clock_breached"),
    ClockBreachWithdrawn: ("tallylight.sla.handlers.on_clock_breach_withdrawn",),
    ContractAmended: (
        "tallylight.alerts.handlers.on_contract_amended",
        "tallylight.support.handlers.on_contract_amended",
    ),
    ContractProposed: ("tallylight.support.handlers.on_contract_proposed",),
    ContractSigned: ("tallylight.support.handlers.on_contract_signed",),
    ContractAccepted: ("tallylight.support.handlers.on_contract_accepted",),
    ContractNotAccepted: ("tallylight.support.handlers.on_contract_not_accepted",),
    ThresholdRaised: ("tallylight.incidents.handlers.on_threshold_raised",),
    ThresholdCleared: ("tallylight.incidents.handlers.on_threshold_cleared",),
    IncidentOpened: (
        "tallylight.support.handlers.on_incident_opened",
        "tallylight.bridges.handlers.on_incident_opened",
    ),
    IncidentWidened: (
        "tallylight.support.handlers.on_incident_widened",
        "tallylight.bridges.handlers.on_incident_widened",
    ),
    IncidentRecovered: ("tallylight.support.handlers.on_incident_recovered",),
    TicketOpened: ("tallylight.bridges.handlers.on_ticket_opened",),
    ItemReceived: ("tallylight.channels.handlers.on_item_received",),
    MessageReceived: ("tallylight.support.handlers.on_message_received",),
    SlicesExcluded: ("tallylight.reports.handlers.on_slices_excluded",),
    CreditClaimed: ("tallylight.reports.handlers.on_credit_claimed",),
    EscalationStepped: ("tallylight.support.handlers.on_escalation_stepped",),
}
