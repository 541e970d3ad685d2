from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import get_args

import pytest

from tallylight.typeset.api import Language, to_fragment, to_html
from tallylight.typeset.tests.samples import HOSTILE, PIN, document

languages = pytest.mark.parametrize("language", get_args(Language))
VOID = {"meta", "br", "img"}


class Structure(HTMLParser):
    """Checks that what is opened is closed, and keeps ids and headings."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.levels: list[int] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        facts = dict(attrs)
        self.ids += [facts["id"] or ""] if "id" in facts else []
        self.links += [facts["href"] or ""] if "href" in facts else []
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def structure(html: str) -> Structure:
    parsed = Structure()
    parsed.feed(html)
    parsed.close()
    assert parsed.open == []
    return parsed


@languages
def test_every_text_is_there_and_none_is_markup(language: Language) -> None:
    source = document(language)
    html = to_html(source)
    told = unescape(re.sub("<[^>]+>", "", html))
    for text in filter(None, source.texts()):
        assert text in told or text in unescape(html)
    assert structure(html).names.isdisjoint({"b", "script"})
    assert HOSTILE in told


@languages
def test_headings_do_not_skip_a_level_and_links_lead_somewhere(language: Language) -> None:
    parsed = structure(to_html(document(language)))
    assert parsed.levels[0] == 2
    assert all(after <= before + 1 for before, after in zip(parsed.levels, parsed.levels[1:], strict=False))
    assert len(parsed.ids) == len(set(parsed.ids))
    assert parsed.links
    assert {link.removeprefix("#") for link in parsed.links} <= set(parsed.ids)


def test_the_page_names_its_language_and_carries_the_pin_apart_from_the_text() -> None:
    html = to_html(document("zh-Hans"))
    assert html.startswith('<!doctype html>\n<html lang="zh-Hans">')
    assert PIN in html[html.index("<footer>") :]


def test_a_fragment_brings_neither_style_nor_page() -> None:
    parsed = structure(to_fragment(document()))
    assert parsed.names.isdisjoint({"html", "head", "style", "main", "footer"})
    assert "style=" not in to_fragment(document())
