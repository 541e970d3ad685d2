"""What this room does when incidents, ladders and contracts speak."""

from __future__ import annotations

from tallylight.escalation import api as escalation
from tallylight.kernel import clock
from tallylight.kernel.events import (
    ClockBreached,
    ContractAccepted,
    ContractAmended,
    ContractNotAccepted,
    ContractProposed,
    ContractSigned,
    EscalationStepped,
    IncidentOpened,
    IncidentRecovered,
    IncidentWidened,
    MessageReceived,
)
from tallylight.support import arrivals, contract_letters, entries, jobs, rising
from tallylight.support.following import follow_contract
from tallylight.support.models import Ticket
from tallylight.support.opening import attend, settle


def on_contract_amended(event: ContractAmended) -> None:
    """Open tickets follow the contract from the instant from which it applies."""
    now = clock.now()
    if event.at <= now:
        follow_contract(event.organisation, now=now)
    else:
        jobs.follow_later(event.organisation, at=event.at)


def on_clock_breached(event: ClockBreached) -> None:
    """A broken promise brings its ticket up the ladder."""
    rising.break_promise(event.subject, event.due, now=clock.now())


def on_incident_opened(event: IncidentOpened) -> None:
    """A ticket for every customer that it hurts."""
    attend(event.incident, now=clock.now())


def on_incident_widened(event: IncidentWidened) -> None:
    """Tickets for further customers, graver ones for those it hurts more."""
    attend(event.incident, now=clock.now())


def on_incident_recovered(event: IncidentRecovered) -> None:
    """Every ticket of it is explained and resolved."""
    settle(event.incident, now=clock.now())


def on_message_received(event: MessageReceived) -> None:
    """It joins the ticket that it answers, opens one, or waits for people."""
    arrivals.place(event.item, now=clock.now())


def on_escalation_stepped(event: EscalationStepped) -> None:
    """The ticket's story says who was told. For the desk only."""
    ticket = Ticket.objects.filter(pk=event.subject).first()
    ladder = next((each for each in escalation.of_subject(event.subject) if each.id == event.escalation), None)
    if ticket is None or ladder is None:
        return
    step = ladder.steps[event.step]
    entries.write(
        ticket,
        entries.Kind.ESCALATED,
        event.at,
        key=f"{event.escalation}:{event.step}",
        internal=True,
        step=step.name,
        people=list(step.people),
        last=event.step + 1 == len(ladder.steps),
        skipped=step.skipped,
        cause=step.cause,
        by=step.by,
        reason=step.reason,
        late=step.late.facts() if step.late else None,
    )


def on_contract_proposed(event: ContractProposed) -> None:
    """Those who may sign hear of it, on both sides."""
    contract_letters.proposed(event.proposal, now=clock.now())


def on_contract_signed(event: ContractSigned) -> None:
    """The side that has not signed yet hears that it is its turn."""
    contract_letters.signed(event.proposal, now=clock.now())


def on_contract_accepted(event: ContractAccepted) -> None:
    """Everybody whom it binds hears from when it applies."""
    contract_letters.accepted(event.proposal, now=clock.now())


def on_contract_not_accepted(event: ContractNotAccepted) -> None:
    """Both sides hear how it ended."""
    contract_letters.not_accepted(event.proposal, now=clock.now())
