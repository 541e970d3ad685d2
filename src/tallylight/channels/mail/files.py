"""Files that come along with a mail: which are kept, and which are not. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from email.message import Message

from tallylight.channels.inbound import File, Refusal
from tallylight.channels.mail.charsets import words

#: The largest file that is kept, in octets, and how many of one message.
MOST_OCTETS, MOST_FILES = 15_000_000, 20
#: What a computer may run when somebody opens it; the list that large mail services publish.
RUNS = frozenset(
    [
        "ade",
        "adp",
        "apk",
        "appx",
        "appxbundle",
        "bat",
        "cab",
        "chm",
        "cmd",
        "com",
        "cpl",
        "diagcab",
        "dll",
        "dmg",
        "ex",
        "exe",
        "hta",
        "ins",
        "iso",
        "isp",
        "jar",
        "js",
        "jse",
        "lib",
        "lnk",
        "mde",
        "msc",
        "msi",
        "msix",
        "msixbundle",
        "msp",
        "mst",
        "nsh",
        "pif",
        "ps1",
        "scr",
        "sct",
        "shb",
        "sys",
        "vb",
        "vbe",
        "vbs",
        "vhd",
        "vxd",
        "wsc",
        "wsf",
        "wsh",
        "xll",
    ]
)
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]+')
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")


def files_of(parts: Iterable[Message]) -> tuple[File, ...]:
    """The files in these parts, those that are not kept without their data."""
    return tuple(_file(part, place) for place, part in enumerate(parts))


def _file(part: Message, place: int) -> File:
    data = _octets(part)
    media_type = part.get_content_type().lower()
    name = _name(part, place)
    refusal = refusal_of(name, len(data), place)
    return File(
        name=name,
        media_type=media_type if MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
        octets=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        data=b"" if refusal else data,
        refusal=refusal,
    )


def _octets(part: Message) -> bytes:
    if part.is_multipart():  # a message that was forwarded as a file
        inner = part.get_payload()
        return (
            b"".join(each.as_bytes() for each in inner if isinstance(each, Message)) if isinstance(inner, list) else b""
        )
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def refusal_of(name: str, octets: int, place: int) -> Refusal | None:
    """Why a file of that name and length, the `place`-th of its message, is not kept; None if it is."""
    if place >= MOST_FILES:
        return Refusal.TOO_MANY
    if octets > MOST_OCTETS:
        return Refusal.TOO_LARGE
    return Refusal.TYPE if name.rpartition(".")[2].lower().strip() in RUNS else None


def safe_name(name: str) -> str:
    """A file's name without what could lead out of a folder or turn the reading order of its ending."""
    return NOT_IN_NAMES.sub("_", name).strip(" .")[-150:]


def _name(part: Message, place: int) -> str:
    """What it is called; something, if it has no name."""
    named = safe_name(words(part.get_filename() or ""))
    if named:
        return named
    return f"message-{place + 1}.eml" if part.get_content_type() == "message/rfc822" else f"file-{place + 1}"
