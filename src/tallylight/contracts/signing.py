"""Signing a proposal: both sides the same hash; with the second signature its text is in force or waits for its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tallylight.accounts.api import Viewer, audit
from tallylight.contracts.commercial import Side
from tallylight.contracts.errors import OtherText, SideHasSigned, SignedForTheOtherSide
from tallylight.contracts.models import Proposal, Signature
from tallylight.contracts.proposal import ProposalState
from tallylight.contracts.proposing import expect_in_person, expect_signer, locked, side_of
from tallylight.contracts.services import put_proposal_in_force
from tallylight.contracts.settling import expect_open, settle
from tallylight.kernel.events import ContractSigned, publish


@dataclass(frozen=True, slots=True)
class Hand:
    """What a signer writes: the hash of what they read, its language, their name and in what capacity they sign."""

    sha256: str
    name: str
    capacity: str
    language: str


@transaction.atomic
def sign(viewer: Viewer, proposal_id: UUID, hand: Hand, *, now: datetime) -> Proposal:
    """Accept a proposal for the viewer's side. Harmless when the same person repeats it.

    With the second side's signature the text becomes the organisation's next version, from the date it names or from `now`,
    whichever is later, in the same transaction.

    Raises NotFound, MayNotSign, SignInPerson, OtherText when the hash isn't the proposal's, SideHasSigned,
    SignedForTheOtherSide, ProposalSettled (one error for each way to end), ContractInvalid if the text is refused by now.
    """
    proposal = locked(viewer, proposal_id)
    expect_signer(viewer)
    expect_in_person(viewer)
    given = list(proposal.signatures.all())
    if _repeats(given, viewer, hand):
        return proposal
    expect_open(proposal, now=now)
    if hand.sha256 != proposal.sha256:
        raise OtherText(signed=hand.sha256, proposed=proposal.sha256)
    _expect_free_place(given, viewer)
    _write(proposal, viewer, hand, now=now)
    if len(given) + 1 < len(Side):
        publish(ContractSigned(proposal=proposal.id, at=now))
    else:
        put_proposal_in_force(proposal, by=viewer, now=now)
        settle(proposal, ProposalState.ACCEPTED, viewer, now=now)
    return proposal


def _repeats(given: list[Signature], viewer: Viewer, hand: Hand) -> bool:
    return any(
        each.person_id == viewer.person_id and each.side == side_of(viewer) and each.sha256 == hand.sha256
        for each in given
    )


def _expect_free_place(given: list[Signature], viewer: Viewer) -> None:
    for each in given:
        if each.side == side_of(viewer):
            raise SideHasSigned(name=each.name)
        if each.person_id == viewer.person_id:
            raise SignedForTheOtherSide


def _write(proposal: Proposal, viewer: Viewer, hand: Hand, *, now: datetime) -> None:
    Signature.objects.create(
        organisation_id=proposal.organisation_id,
        proposal=proposal,
        side=side_of(viewer).value,
        person_id=viewer.person_id,
        name=hand.name,
        capacity=hand.capacity,
        role=viewer.role.value,
        sha256=hand.sha256,
        language=hand.language,
        signed_at=now,
    )
    audit(viewer, "contract.sign", str(proposal.id), side=side_of(viewer).value, sha256=hand.sha256)
