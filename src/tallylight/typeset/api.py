"""The door of the typeset room: a document in, PDF or HTML out; values as documents write them."""

from __future__ import annotations

from typing import Literal, get_args

from tallylight.typeset import values
from tallylight.typeset.document import (
    Align,
    Attachment,
    Block,
    Clause,
    Column,
    Definition,
    Definitions,
    Document,
    Fact,
    Facts,
    Figure,
    Heading,
    Language,
    Note,
    Paragraph,
    Section,
    Signatory,
    Signatures,
    Table,
    section_numbers,
)
from tallylight.typeset.errors import FontsMissing, NotTypeset
from tallylight.typeset.html import html_policy, to_fragment, to_html
from tallylight.typeset.pdf import to_pdf

__all__ = [
    "FORMATS",
    "Align",
    "Attachment",
    "Block",
    "Clause",
    "Column",
    "Definition",
    "Definitions",
    "Document",
    "Fact",
    "Facts",
    "Figure",
    "FontsMissing",
    "Format",
    "Heading",
    "Language",
    "NotTypeset",
    "Note",
    "Paragraph",
    "Section",
    "Signatory",
    "Signatures",
    "Table",
    "html_policy",
    "section_numbers",
    "to_fragment",
    "to_html",
    "to_pdf",
    "values",
    "written",
]

Format = Literal["html", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)


def written(document: Document, form: Format) -> bytes:
    """The document as a file of that form. Raises what `to_pdf` raises."""
    return to_pdf(document) if form == "pdf" else to_html(document).encode()
