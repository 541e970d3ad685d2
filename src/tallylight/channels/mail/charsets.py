"""Text whatever its sender calls it (RFC 2045, RFC 2047, RFC 6532). Pure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from email.header import decode_header
from email.message import Message

#: What mail programs say, and what they then send: the larger set that contains it.
LARGER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "unknown-8bit": "utf-8",
}
#: Tried in this order where the named set does not fit. The last fits everything.
GUESSES = ("utf-8", "gb18030", "latin-1")
SPACE = re.compile(r"\s+")


def decoded(data: bytes, charset: str | None) -> str:
    """`data` as text without NUL, which PostgreSQL does not keep. Never fails."""
    for each in _candidates(charset):
        try:
            return data.decode(each).replace("\0", "")
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", "replace").replace("\0", "")


def header(message: Message, name: str) -> str:
    """The first header of that name in one line; empty if there is none."""
    return next(headers(message, name), "")


def headers(message: Message, name: str) -> Iterator[str]:
    """Every header of that name, each in one line, encoded words decoded."""
    for value in raw_headers(message, name):
        yield words(value)


def raw_headers(message: Message, name: str) -> Iterator[str]:
    """Every header of that name in one line, encoded words as they are."""
    wanted = name.lower()
    for each, value in message.raw_items():
        if each.lower() == wanted:
            yield SPACE.sub(" ", decoded(str(value).encode("utf-8", "surrogateescape"), None)).strip()


def words(value: str) -> str:
    """The text with its encoded words decoded (RFC 2047)."""
    try:
        parts = decode_header(value)
    except ValueError:
        return value
    found = "".join(part if isinstance(part, str) else decoded(part, charset) for part, charset in parts)
    return SPACE.sub(" ", found).strip()


def _candidates(charset: str | None) -> Iterator[str]:
    named = (charset or "").strip().lower()
    if named:
        yield LARGER.get(named, named) if _is_text(LARGER.get(named, named)) else "utf-8"
    yield from GUESSES


def _is_text(name: str) -> bool:
    """Whether it is a character set, and not one of Python's other codecs."""
    try:
        return codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return False
