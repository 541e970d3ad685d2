from __future__ import annotations

from dataclasses import replace

import pytest

from tallylight.typeset.api import Clause, Column, Paragraph, Section, Table
from tallylight.typeset.laid import item_label, laid
from tallylight.typeset.tests.samples import document


def test_sections_are_numbered_by_position_and_the_unnumbered_are_passed_over() -> None:
    source = document(sections=3)
    assert source.number_of("part-2") == "3"
    with pytest.raises(KeyError):
        source.number_of("signed")


def test_clauses_count_on_past_what_stands_between_them() -> None:
    section = Section("one", "One", (Clause("a"), Clause("b"), Paragraph("between"), Clause("c")))
    blocks = laid(replace(document(), sections=(section,)))["sections"][0]["blocks"]
    numbers = [[clause["number"] for clause in block.get("clauses", [])] for block in blocks]
    assert numbers == [["1.1", "1.2"], [], ["1.3"]]


def test_items_are_lettered_in_english_and_counted_in_chinese() -> None:
    assert [item_label(place, "en") for place in (0, 1, 25, 26, 51, 52)] == [
        "(a)",
        "(b)",
        "(z)",
        "(aa)",
        "(az)",
        "(ba)",
    ]
    assert item_label(1, "zh-Hans") == "（2）"


def test_two_sections_never_share_a_key() -> None:
    source = document()
    with pytest.raises(ValueError, match="key of its own"):
        replace(source, sections=(source.sections[0], source.sections[0]))


def test_a_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="cell for each column"):
        Table((Column("a"), Column("b")), (("1",),))
