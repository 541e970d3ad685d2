"""Routes: proposals, their texts, the signatures under them. Part of the room's router."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, Viewer, organisation_by_slug, viewer_of
from tallylight.contracts import proposals, proposing, signing
from tallylight.contracts.commercial import Side
from tallylight.contracts.models import Proposal
from tallylight.contracts.proposal import ProposalCard, ProposalState
from tallylight.contracts.yaml_text import MAX_BYTES
from tallylight.kernel import clock
from tallylight.kernel.lazy import Lazy

router = Router()
WORDS = 5_000
SHA256 = r"^[0-9a-f]{64}$"
#: Something visible, and nothing that a database can't keep.
NAME = r"^[^\x00]*\S[^\x00]*$"


class SignatureOut(Schema):
    side: Side
    person_id: UUID
    name: str
    capacity: str
    role: str
    signed_at: datetime
    sha256: str
    language: str


class ProposalOut(Schema):
    id: UUID
    organisation_id: UUID
    number: str
    sha256: str
    state: ProposalState
    effective_from: datetime
    open_until: datetime
    base_id: UUID | None
    replaces_id: UUID | None
    note: str
    proposed_by_id: UUID
    proposed_by: str
    proposed_side: Side
    proposed_at: datetime
    settled_at: datetime | None
    settled_by: str
    reason: str
    version_id: UUID | None
    signatures: list[SignatureOut]


class ProposalIn(Schema):
    source: str = Field(max_length=MAX_BYTES, description="The whole contract, as YAML.")
    organisation: str | None = Field(None, description="The customer's slug; customers propose for themselves.")
    note: str = Field("", max_length=WORDS, description="What the other side should know.")
    stands_days: int = Field(proposing.STANDS.days, ge=1, le=365, description="After so many days it lapses unsigned.")
    replaces: UUID | None = Field(None, description="The open proposal that this one answers.")


class HandIn(Schema):
    sha256: str = Field(pattern=SHA256, description="The hash of the text that was read.")
    name: str = Field(min_length=1, max_length=200, pattern=NAME)
    capacity: str = Field(min_length=1, max_length=200, pattern=NAME, description="For example: managing director.")
    language: str = Field("en", pattern=r"^(en|zh-hans)$", description="The language in which the text was read.")


class ReasonIn(Schema):
    reason: str = Field(min_length=1, max_length=WORDS, pattern=NAME)


class WithdrawalIn(Schema):
    reason: str = Field("", max_length=WORDS)


@router.get("/contract-proposals", response=list[ProposalOut], summary="Contract proposals I may see")
@paginate(Pages)
def list_proposals(request: HttpRequest, organisation: str | None = None, state: ProposalState | None = None) -> Any:
    """Every proposal ever made, the latest first; of one organisation where its slug is given, in one state where named."""
    rows = proposals.rows(viewer_of(request))
    rows = rows.filter(organisation__slug=organisation) if organisation else rows
    return Lazy(rows.filter(state=state.value) if state else rows, proposals.card)


@router.post("/contract-proposals", response={201: ProposalOut}, summary="Propose a contract text")
def propose(request: HttpRequest, wanted: ProposalIn) -> Status[ProposalCard]:
    """Offer a text to the other side. A text with faults is refused with each fault by line and column.

    For those who may sign. One proposal is open at a time; a counter-proposal names the one that it answers.
    """
    viewer = viewer_of(request)
    made = proposing.propose(
        viewer,
        _organisation(viewer, wanted.organisation),
        wanted.source,
        note=wanted.note,
        stands=timedelta(days=wanted.stands_days),
        replaces=wanted.replaces,
        now=clock.now(),
    )
    return Status(201, _card(viewer, made))


@router.get("/contract-proposals/{proposal_id}", response=ProposalOut, summary="One proposal")
def proposal(request: HttpRequest, proposal_id: UUID) -> ProposalCard:
    """One proposal with the signatures under it."""
    return proposals.detail(viewer_of(request), proposal_id).card


@router.get("/contract-proposals/{proposal_id}/source", summary="The text of a proposal", response={200: str})
def proposal_source(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """The YAML text as it was proposed."""
    found = proposals.detail(viewer_of(request), proposal_id)
    return HttpResponse(found.source, content_type="application/yaml; charset=utf-8")


@router.post("/contract-proposals/{proposal_id}/signatures", response={201: ProposalOut}, summary="Sign a proposal")
def sign(request: HttpRequest, proposal_id: UUID, hand: HandIn) -> Status[ProposalCard]:
    """Accept a proposal for one's own side, by the hash of what was read.

    For those who may sign, signed in; a token is refused. With the second side's signature the text becomes the next version.
    """
    viewer = viewer_of(request)
    given = signing.Hand(hand.sha256, hand.name.strip(), hand.capacity.strip(), hand.language)
    return Status(201, _card(viewer, signing.sign(viewer, proposal_id, given, now=clock.now())))


@router.post("/contract-proposals/{proposal_id}/decline", response=ProposalOut, summary="Decline a proposal")
def decline(request: HttpRequest, proposal_id: UUID, why: ReasonIn) -> ProposalCard:
    """Say no to the other side's proposal, with a reason. For those who may sign, signed in."""
    viewer = viewer_of(request)
    return _card(viewer, proposing.decline(viewer, proposal_id, why.reason, now=clock.now()))


@router.post("/contract-proposals/{proposal_id}/withdraw", response=ProposalOut, summary="Withdraw a proposal")
def withdraw(request: HttpRequest, proposal_id: UUID, why: WithdrawalIn) -> ProposalCard:
    """Take back one's own side's proposal. For those who may sign, signed in."""
    viewer = viewer_of(request)
    return _card(viewer, proposing.withdraw(viewer, proposal_id, why.reason, now=clock.now()))


def _card(viewer: Viewer, row: Proposal) -> ProposalCard:
    return proposals.detail(viewer, row.id).card


def _organisation(viewer: Viewer, slug: str | None) -> UUID:
    return organisation_by_slug(slug).id if slug and viewer.is_provider else viewer.organisation_id
