"""A document as PDF, set by typst: tagged (PDF/UA-1), to be kept (PDF/A-3a), the same bytes for the same document."""

from __future__ import annotations

import json
from datetime import UTC
from functools import lru_cache
from pathlib import Path
from typing import cast

import typst

from tallylight.typeset.document import Attachment, Document
from tallylight.typeset.errors import NotTypeset
from tallylight.typeset.fonts import fonts
from tallylight.typeset.laid import laid

TEMPLATE = Path(__file__).resolve().parent / "template"
#: For everybody's ears and for the archive; a standard's rule that is broken fails the document instead of slipping through.
STANDARDS: list[typst.PDFStandard] = ["a-3a", "ua-1"]


#: Files that a process remembers: setting one takes a third of a second of processor, and readers come back to the same ones.
KEPT = 32


@lru_cache(maxsize=KEPT)
def to_pdf(document: Document) -> bytes:
    """The document as a PDF file. Raises FontsMissing where the fonts were not built."""
    compiler = typst.Compiler(TEMPLATE / "document.typ", root=TEMPLATE, font_paths=fonts())
    dated = document.dated.astimezone(UTC)
    inputs = {
        "document": json.dumps(laid(document), ensure_ascii=False),
        "attachments": json.dumps([_attached(each) for each in document.attachments], ensure_ascii=False),
        "year": str(dated.year),
        "month": str(dated.month),
        "day": str(dated.day),
    }
    try:
        made = compiler.compile(
            format="pdf", sys_inputs=inputs, pdf_standards=STANDARDS, timestamp=int(dated.timestamp())
        )
    except typst.TypstError as error:
        raise NotTypeset(reason=error.message) from error
    return cast(bytes, made)


def _attached(attachment: Attachment) -> dict[str, object]:
    return {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "description": attachment.description,
        "data": list(attachment.data),
    }
