"""How a proposal ends, whichever way: its state, who, when, why; the trail and the event."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from tallylight.accounts.api import Viewer, audit
from tallylight.contracts import errors
from tallylight.contracts.models import Proposal
from tallylight.contracts.proposal import ProposalState
from tallylight.kernel.clock import rfc3339
from tallylight.kernel.events import ContractAccepted, ContractNotAccepted, publish

SETTLED: dict[ProposalState, type[errors.ProposalSettled]] = {
    ProposalState.ACCEPTED: errors.ProposalAccepted,
    ProposalState.DECLINED: errors.ProposalDeclined,
    ProposalState.WITHDRAWN: errors.ProposalWithdrawn,
    ProposalState.SUPERSEDED: errors.ProposalSuperseded,
}


def one_at_a_time(organisation_id: UUID) -> None:
    """Whoever touches the contract of the same organisation waits until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"contract:{organisation_id}"])


def expect_open(proposal: Proposal, *, now: datetime) -> None:
    """Raises what tells how the proposal ended, if it has."""
    state = ProposalState(proposal.state)
    if state in SETTLED:
        raise SETTLED[state](proposal=proposal.id)
    over = proposal.open_until <= (proposal.settled_at or now)
    if state is ProposalState.LAPSED and not over:
        raise errors.ContractAmendedMeanwhile(proposal=proposal.id)
    if over:
        raise errors.ProposalLapsed(proposal=proposal.id, until=rfc3339(proposal.open_until))


def settle(proposal: Proposal, state: ProposalState, by: Viewer | None, *, now: datetime, reason: str = "") -> None:
    """End an open proposal. The caller holds the organisation's lock and has checked that it may end so."""
    proposal.state, proposal.settled_at, proposal.reason = state.value, now, reason
    proposal.settled_by_id = by.person_id if by else None
    proposal.save(update_fields=["state", "settled_at", "settled_by", "reason"])
    audit(by, f"contract.proposal-{state}", str(proposal.id), number=proposal.number, sha256=proposal.sha256)
    accepted = state is ProposalState.ACCEPTED
    publish((ContractAccepted if accepted else ContractNotAccepted)(proposal=proposal.id, at=now))


def lapse_what_followed_another(organisation_id: UUID, *, now: datetime) -> None:
    """The contract is about to be amended: what was proposed to follow the version before it can't any more."""
    for proposal in Proposal.objects.filter(organisation_id=organisation_id, state=ProposalState.PROPOSED.value):
        settle(proposal, ProposalState.LAPSED, None, now=now)


def overdue(now: datetime) -> list[UUID]:
    """The open proposals whose time has run out."""
    late = Proposal.objects.filter(state=ProposalState.PROPOSED.value, open_until__lte=now)
    return list(late.order_by("open_until").values_list("id", flat=True))


@transaction.atomic
def lapse(proposal_id: UUID, *, now: datetime) -> None:
    """Let a proposal lapse if its time has run out. Harmless when repeated."""
    organisation_id = Proposal.objects.values_list("organisation_id", flat=True).get(pk=proposal_id)
    one_at_a_time(organisation_id)
    late = Proposal.objects.filter(pk=proposal_id, state=ProposalState.PROPOSED.value, open_until__lte=now).first()
    if late:
        settle(late, ProposalState.LAPSED, None, now=now)
