"""Proposing a text, taking it back, saying no to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from tallylight.accounts.api import Viewer, audit, organisation
from tallylight.contracts.commercial import Side
from tallylight.contracts.errors import (
    MayNotSign,
    NotYoursToDecline,
    NotYoursToWithdraw,
    OpenProposal,
    SameText,
    SignInPerson,
)
from tallylight.contracts.models import ContractVersion, Proposal
from tallylight.contracts.proposal import ProposalState, applies_from
from tallylight.contracts.reading import Reading, read
from tallylight.contracts.services import expect_a_term, expect_customer
from tallylight.contracts.settling import expect_open, one_at_a_time, settle
from tallylight.kernel.events import ContractProposed, publish

#: How long a proposal stands where nobody says otherwise.
STANDS = timedelta(days=30)


def side_of(viewer: Viewer) -> Side:
    """For whom somebody speaks."""
    return Side.PROVIDER if viewer.is_provider else Side.CUSTOMER


def expect_signer(viewer: Viewer) -> None:
    """Raises MayNotSign unless the viewer may bind their organisation."""
    if not viewer.may_sign:
        raise MayNotSign(role=viewer.role.value)


def expect_in_person(viewer: Viewer) -> None:
    """Raises SignInPerson for a token."""
    if not viewer.in_person:
        raise SignInPerson


@transaction.atomic
def propose(
    viewer: Viewer,
    organisation_id: UUID,
    source: str,
    *,
    now: datetime,
    note: str = "",
    stands: timedelta = STANDS,
    replaces: UUID | None = None,
) -> Proposal:
    """Offer `source` as the organisation's next version; neither side is bound until both have signed.

    One proposal is open at a time. To answer the one that is, name it in `replaces`: a counter-proposal, or a better draft of
    one's own, takes its place. Raises ContractInvalid, WrongCustomer, TermIsOver, SameText, OpenProposal, MayNotSign,
    ProposalSettled, NotFound for a `replaces` that isn't the organisation's.
    """
    expect_signer(viewer)
    reading = read(source)
    expect_customer(reading, organisation(organisation_id).slug)
    expect_a_term(reading.agreement, applies_from(reading.agreement.effective_from, now))
    one_at_a_time(organisation_id)
    _make_way(viewer, organisation_id, reading, replaces, now=now)
    base = latest(organisation_id)
    if base and base.sha256 == reading.sha256:
        raise SameText(number=base.number)
    proposal = Proposal.objects.create(
        organisation_id=organisation_id,
        number=reading.agreement.number,
        sha256=reading.sha256,
        source=source,
        document=reading.document,
        effective_from=reading.agreement.effective_from,
        open_until=now + stands,
        base=base,
        replaces_id=replaces,
        note=note,
        proposed_by_id=viewer.person_id,
        proposed_side=side_of(viewer).value,
        proposed_at=now,
    )
    audit(viewer, "contract.propose", str(proposal.id), number=proposal.number, sha256=proposal.sha256)
    publish(ContractProposed(proposal=proposal.id, at=now))
    return proposal


def latest(organisation_id: UUID) -> ContractVersion | None:
    """The version that was agreed last, whether it applies yet or not."""
    return ContractVersion.objects.filter(organisation_id=organisation_id).order_by("-accepted_at", "-id").first()


def _make_way(viewer: Viewer, organisation_id: UUID, reading: Reading, replaces: UUID | None, *, now: datetime) -> None:
    """Let the open proposal go that this one answers; refuse if another is open."""
    if replaces:
        answered = Proposal.objects.get_visible(viewer, replaces, organisation_id=organisation_id)
        expect_open(answered, now=now)
        if answered.sha256 == reading.sha256:
            raise SameText(number=answered.number)
        settle(answered, ProposalState.SUPERSEDED, viewer, now=now)
        return
    current = Proposal.objects.filter(organisation_id=organisation_id, state=ProposalState.PROPOSED.value).first()
    if current and current.open_until <= now:
        settle(current, ProposalState.LAPSED, None, now=now)
    elif current:
        raise OpenProposal(number=current.number, proposal=current.id)


@transaction.atomic
def decline(viewer: Viewer, proposal_id: UUID, reason: str, *, now: datetime) -> Proposal:
    """Say no to the other side's proposal, with a reason that it reads.

    Raises NotFound, MayNotSign, SignInPerson, NotYoursToDecline, ProposalSettled.
    """
    proposal = locked(viewer, proposal_id)
    if proposal.proposed_side == side_of(viewer):
        raise NotYoursToDecline
    return _end(viewer, proposal, ProposalState.DECLINED, reason, now=now)


@transaction.atomic
def withdraw(viewer: Viewer, proposal_id: UUID, reason: str = "", *, now: datetime) -> Proposal:
    """Take back one's own side's proposal.

    Raises NotFound, MayNotSign, SignInPerson, NotYoursToWithdraw, ProposalSettled.
    """
    proposal = locked(viewer, proposal_id)
    if proposal.proposed_side != side_of(viewer):
        raise NotYoursToWithdraw
    return _end(viewer, proposal, ProposalState.WITHDRAWN, reason, now=now)


def locked(viewer: Viewer, proposal_id: UUID) -> Proposal:
    """The proposal as it is now, with nobody else at the organisation's contract until the transaction ends."""
    one_at_a_time(Proposal.objects.get_visible(viewer, proposal_id).organisation_id)
    return Proposal.objects.get_visible(viewer, proposal_id)


def _end(viewer: Viewer, proposal: Proposal, state: ProposalState, reason: str, *, now: datetime) -> Proposal:
    expect_signer(viewer)
    expect_in_person(viewer)
    expect_open(proposal, now=now)
    settle(proposal, state, viewer, now=now, reason=reason.strip())
    return proposal
