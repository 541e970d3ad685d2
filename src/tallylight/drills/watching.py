"""What has become of a drill so far, read from the rows that the rooms below wrote themselves."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tallylight.accounts import api as accounts
from tallylight.alerts import api as alerts
from tallylight.drills.report import Seen, TicketSeen
from tallylight.escalation import api as escalation
from tallylight.fleet.api import NodeCard
from tallylight.incidents import api as incidents
from tallylight.kernel import clock
from tallylight.notify import api as notify
from tallylight.support import api as support


def look(node: NodeCard, *, since: datetime) -> Seen:
    """Everything that followed from hurting `node` at `since`, up to now."""
    raised = alerts.raised_on(node.name, since=since)
    incident = _incident(node, {alert.id for alert in raised})
    tickets = support.of_incident(incident.id) if incident else []
    mails = [mail for ticket in tickets for mail in notify.deliveries(ticket.id)]
    accepted = sorted(mail.accepted_at for mail in mails if mail.accepted_at)
    return Seen(
        breached_at=min((alert.breached_at for alert in raised), default=None),
        alert_at=min((alert.raised_at for alert in raised), default=None),
        incident=incident.id if incident else None,
        incident_at=incident.opened_at if incident else None,
        affected=_affected(incident) if incident else (),
        tickets=tuple(_ticket(ticket) for ticket in tickets),
        mails_accepted=tuple(accepted),
        escalated_at=_escalated_at(tickets),
        recovered_at=incident.recovered_at if incident else None,
    )


def _incident(node: NodeCard, raised: set[object]) -> incidents.IncidentCard | None:
    latest = incidents.latest_of_region(node.region)
    return latest if latest and raised & {alert.alert for alert in latest.alerts} else None


def _affected(incident: incidents.IncidentCard) -> tuple[str, ...]:
    return tuple(accounts.organisation(impact.organisation_id).slug for impact in incident.impacts)


def _ticket(ticket: support.TicketCard) -> TicketSeen:
    told = Counter(
        mail.address for mail in notify.deliveries(ticket.id) if ":recovered:" in mail.key and mail.accepted_at
    )
    return TicketSeen(
        id=ticket.id,
        customer=accounts.organisation(ticket.organisation_id).slug,
        level=ticket.level.value,
        opened_at=ticket.opened_at,
        response_allowed_s=(ticket.response_due_at - ticket.opened_at).total_seconds()
        if ticket.response_due_at
        else 0.0,
        acknowledged_at=ticket.acknowledged_at,
        resolved_at=ticket.resolved_at,
        recovery_notices=max(told.values(), default=0),
    )


def _escalated_at(tickets: list[support.TicketCard]) -> datetime | None:
    """When the matter first left the hands it began in: the first step after the ladder's first."""
    steps = [step for ticket in tickets for card in escalation.of_subject(ticket.id) for step in card.steps]
    return min((step.taken_at for step in steps if step.step > 0 and step.taken_at), default=None)


def trouble(node: NodeCard) -> str:
    """What is wrong with the node before the drill; empty if it is healthy."""
    firing = [alert for alert in alerts.firing(region=node.region) if alert.node == node.name]
    if firing:
        return f"{firing[0].metric.value} since {clock.rfc3339(firing[0].raised_at)}"
    incident = incidents.latest_of_region(node.region)
    return f"incident {incident.number}" if incident and incident.running else ""
