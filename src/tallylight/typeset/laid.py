"""A document laid out as a tree of plain values: every number given, every label said. Both writers read this, nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from tallylight.kernel.catalogue import catalogue
from tallylight.kernel.errors import gettext_noop as _
from tallylight.typeset.document import (
    Block,
    Clause,
    Definitions,
    Document,
    Facts,
    Figure,
    Heading,
    Note,
    Paragraph,
    Section,
    Signatures,
    Table,
    section_numbers,
)

#: `{page}` and `{pages}` stay in the text for whoever knows them.
PAGE = _("Page %(page)s of %(pages)s")
CONTENTS = _("Contents")

Tree = dict[str, Any]


def laid(document: Document) -> Tree:
    """The whole document; every value is text, a number, a list or another tree, so that it can travel as JSON."""
    say = catalogue(document.language).gettext
    numbers = section_numbers(tuple((section.key, section.numbered) for section in document.sections))
    return {
        "language": document.language,
        "title": document.title,
        "kind": document.kind,
        "number": document.number,
        "author": document.author,
        "pin": asdict(document.pin),
        "facts": [asdict(fact) for fact in document.facts],
        "contents": say(CONTENTS) if document.contents else "",
        "page": say(PAGE) % {"page": "{page}", "pages": "{pages}"},
        "sections": [_section(each, numbers.get(each.key, ""), document.language) for each in document.sections],
    }


def item_label(place: int, language: str) -> str:
    """The label of an item, counted from 0: (a), (b) … (z), (aa); in Chinese （1）, （2）."""
    if language.startswith("zh"):
        return f"（{place + 1}）"
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return f"({letters})"


def _section(section: Section, number: str, language: str) -> Tree:
    return {
        "key": section.key,
        "number": number,
        "title": section.title,
        "blocks": list(_blocks(section.blocks, number, language)),
    }


def _blocks(blocks: Sequence[Block], number: str, language: str) -> Iterator[Tree]:
    """The blocks in order; clauses that follow one another become one list, numbered through the section."""
    run: list[Tree] = []
    count = 0
    for block in blocks:
        if isinstance(block, Clause):
            count += 1
            run.append(_clause(block, f"{number}.{count}" if number else str(count), language))
            continue
        if run:
            yield {"type": "clauses", "clauses": run}
            run = []
        yield _block(block)
    if run:
        yield {"type": "clauses", "clauses": run}


def _clause(clause: Clause, number: str, language: str) -> Tree:
    items = [{"label": item_label(place, language), "text": text} for place, text in enumerate(clause.items)]
    return {"number": number, "lead": clause.lead, "text": clause.text, "items": items}


def _block(block: Block) -> Tree:
    match block:
        case Paragraph():
            return {"type": "paragraph", "text": block.text}
        case Heading():
            return {"type": "heading", "text": block.text}
        case Note():
            return {"type": "note", "text": block.text}
        case Facts():
            return {"type": "facts", "entries": [asdict(fact) for fact in block.entries]}
        case Definitions():
            return {"type": "definitions", "entries": [asdict(entry) for entry in block.entries]}
        case Table():
            return {"type": "table", **asdict(block)}
        case Figure():
            return {"type": "figure", **asdict(block)}
        case Signatures():
            return {"type": "signatures", "sides": [asdict(side) for side in block.sides]}
        case _:
            raise TypeError(f"{type(block).__name__} is not a block of a document")
