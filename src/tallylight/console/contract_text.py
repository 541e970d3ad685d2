"""The text of a contract that people sign, in the reader's language: on a page, and as a PDF to keep."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from tallylight.contracts import api as contracts
from tallylight.contracts.api import Agreement
from tallylight.typeset.api import Document, Language, to_fragment, to_pdf


def text_page(agreement: Agreement, *, sha256: str, source: str) -> SafeString:
    """The whole text as a part of a page."""
    return mark_safe(to_fragment(_document(agreement, sha256, source)))  # noqa: S308 - the typesetter escapes every word


def text_pdf(agreement: Agreement, *, sha256: str, source: str) -> HttpResponse:
    """The whole text as a PDF, with the hash on every page and the source inside."""
    document = _document(agreement, sha256, source)
    response = HttpResponse(to_pdf(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{sha256[:16]}.{document.language}.pdf"'
    return response


def _document(agreement: Agreement, sha256: str, source: str) -> Document:
    language: Language = "zh-Hans" if (get_language() or "en").startswith("zh") else "en"
    return contracts.agreement_text(agreement, language, sha256=sha256, source=source)
