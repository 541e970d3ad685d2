"""What a document is made of: pure values, in reading order. All texts are plain text in the document's language.

    Document
    └── Section            a numbered or unnumbered heading
        ├── Clause         a numbered paragraph, with lettered items below it
        ├── Paragraph      a plain paragraph
        ├── Heading        a heading inside a section
        ├── Facts          names with their values
        ├── Definitions    terms with their meaning
        ├── Table          columns with an alignment, rows of text
        ├── Figure         a chart as SVG, with its sentence
        ├── Note           a remark set apart
        └── Signatures     where each side signs

Numbers are given by position and never by hand: sections 1, 2, 3 (those that are numbered), their clauses 1.1, 1.2, items (a),
(b). `Document.number_of(key)` says them beforehand, so that a sentence may refer to another section.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

Language = Literal["en", "zh-Hans"]


class Align(StrEnum):
    """Where the text of a column stands; figures stand at the end."""

    START = "start"
    CENTRE = "centre"
    END = "end"


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered paragraph. `lead` is said first, in bold; `items` are lettered."""

    text: str
    items: tuple[str, ...] = ()
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph without a number."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section, without a number."""

    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value: "Monthly fee", "USD 2,400.00"."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with their values, one a line."""

    entries: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A term and what it means in this document, in whole sentences."""

    term: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """Terms with their meaning, in the order in which they are to be read."""

    entries: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title and where its text stands. `width` is its share of the space next to the other columns' shares."""

    title: str
    align: Align = Align.START
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under titles. The first column names its row; `total`, where given, closes the table."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    total: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in (*self.rows, *([self.total] if self.total else []))):
            raise ValueError("every row of a table has a cell for each column")


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart. `svg` is a whole SVG document of our own making; `sentence` says what it shows to whoever can't see it."""

    svg: str
    caption: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Note:
    """A remark that is set apart from the text."""

    text: str


@dataclass(frozen=True, slots=True)
class Signatory:
    """One side of a signature block: `role` ("Provider"), its name, and what is to be filled in or was ("Date", "")."""

    role: str
    name: str
    lines: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Where each side signs; kept together on one page."""

    sides: tuple[Signatory, ...]


Block = Clause | Paragraph | Heading | Facts | Definitions | Table | Figure | Note | Signatures


@dataclass(frozen=True, slots=True)
class Section:
    """A part under its own heading. `key` is its anchor: ASCII letters, digits and hyphens, once in a document."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    numbered: bool = True


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels inside the PDF, such as the source a text was made from."""

    name: str
    media_type: str
    description: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. `pin` stands on every page beside the page's number, such as the SHA-256 of what is signed.

    `dated` becomes the creation date of the file: nothing else about the day it was made gets in, so the same document gives
    the same bytes. `kind` stands above the title ("Service agreement"), `number` at the head of every page after the first.
    """

    title: str
    kind: str
    number: str
    language: Language
    author: str
    dated: datetime
    pin: Fact
    sections: tuple[Section, ...]
    facts: tuple[Fact, ...] = ()
    contents: bool = False
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        keys = [section.key for section in self.sections]
        if len(set(keys)) != len(keys):
            raise ValueError("every section has a key of its own")

    def number_of(self, key: str) -> str:
        """The number of the section with that key; KeyError where there is none or it has no number."""
        return section_numbers(tuple((section.key, section.numbered) for section in self.sections))[key]

    def texts(self) -> Iterator[str]:
        """Every text of the document in reading order, without the numbers that are given by position."""
        yield from (self.kind, self.title, self.number)
        yield from _of_facts(self.facts)
        for section in self.sections:
            yield section.title
            for block in section.blocks:
                yield from texts_of(block)
        yield from _of_facts((self.pin,))


def section_numbers(sections: tuple[tuple[str, bool], ...]) -> dict[str, str]:
    """The numbers of sections, given as key and whether it is numbered, in order."""
    keys = [key for key, numbered in sections if numbered]
    return {key: str(place) for place, key in enumerate(keys, start=1)}


def texts_of(block: Block) -> Iterator[str]:
    """Every text of a block in reading order."""
    match block:
        case Clause():
            yield from (block.lead, block.text, *block.items)
        case Paragraph() | Heading() | Note():
            yield block.text
        case Facts():
            yield from _of_facts(block.entries)
        case Definitions():
            for entry in block.entries:
                yield from (entry.term, entry.meaning)
        case Table():
            yield from (block.caption, *(column.title for column in block.columns))
            for row in (*block.rows, block.total):
                yield from row
        case Figure():
            yield from (block.caption, block.sentence)
        case Signatures():
            for side in block.sides:
                yield from (side.role, side.name, *_of_facts(side.lines))


def _of_facts(facts: tuple[Fact, ...]) -> Iterator[str]:
    for fact in facts:
        yield from (fact.name, fact.value)
