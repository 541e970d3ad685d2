"""Routes: the text of a contract as people sign it. Part of the room's router."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tallylight.accounts.api import viewer_of
from tallylight.contracts import reading
from tallylight.contracts.models import ContractVersion, Proposal
from tallylight.contracts.text import agreement_text
from tallylight.typeset.api import Format, Language, html_policy, written

router = Router()
MEDIA_TYPES: dict[Format, str] = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


@router.get("/contracts/{version_id}/text", summary="A contract version as people sign it", response={200: str})
def text(request: HttpRequest, version_id: UUID, lang: Language | None = None, to: Format = "html") -> HttpResponse:
    """The whole text, clause by clause, with the hash on every page: a page to read and print, or a PDF with its fonts and the
    source inside. In the contract's own language where none is named."""
    return _answer(ContractVersion.objects.get_visible(viewer_of(request), version_id), lang, to)


@router.get("/contract-proposals/{proposal_id}/text", summary="A proposal as people sign it", response={200: str})
def proposed_text(
    request: HttpRequest, proposal_id: UUID, lang: Language | None = None, to: Format = "html"
) -> HttpResponse:
    """The whole text of a proposal, in the same forms as that of a contract version."""
    return _answer(Proposal.objects.get_visible(viewer_of(request), proposal_id), lang, to)


def _answer(row: ContractVersion | Proposal, lang: Language | None, to: Format) -> HttpResponse:
    agreement = reading.of_document(row.document).agreement
    language: Language = lang or ("en" if agreement.locale == "en" else "zh-Hans")
    document = agreement_text(agreement, language, sha256=row.sha256, source=row.source)
    answer = HttpResponse(written(document, to), content_type=MEDIA_TYPES[to])
    answer["Content-Disposition"] = f'inline; filename="{row.sha256[:16]}.{language}.{to}"'
    if to == "html":
        answer["Content-Security-Policy"] = html_policy()
    return answer
