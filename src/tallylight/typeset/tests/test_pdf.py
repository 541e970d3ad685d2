from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from pypdf import PdfReader

from tallylight.typeset import fonts as fonts_module
from tallylight.typeset.api import Figure, FontsMissing, Language, NotTypeset, Section, to_pdf
from tallylight.typeset.tests.samples import HOSTILE, PIN, SENTENCE, document

languages = pytest.mark.parametrize("language", get_args(Language))


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def squeezed(text: str) -> str:
    """Without white space, which a reader guesses from positions."""
    return "".join(text.split())


def fonts_of(reader: PdfReader) -> list[dict[str, Any]]:
    found = {}
    for page in reader.pages:
        for name, font in page["/Resources"]["/Font"].items():
            found[name, font["/BaseFont"]] = font["/DescendantFonts"][0].get_object()
    return list(found.values())


@languages
def test_every_page_carries_the_pin_and_its_number(language: Language) -> None:
    reader = read(to_pdf(document(language, sections=5)))
    pages = [squeezed(page.extract_text()) for page in reader.pages]
    assert len(pages) > 3
    for place, page in enumerate(pages, start=1):
        assert PIN in page
        assert str(place) in page
        assert str(len(pages)) in page


@languages
def test_every_text_can_be_extracted_as_it_was_written(language: Language) -> None:
    source = document(language)
    told = squeezed("".join(page.extract_text() for page in read(to_pdf(source)).pages))
    seen = [text for text in source.texts() if text and text != SENTENCE]
    # A text may be broken over a page, so its halves are looked for.
    for text in map(squeezed, seen):
        half = len(text) // 2
        assert text[:half] in told or text[half:] in told
    assert squeezed(HOSTILE) in told


def test_a_chart_says_its_sentence_to_whoever_can_not_see_it() -> None:
    reader = read(to_pdf(document()))
    objects = (reader.get_object(number) for number in range(1, reader.trailer["/Size"]))
    alternatives = {str(each["/Alt"]) for each in objects if isinstance(each, dict) and "/Alt" in each}
    assert SENTENCE in alternatives


@languages
def test_every_font_is_embedded_and_can_be_searched(language: Language) -> None:
    reader = read(to_pdf(document(language)))
    fonts = fonts_of(reader)
    assert fonts
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)
    names = {str(font["/BaseFont"]).split("+")[1].split("-")[0] for font in fonts}
    assert names <= {"SourceSans3", "NotoSansSC"}
    if language == "zh-Hans":
        assert "NotoSansSC" in names


@languages
def test_it_is_tagged_titled_and_in_its_language(language: Language) -> None:
    source = document(language)
    reader = read(to_pdf(source))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).split("-")[0] == language.split("-")[0]
    assert reader.metadata is not None
    assert reader.metadata.title == source.title
    assert reader.metadata.author == source.author
    assert reader.metadata.creation_date == source.dated
    metadata = root["/Metadata"].get_data()
    assert b"pdfuaid:part" in metadata
    assert b"pdfaid:part" in metadata


def test_every_section_is_a_bookmark_with_its_number() -> None:
    source = document(sections=2)
    outline = [entry for entry in read(to_pdf(source)).outline if not isinstance(entry, list)]
    assert [squeezed(entry.title) for entry in outline] == [
        squeezed(f"1{source.sections[0].title}"),
        squeezed(f"2{source.sections[1].title}"),
        "Signed",
    ]


def test_the_source_travels_inside() -> None:
    assert read(to_pdf(document())).attachments == {"source.yaml": [b"a: 1\n"]}


@languages
def test_the_same_document_gives_the_same_bytes(language: Language) -> None:
    first = to_pdf(document(language))
    to_pdf.cache_clear()
    assert to_pdf(document(language)) == first


def test_a_long_table_repeats_its_head_on_every_page() -> None:
    source = document(sections=1, contents=False)
    [table] = [block for block in source.sections[0].blocks if hasattr(block, "rows")]
    long = replace(table, caption="", rows=tuple((f"row {place}", "1", "2") for place in range(120)))
    columns = (replace(long.columns[0], title="HEADING"), *long.columns[1:])
    section = Section("long", "Long", (replace(long, columns=columns),))
    pages = [page.extract_text() for page in read(to_pdf(replace(source, sections=(section,)))).pages]
    assert len(pages) >= 3
    assert all("HEADING" in page for page in pages)


def test_missing_fonts_are_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing) as caught:
        fonts_module.fonts(tmp_path)
    assert "make assets" in caught.value.advice


def test_a_broken_chart_is_refused_by_name() -> None:
    section = Section("chart", "Chart", (Figure("<svg", "caption", "sentence"),))
    with pytest.raises(NotTypeset, match="SVG"):
        to_pdf(replace(document(), sections=(section,)))
