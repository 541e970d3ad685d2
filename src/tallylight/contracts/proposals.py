"""Looking at proposals: cards and texts, for those who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from tallylight.accounts.api import Viewer
from tallylight.contracts import reading
from tallylight.contracts.agreement import Agreement
from tallylight.contracts.commercial import Side
from tallylight.contracts.diff import Amendment, amendment
from tallylight.contracts.models import ContractVersion, Proposal, Signature
from tallylight.contracts.proposal import ProposalCard, ProposalState, SignatureCard, applies_from


@dataclass(frozen=True, slots=True)
class ProposalDetail:
    """A proposal with its text, what it says, and what it changes against what would apply without it.

    `changes` is told as of the proposal; None for a first contract, which changes nothing.
    """

    card: ProposalCard
    source: str
    agreement: Agreement
    changes: Amendment | None


def rows(viewer: Viewer, organisation_id: UUID | None = None) -> QuerySet[Proposal]:
    """The proposals that `viewer` may see, the latest first, with everything that a card shows."""
    seen = Proposal.objects.visible_to(viewer)
    chosen = seen.filter(organisation_id=organisation_id) if organisation_id else seen
    return chosen.select_related("proposed_by", "settled_by", "version").prefetch_related("signatures")


def of(viewer: Viewer, organisation_id: UUID) -> list[ProposalCard]:
    """Every proposal ever made for an organisation, the latest first."""
    return [card(row) for row in rows(viewer, organisation_id)]


def detail(viewer: Viewer, proposal_id: UUID) -> ProposalDetail:
    """One proposal, whole. Raises NotFound."""
    organisation_id = Proposal.objects.get_visible(viewer, proposal_id).organisation_id
    return _detail(rows(viewer, organisation_id).get(pk=proposal_id))


def by_id(proposal_id: UUID) -> ProposalDetail | None:
    """One proposal for the program's own use, None when there is none."""
    row = Proposal.objects.select_related("proposed_by", "settled_by", "version").filter(pk=proposal_id).first()
    return _detail(row) if row else None


def _detail(row: Proposal) -> ProposalDetail:
    agreement = reading.of_document(row.document).agreement
    known = followed(row)
    old = reading.of_document(known.document).agreement if known else None
    changes = amendment(old, agreement, now=row.proposed_at) if old else None
    return ProposalDetail(card(row), row.source, agreement, changes)


def followed(row: Proposal) -> ContractVersion | None:
    """What would apply without the proposal on the day that it names: what it is compared with. None for a first contract.

    That never changes: a version that is agreed on while a proposal is open lets it lapse.
    """
    starts = applies_from(row.effective_from, row.proposed_at)
    agreed = ContractVersion.objects.filter(organisation_id=row.organisation_id, accepted_at__lte=row.proposed_at)
    return agreed.exclude(proposal=row).filter(effective_from__lte=starts).first() or row.base


def card(row: Proposal) -> ProposalCard:
    """A row as other rooms see it."""
    version: ContractVersion | None = getattr(row, "version", None)
    return ProposalCard(
        id=row.id,
        organisation_id=row.organisation_id,
        number=row.number,
        sha256=row.sha256,
        state=ProposalState(row.state),
        effective_from=row.effective_from,
        open_until=row.open_until,
        base_id=row.base_id,
        replaces_id=row.replaces_id,
        note=row.note,
        proposed_by_id=row.proposed_by_id,
        proposed_by=row.proposed_by.name,
        proposed_side=Side(row.proposed_side),
        proposed_at=row.proposed_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by.name if row.settled_by else "",
        reason=row.reason,
        version_id=version.id if version else None,
        signatures=tuple(map(signature, row.signatures.all())),
    )


def signature(row: Signature) -> SignatureCard:
    """A signature as other rooms see it."""
    return SignatureCard(
        side=Side(row.side),
        person_id=row.person_id,
        name=row.name,
        capacity=row.capacity,
        role=row.role,
        signed_at=row.signed_at,
        sha256=row.sha256,
        language=row.language,
    )
