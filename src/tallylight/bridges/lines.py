"""What is written down on a bridge: facts when written, whole sentences in the reader's language when read. Only added to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallylight.bridges.models import Bridge, Line
from tallylight.bridges.seats import SEAT_NAMES, Seat
from tallylight.bridges.states import Mark


class Kind(StrEnum):
    """NOTE carries somebody's words; the others are deeds."""

    NOTE = "note"
    OPENED = "opened"
    REOPENED = "reopened"
    CLOSED = "closed"
    SEATED = "seated"
    MISSING = "missing"
    OFFERED = "offered"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    LEFT = "left"
    CONFERENCE = "conference"
    UPDATE = "update"
    TOLD = "told"
    REMINDED = "reminded"
    PUBLISHED = "published"


def write(
    bridge: Bridge,
    kind: Kind,
    at: datetime,
    *,
    key: str,
    author: UUID | None = None,
    text: str = "",
    mark: Mark | None = None,
    **facts: Any,
) -> None:
    """Write a line, once for each `key`."""
    line = Line(
        bridge=bridge, key=f"{kind}:{key}", at=at, kind=kind, mark=mark or "", author_id=author, text=text, facts=facts
    )
    Line.objects.bulk_create([line], ignore_conflicts=True)


def seat_name(seat: Seat) -> str:
    """A seat in the active language."""
    return _(SEAT_NAMES[seat])


def sentence(kind: str, facts: dict[str, Any], text: str) -> str:
    """A line in the active language: somebody's words as they are, a deed as a sentence."""
    match Kind(kind):
        case Kind.NOTE:
            return text
        case Kind.OPENED:
            return _("%(by)s opened the bridge.") % facts if facts["by"] else _("The bridge opened by itself.")
        case Kind.REOPENED:
            return (
                _("%(by)s opened the bridge again.") % facts if facts["by"] else _("The bridge opened again by itself.")
            )
        case Kind.CLOSED:
            return _("%(by)s closed the bridge.") % facts
        case Kind.CONFERENCE if facts["url"]:
            return _("%(by)s set the conference link: %(url)s") % facts
        case Kind.CONFERENCE:
            return _("%(by)s took the conference link away.") % facts
        case Kind.UPDATE:
            return _("%(by)s told all customers: %(text)s") % {**facts, "text": in_language(facts["texts"])}
        case Kind.TOLD:
            told = int(facts["tickets"])
            return ngettext(
                "The update stands on %(tickets)s ticket.", "The update stands on %(tickets)s tickets.", told
            ) % {"tickets": told}
        case Kind.REMINDED:
            return _("%(person)s was reminded that customers wait for news.") % facts
        case Kind.PUBLISHED:
            return _("%(by)s published the report.") % facts
        case _:
            return _seat_sentence(Kind(kind), facts)


def in_language(texts: dict[str, str]) -> str:
    """A text in the active language, else in English, else in any."""
    return texts.get(get_language() or "en") or texts.get("en") or next(iter(texts.values()), "")


def _seat_sentence(kind: Kind, facts: dict[str, Any]) -> str:
    named = {**facts, "seat": seat_name(Seat(facts["seat"]))}
    match kind:
        case Kind.SEATED:
            return _("%(seat)s: %(person)s.") % named
        case Kind.MISSING:
            return _("%(seat)s: nobody was found. The managers were told.") % named
        case Kind.OFFERED:
            return _("%(seat)s: %(by)s offers it to %(to)s: %(reason)s") % named
        case Kind.DECLINED:
            return _("%(seat)s: %(by)s declined: %(reason)s") % named
        case Kind.LAPSED:
            return _("%(seat)s: %(to)s did not answer the offer in time.") % named
        case Kind.WITHDRAWN:
            return _("%(seat)s: %(by)s took back the offer to %(to)s.") % named
        case _:
            return _("%(seat)s: %(person)s left it.") % named
