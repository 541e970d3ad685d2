"""HTML of strangers: made harmless, or made text. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

#: No pictures: loading one tells its sender who read when.
TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"}
BLOCKS = frozenset(
    "address article aside div dl dt dd fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section"  # noqa: SIM905
    " table tr ul".split()
)
SILENT = frozenset({"script", "style", "head", "title", "template"})
SPACES = re.compile(r"[ \t\r\n\f]+")
GAPS = re.compile(r"\n{3,}")


def harmless(html: str) -> str:
    """What of it may be shown: no scripts, styles, forms, pictures; links open nothing by themselves."""
    return nh3.clean(html, tags=TAGS, url_schemes={"http", "https", "mailto"}, strip_comments=True)


def as_text(html: str) -> str:
    """Its text, a line for each block, with quotes marked by `>` as in plain mail."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._depth = 0
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base's
        if tag in SILENT:
            self._silent.append(tag)
        elif tag == "br":
            self._end_line()
        elif tag == "blockquote":
            self._break()
            self._depth += 1
        elif tag in BLOCKS:
            self._break()
        elif tag in ("td", "th"):
            self._line += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            self._silent.remove(tag)
        elif tag == "blockquote":
            self._break()
            self._depth = max(0, self._depth - 1)
        elif tag in BLOCKS:
            self._break()
            if tag == "p":
                self._lines.append("> " * self._depth)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._line += data

    def text(self) -> str:
        self._break()
        return GAPS.sub("\n\n", "\n".join(line.rstrip() for line in self._lines)).strip()

    def _break(self) -> None:
        if self._line.strip():
            self._end_line()
        self._line = ""

    def _end_line(self) -> None:
        self._lines.append("> " * self._depth + SPACES.sub(" ", self._line.replace("\xa0", " ")).strip())
        self._line = ""
