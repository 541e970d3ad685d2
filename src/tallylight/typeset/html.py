"""A document as HTML: headings, lists and tables that a screen reader walks, readable without a style and printable with it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path

from tallylight.typeset.document import Document
from tallylight.typeset.laid import Tree, laid

_STYLE = Path(__file__).resolve().parent / "template" / "document.css"


@cache
def style() -> str:
    """The style sheet that a standalone page carries."""
    return f"\n{_STYLE.read_text(encoding='utf-8')}"


def html_policy() -> str:
    """The content security policy under which a standalone page is served: its own style, its own charts, nothing else."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


def to_html(document: Document) -> str:
    """A whole page with its style inside. In print the pin stands at the foot of every page."""
    tree = laid(document)
    return (
        f'<!doctype html>\n<html lang="{escape(tree["language"])}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(tree['title'])}</title>\n"
        f'<meta name="author" content="{escape(tree["author"])}">\n<style>{style()}</style>\n</head>\n<body class="document">\n'
        f"<main>\n{_article(tree)}</main>\n{_pin(tree)}</body>\n</html>\n"
    )


def to_fragment(document: Document) -> str:
    """The document as one `<article>`, for a page that brings its own style: headings begin at h2."""
    return _article(laid(document))


def _article(tree: Tree) -> str:
    head = f'<p class="document-kind">{_text(tree["kind"])} <span>{_text(tree["number"])}</span></p>'
    sections = "".join(_section(section) for section in tree["sections"])
    facts = _facts(tree["facts"]) if tree["facts"] else ""
    return (
        f'<article class="document-text" lang="{escape(tree["language"])}">\n<header>\n{head}\n'
        f"<h2>{_text(tree['title'])}</h2>\n{facts}</header>\n{_contents(tree)}{sections}</article>\n"
    )


def _pin(tree: Tree) -> str:
    return f"<footer>{_text(tree['pin']['name'])} <code>{_text(tree['pin']['value'])}</code></footer>\n"


def _contents(tree: Tree) -> str:
    if not tree["contents"]:
        return ""
    links = "".join(f'<li><a href="#part-{each["key"]}">{_numbered(each)}</a></li>\n' for each in tree["sections"])
    name = escape(tree["contents"])
    return f'<nav class="document-contents" aria-label="{name}">\n<h3>{name}</h3>\n<ol>\n{links}</ol>\n</nav>\n'


def _section(section: Tree) -> str:
    key = section["key"]
    blocks = "".join(_BLOCKS[block["type"]](block) for block in section["blocks"])
    return (
        f'<section id="part-{key}" aria-labelledby="part-{key}-title">\n'
        f'<h3 id="part-{key}-title">{_numbered(section)}</h3>\n{blocks}</section>\n'
    )


def _numbered(section: Tree) -> str:
    number = f'<span class="number">{section["number"]}</span> ' if section["number"] else ""
    return number + _text(section["title"])


def _clauses(block: Tree) -> str:
    return f'<ol class="document-clauses">\n{_joined(_clause(each) for each in block["clauses"])}</ol>\n'


def _clause(clause: Tree) -> str:
    lead = f"<strong>{_text(clause['lead'])}</strong> " if clause["lead"] else ""
    items = _joined(
        f'<li><span class="number">{item["label"]}</span> <span>{_text(item["text"])}</span></li>\n'
        for item in clause["items"]
    )
    below = f'\n<ol class="document-items">\n{items}</ol>' if items else ""
    return (
        f'<li id="clause-{clause["number"]}"><span class="number">{clause["number"]}</span> '
        f"<div><p>{lead}{_text(clause['text'])}</p>{below}</div></li>\n"
    )


def _facts(entries: list[Tree]) -> str:
    lines = _joined(f"<div><dt>{_text(fact['name'])}</dt><dd>{_text(fact['value'])}</dd></div>\n" for fact in entries)
    return f'<dl class="document-facts">\n{lines}</dl>\n'


def _definitions(block: Tree) -> str:
    lines = _joined(f"<dt>{_text(each['term'])}</dt><dd>{_text(each['meaning'])}</dd>\n" for each in block["entries"])
    return f'<dl class="document-definitions">\n{lines}</dl>\n'


def _table(block: Tree) -> str:
    sides = [column["align"] for column in block["columns"]]
    caption = f"<caption>{_text(block['caption'])}</caption>\n" if block["caption"] else ""
    head = _joined(
        f'<th scope="col" class="{side}">{_text(column["title"])}</th>'
        for column, side in zip(block["columns"], sides, strict=True)
    )
    rows = _joined(f"<tr>{_row(row, sides)}</tr>\n" for row in block["rows"])
    total = f"<tfoot><tr>{_row(block['total'], sides)}</tr></tfoot>\n" if block["total"] else ""
    return (
        f'<div class="document-table"><table>\n{caption}<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody>\n{total}</table></div>\n"
    )


def _row(cells: Iterable[str], sides: list[str]) -> str:
    first, *others = zip(cells, sides, strict=True)
    return f'<th scope="row" class="{first[1]}">{_text(first[0])}</th>' + _joined(
        f'<td class="{side}">{_text(cell)}</td>' for cell, side in others
    )


def _figure(block: Tree) -> str:
    """The chart as an image: nothing in it can run, whatever its texts say."""
    data = base64.b64encode(block["svg"].encode()).decode()
    return (
        f'<figure><img src="data:image/svg+xml;base64,{data}" alt="{escape(block["sentence"])}">\n'
        f"<figcaption>{_text(block['caption'])}</figcaption></figure>\n"
    )


def _signatures(block: Tree) -> str:
    sides = _joined(
        f'<div><p class="document-role">{_text(side["role"])}</p>\n<p><strong>{_text(side["name"])}</strong></p>\n'
        f"{_facts(side['lines'])}</div>\n"
        for side in block["sides"]
    )
    return f'<div class="document-signatures">\n{sides}</div>\n'


def _text(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))


def _joined(parts: Iterable[str]) -> str:
    return "".join(parts)


_BLOCKS = {
    "clauses": _clauses,
    "paragraph": lambda block: f"<p>{_text(block['text'])}</p>\n",
    "heading": lambda block: f"<h4>{_text(block['text'])}</h4>\n",
    "note": lambda block: f'<p class="document-note">{_text(block["text"])}</p>\n',
    "facts": lambda block: _facts(block["entries"]),
    "definitions": _definitions,
    "table": _table,
    "figure": _figure,
    "signatures": _signatures,
}
