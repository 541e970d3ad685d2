"""A ticket's entries as the conversation shows them. Pure but for the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from tallylight.accounts.api import Viewer
from tallylight.console.shapes import Tone
from tallylight.support.api import Channel, EntryCard, ReadCard

#: Kinds of entries that carry somebody's words.
WORDS = ("message", "note")

DEED_TONES = {
    "opened": Tone.INFO,
    "raised": Tone.BAD,
    "offered": Tone.INFO,
    "declined": Tone.WARN,
    "lapsed": Tone.WARN,
    "given": Tone.WARN,
    "escalated": Tone.WARN,
    "more-asked": Tone.WARN,
    "acknowledged": Tone.GOOD,
    "asked": Tone.WARN,
    "mitigated": Tone.GOOD,
    "explained": Tone.GOOD,
    "resolved": Tone.GOOD,
    "reopened": Tone.WARN,
    "followed": Tone.INFO,
    "reported": Tone.GOOD,
    "called": Tone.INFO,
}


@dataclass(frozen=True, slots=True)
class Line:
    """Words (`words`) with who said them, or a deed as one sentence."""

    id: UUID
    at: datetime
    words: bool
    text: str
    author: str
    channel: str
    internal: bool
    own: bool
    tone: Tone
    source: Source | None = None
    seen: tuple[ReadCard, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What came with words that came from outside: why they are on this ticket, their files, who else got them."""

    item: str
    because: str
    files: list[dict[str, Any]]
    others: list[str]
    unverified: bool


def lines_of(entries: Iterable[EntryCard], viewer: Viewer, reads: Iterable[ReadCard] = ()) -> list[Line]:
    """Everything said and done, in order; `reads` are shown at the last words that somebody read of others."""
    entries = list(entries)
    seen = _seen(entries, reads)
    return [
        Line(
            id=each.id,
            at=each.at,
            words=each.kind in WORDS,
            text=each.text,
            author=each.author or _outsider(each) or "Tallylight",
            channel=channel_name(each.channel),
            internal=each.internal,
            own=each.author_id == viewer.person_id,
            tone=Tone.WARN if each.internal else DEED_TONES.get(each.kind, Tone.INFO),
            source=_source(each, viewer),
            seen=tuple(seen.get(each.id, ())),
        )
        for each in entries
    ]


def _seen(entries: list[EntryCard], reads: Iterable[ReadCard]) -> dict[UUID, list[ReadCard]]:
    found: dict[UUID, list[ReadCard]] = {}
    for read in reads:
        words = [each for each in entries if each.kind in WORDS and each.id <= read.up_to]
        last = max(words, key=lambda each: each.id, default=None)
        if last and last.author_id != read.person_id:
            found.setdefault(last.id, []).append(read)
    return found


def _outsider(entry: EntryCard) -> str:
    """The address of somebody whom nobody knows; the name beside it proves nothing."""
    return str(entry.facts.get("from", ""))


def _source(entry: EntryCard, viewer: Viewer) -> Source | None:
    facts = entry.facts
    if "item" not in facts and "files" not in facts:
        return None
    staff = viewer.is_provider
    return Source(
        item=facts.get("item", "") if staff else "",
        because=_because(facts) if staff and "because" in facts else "",
        files=facts.get("files", []),
        others=facts.get("others", []) if staff else [],
        unverified=bool(facts.get("unverified")),
    )


def _because(facts: dict[str, Any]) -> str:
    """Why it is on this ticket."""
    match facts["because"]:
        case "token":
            return _("It was sent to this ticket's own address.")
        case "references":
            return _("It answers a mail about this ticket.")
        case "number":
            return _("Its subject names this ticket.")
        case "subject":
            return _("The same person wrote with the same subject.")
        case "chat":
            return _("The same person spoke about it in the same chat.")
        case "call":
            return _("It was the caller's open ticket.")
        case _:
            return _("It began this ticket.")


def channel_name(channel: Channel) -> str:
    """How it reached us."""
    return {
        Channel.CONSOLE: _("in the console"),
        Channel.API: _("through the API"),
        Channel.MAIL: _("by mail"),
        Channel.CHAT: _("by chat"),
        Channel.IM: _("in a chat"),
        Channel.PHONE: _("by telephone"),
        Channel.MAIL_LINK: _("by the link in a mail"),
        Channel.SYSTEM: _("by itself"),
    }[channel]
