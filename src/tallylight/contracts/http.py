"""Routes: the versions of a contract, what applied at an instant, the text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.pagination import paginate

from tallylight.accounts.api import Instant, Pages, Viewer, organisation_by_slug, viewer_of
from tallylight.contracts import comparing_http, lint_http, proposal_http, text_http
from tallylight.contracts.errors import NoContract
from tallylight.contracts.models import ContractVersion
from tallylight.kernel import clock

router = Router()
router.add_router("", proposal_http.router)
router.add_router("", comparing_http.router)
router.add_router("", lint_http.router)
router.add_router("", text_http.router)


class VersionOut(Schema):
    id: UUID
    organisation_id: UUID
    number: str
    sha256: str
    effective_from: datetime
    effective_to: datetime | None
    accepted_at: datetime
    proposal_id: UUID | None


class VersionWithDocument(VersionOut):
    document: dict[str, Any]


@router.get("/contracts", response=list[VersionOut], summary="Contract versions I may see")
@paginate(Pages)
def versions(request: HttpRequest, organisation: str | None = None) -> Any:
    """Every version ever put in force, the latest first; of one organisation where its slug is given."""
    rows = ContractVersion.objects.visible_to(viewer_of(request)).order_by("-effective_from", "-id")
    return rows.filter(organisation__slug=organisation) if organisation else rows


@router.get("/contracts/in-force", response=VersionWithDocument, summary="What applied at an instant")
def in_force(request: HttpRequest, organisation: str | None = None, at: Instant | None = None) -> ContractVersion:
    """The version that applied to an organisation at `at` (RFC 3339, now where left out). Customers ask about themselves."""
    viewer = viewer_of(request)
    instant = at or clock.now()
    row = (
        ContractVersion.objects.visible_to(viewer)
        .filter(organisation_id=_organisation(viewer, organisation), effective_from__lte=instant)
        .first()
    )
    if row is None or (row.effective_to and row.effective_to <= instant):
        raise NoContract
    return row


@router.get("/contracts/{uuid:version_id}", response=VersionWithDocument, summary="One contract version")
def version(request: HttpRequest, version_id: UUID) -> ContractVersion:
    """One version with its document."""
    return ContractVersion.objects.get_visible(viewer_of(request), version_id)


@router.get("/contracts/{version_id}/source", summary="The text of a contract version", response={200: str})
def source(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """The YAML text as it was accepted."""
    row = ContractVersion.objects.get_visible(viewer_of(request), version_id)
    return HttpResponse(row.source, content_type="application/yaml; charset=utf-8")


def _organisation(viewer: Viewer, slug: str | None) -> UUID:
    return organisation_by_slug(slug).id if slug and viewer.is_provider else viewer.organisation_id
