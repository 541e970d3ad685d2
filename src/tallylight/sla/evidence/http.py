"""Routes: a month as an evidence file, the chain it stands in, and what it takes to check both without us."""

from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.pagination import paginate

from tallylight.accounts.api import Pages, Viewer, organisation_by_slug, viewer_of
from tallylight.kernel import clock
from tallylight.sla.evidence import keys
from tallylight.sla.evidence.export import EvidenceFile, chain_card, evidence_of, verifier_text

router = Router()


class ChainOut(Schema):
    links: int
    head: str
    sealed_to: date | None


class KeyOut(Schema):
    public: str
    made_at: datetime
    retired_at: datetime | None


@router.get("/sla/months/{month}/evidence", summary="A month's evidence", response={200: bytes})
def evidence(request: HttpRequest, month: str, organisation: str = "") -> HttpResponse:
    """One signed file (zip) of a month (`2026-11`), as far as it is sealed: slices, exclusions, contract and computation.

    `verify_tallylight_evidence.py` recomputes it offline.
    """
    asked = _organisation(viewer_of(request), organisation)
    return as_download(evidence_of(asked, month, now=clock.now()))


@router.get("/sla/chain", response=ChainOut, summary="Where my chain of sealed days stands")
def chain(request: HttpRequest, organisation: str = "") -> object:
    """How many links it has, the hash of the last, and the first day that is not sealed. Keep the hash to hold us to it."""
    return chain_card(_organisation(viewer_of(request), organisation))


@router.get("/sla/evidence/keys", response=list[KeyOut], auth=None, summary="Keys that sign evidence (public)")
@paginate(Pages)
def public_keys(request: HttpRequest) -> list[keys.KeyCard]:  # noqa: ARG001 - ninja's signature
    """Ed25519 public keys in 64 hexadecimal digits, the one that signs now first."""
    return keys.published(now=clock.now())


@router.get(
    "/sla/evidence/verifier", auth=None, summary="The program that checks evidence (public)", response={200: str}
)
def verifier(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """`verify_tallylight_evidence.py`: one file that needs nothing but Python 3.10 or newer."""
    return as_program()


def as_download(made: EvidenceFile) -> HttpResponse:
    """An evidence file as a browser keeps it."""
    answer = HttpResponse(made.octets, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


def as_program() -> HttpResponse:
    """The verifying program as a browser keeps it."""
    answer = HttpResponse(verifier_text(), content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="verify_tallylight_evidence.py"'
    return answer


def _organisation(viewer: Viewer, slug: str) -> UUID:
    return organisation_by_slug(slug).id if slug and viewer.is_provider else viewer.organisation_id
