"""Routes: what one text changes against another, and a version's objectives as OpenSLO. Part of the room's router."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from tallylight.accounts.api import viewer_of
from tallylight.contracts import openslo, proposals, reading
from tallylight.contracts.diff import amendment
from tallylight.contracts.diff.command import plain
from tallylight.contracts.models import ContractVersion, Proposal
from tallylight.contracts.yaml_text import MAX_BYTES
from tallylight.kernel import clock
from tallylight.kernel.errors import NotFound

router = Router()
Language = Literal["en", "zh-Hans"]


class TextOut(Schema):
    number: str
    sha256: str


class SaidOut(Schema):
    where: str
    what: str
    effect: str
    notice: str


class ChangeOut(Schema):
    path: str
    effect: Literal["better", "worse", "different"]
    kind: Literal["price", "feature", "discontinuation"] | None
    old: str | None
    new: str | None
    notice_days: int
    transition_days: int
    may_leave: bool
    earliest: str
    said: SaidOut


class SummaryOut(Schema):
    headline: str
    conclusion: str


class AmendmentOut(Schema):
    old: TextOut
    new: TextOut
    told: str
    earliest: str
    earliest_at: str
    until: str
    may_leave: bool
    changes: list[ChangeOut]
    said: SummaryOut


class TwoTexts(Schema):
    old: str = Field(max_length=MAX_BYTES, description="The contract as it is, as YAML.")
    new: str = Field(max_length=MAX_BYTES, description="The contract as it would be, as YAML.")
    language: Language = "en"


@router.post("/contract-diff", response=AmendmentOut, summary="What a new text changes")
def diff(request: HttpRequest, texts: TwoTexts) -> dict[str, Any]:
    """Compare two texts clause by clause: what gets better, worse or merely different for the customer, the notice that each
    change needs by the old text, and the first day on which the new one may apply if it is told now. Nothing is stored."""
    viewer_of(request)
    old, new = reading.read(texts.old), reading.read(texts.new)
    return plain(old, new, amendment(old.agreement, new.agreement, now=clock.now()), texts.language)


@router.get("/contracts/{version_id}/changes", response=AmendmentOut, summary="What a version changed")
def changes(
    request: HttpRequest, version_id: UUID, since: UUID | None = None, language: Language = "en"
) -> dict[str, Any]:
    """What a version changed against the version `since`, or against the one before it, told when it was accepted."""
    seen = ContractVersion.objects.visible_to(viewer_of(request))
    new = seen.filter(pk=version_id).first()
    if new is None:
        raise NotFound
    others = seen.filter(organisation_id=new.organisation_id)
    before = others.filter(effective_from__lte=new.effective_from).exclude(pk=new.pk)
    old = (others.filter(pk=since) if since else before).first()
    if old is None:
        raise NotFound
    was, becomes = reading.of_document(old.document), reading.of_document(new.document)
    return plain(was, becomes, amendment(was.agreement, becomes.agreement, now=new.accepted_at), language)


@router.get("/contract-proposals/{proposal_id}/changes", response=AmendmentOut, summary="What a proposal would change")
def proposed_changes(request: HttpRequest, proposal_id: UUID, language: Language = "en") -> dict[str, Any]:
    """What a proposal would change against what would apply without it, told when it was proposed. None for a first contract."""
    row = Proposal.objects.get_visible(viewer_of(request), proposal_id)
    known = proposals.followed(row)
    if known is None:
        raise NotFound
    was, becomes = reading.of_document(known.document), reading.of_document(row.document)
    return plain(was, becomes, amendment(was.agreement, becomes.agreement, now=row.proposed_at), language)


class UnsaidOut(Schema):
    subject: str
    what: str


class OpenSloOut(Schema):
    documents: list[dict[str, Any]]
    unsaid: list[UnsaidOut]


@router.get("/contracts/{version_id}/openslo", response=OpenSloOut, summary="The objectives as OpenSLO v1")
def as_openslo(request: HttpRequest, version_id: UUID) -> openslo.Exported:
    """A version's objectives as OpenSLO v1 documents, and whatever OpenSLO can't say of them."""
    row = ContractVersion.objects.get_visible(viewer_of(request), version_id)
    return openslo.documents_of(reading.of_document(row.document).agreement)
