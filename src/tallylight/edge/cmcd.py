"""Common Media Client Data (CTA-5004), query form: what a player says about itself. Pure."""

from __future__ import annotations

from typing import Final, NamedTuple

#: CTA-5004: sid and cid are strings of at most 64 characters.
LONGEST: Final = 64


class Beat(NamedTuple):
    """A sign of life: the session (`sid`) and what it plays (`cid`, "" when not said)."""

    session: str
    stream: str


def read_beat(payload: str) -> Beat | None:
    """The session and stream in the (percent-decoded) value of the CMCD query argument; None without a usable
    session.
    """
    pairs = parse(payload)
    session, stream = pairs.get("sid", ""), pairs.get("cid", "")
    if not _usable(session) or not (stream == "" or _usable(stream)):
        return None
    return Beat(session, stream)


def parse(payload: str) -> dict[str, str]:
    """The key-value pairs of a payload: `key=value` and bare `key` (true), separated by commas; strings in double
    quotes, in
    which a backslash escapes a quote or a backslash. What can't be read is left out, as the standard asks of receivers.
    """
    pairs: dict[str, str] = {}
    for part in _split(payload):
        key, equals, value = part.partition("=")
        if key:
            pairs[key] = _unquote(value) if equals else "true"
    return pairs


def _split(payload: str) -> list[str]:
    """The parts between the commas that stand outside of quotes."""
    parts, start, quoted, escaped = [], 0, False, False
    for at, character in enumerate(payload):
        if escaped:
            escaped = False
        elif character == "\\" and quoted:
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            parts.append(payload[start:at])
            start = at + 1
    return [*parts, payload[start:]]


def _unquote(value: str) -> str:
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    unescaped, escaped = [], False
    for character in value[1:-1]:
        if character == "\\" and not escaped:
            escaped = True
            continue
        unescaped.append(character)
        escaped = False
    return "".join(unescaped)


def _usable(text: str) -> bool:
    return 0 < len(text) <= LONGEST and text.isprintable()
