"""A ticket's entries as the conversation shows them. Pure but for the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tallylight.accounts.api import Viewer
from tallylight.console.shapes import Tone
from tallylight.support.api import Channel, EntryCard

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
    "acknowledged": Tone.GOOD,
    "asked": Tone.WARN,
    "mitigated": Tone.GOOD,
    "explained": Tone.GOOD,
    "resolved": Tone.GOOD,
    "reopened": Tone.WARN,
    "followed": Tone.INFO,
    "reported": Tone.GOOD,
}


@dataclass(frozen=True, slots=True)
class Line:
    """Words (`words`) with who said them, or a deed as one sentence."""

    at: datetime
    words: bool
    text: str
    author: str
    channel: str
    internal: bool
    own: bool
    tone: Tone


def lines_of(entries: Iterable[EntryCard], viewer: Viewer) -> list[Line]:
    """Everything said and done, in order."""
    return [
        Line(
            at=each.at,
            words=each.kind in WORDS,
            text=each.text,
            author=each.author or "Tallylight",
            channel=channel_name(each.channel),
            internal=each.internal,
            own=each.author_id == viewer.person_id,
            tone=Tone.WARN if each.internal else DEED_TONES.get(each.kind, Tone.INFO),
        )
        for each in entries
    ]


def channel_name(channel: Channel) -> str:
    """How it reached us."""
    return {
        Channel.CONSOLE: _("in the console"),
        Channel.API: _("through the API"),
        Channel.MAIL_LINK: _("by the link in a mail"),
        Channel.SYSTEM: _("by itself"),
    }[channel]
