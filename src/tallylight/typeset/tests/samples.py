"""Documents with one of everything, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

from tallylight.typeset.api import (
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
)

PIN = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#: Everything that is markup somewhere: typst, HTML, JSON.
HOSTILE = r'#strong[no] $x$ *b* _i_ `c` <b>&amp; "q" \ @ref // = {json} </script> %(name)s'
CHART = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><rect width="90" height="30" fill="#888"/></svg>'
SENTENCE = "The rate stood at 88."
SAID = {
    "en": "The provider answers within 15 minutes; “response” means that a person who can act has taken the case.",
    "zh-Hans": "乙方应在15分钟内作出响应；“响应”是指有权处理的人员已受理该事项，自动回复（含机器人回复）不构成响应。",
}


def document(language: Language = "en", *, sections: int = 2, contents: bool = True) -> Document:
    """A document in which every kind of block stands once a section, and signatures close it."""
    said = SAID[language]
    everything: tuple[Block, ...] = (
        Clause(said),
        Clause(said, items=(said, HOSTILE), lead=said[:8]),
        Table(
            (Column("A", width=2), Column("B", Align.END), Column("C", Align.CENTRE)),
            (("one", "99.95%", "x"), ("two", "1,100", "y")),
            caption=said[:12],
            total=("sum", "3", ""),
        ),
        Clause(said),
        Heading(said[:6]),
        Paragraph(said),
        Facts((Fact("name", "value"),)),
        Definitions((Definition(said[:4], said),)),
        Figure(CHART, "caption", SENTENCE),
        Note(said),
    )
    sign = Signatory("Provider", "Tallylight Networks", (Fact("Name", ""), Fact("Date", "2026-01-01")))
    return Document(
        title=f"{said[:10]} {HOSTILE}",
        kind="Agreement",
        number="AV-2026-007",
        language=language,
        author="Tallylight Networks",
        dated=datetime(2026, 1, 1, tzinfo=UTC),
        pin=Fact("SHA-256", PIN),
        sections=(
            *(Section(f"part-{place}", said[:9], everything) for place in range(sections)),
            Section("signed", "Signed", (Signatures((sign, sign)),), numbered=False),
        ),
        facts=(Fact("Customer", "Astra Voice"),),
        contents=contents,
        attachments=(Attachment("source.yaml", "application/yaml", "What was signed", b"a: 1\n"),),
    )
