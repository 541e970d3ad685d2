"""The minutes behind a figure, in words. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import overload

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tallylight.console import formatting
from tallylight.console.promised import PromiseRow
from tallylight.console.shapes import Badge, Lead, Tone
from tallylight.sla.api import KIND_TEXTS, SliceCard, Verdict

VERDICTS = {"bad": Verdict.BAD, "unknown": Verdict.UNKNOWN, "excluded": Verdict.EXCLUDED, "good": Verdict.GOOD}


@dataclass(frozen=True, slots=True)
class MinuteRow:
    """One judged minute: `node` is for staff only."""

    at: datetime
    badge: Badge
    figure: str
    packets: int
    node: str
    why: str


class LatestFirst(Sequence[SliceCard]):
    """Minutes in order of time, seen from the end."""

    def __init__(self, minutes: Sequence[SliceCard]) -> None:
        self._minutes = minutes

    def __len__(self) -> int:
        return len(self._minutes)

    @overload
    def __getitem__(self, index: int) -> SliceCard: ...

    @overload
    def __getitem__(self, index: slice) -> list[SliceCard]: ...

    def __getitem__(self, index: int | slice) -> SliceCard | list[SliceCard]:
        count = len(self._minutes)
        if isinstance(index, int):
            if not 0 <= index < count:
                raise IndexError(index)
            return self._minutes[count - 1 - index]
        start, stop, _step = index.indices(count)
        return list(reversed(self._minutes[count - stop : count - start]))


def minute_row(card: SliceCard, unit: str, *, is_staff: bool) -> MinuteRow:
    """A minute as the list shows it; `unit` is the figure's."""
    return MinuteRow(
        at=card.at,
        badge=verdict_badge(card.verdict),
        figure=formatting.UNKNOWN if card.figure is None else formatting.decimal(card.figure, _language()) + unit,
        packets=card.sent,
        node=(card.node or "") if is_staff else "",
        why=_why(card),
    )


def verdict_badge(verdict: str) -> Badge:
    """A verdict in a word."""
    return {
        "good": Badge(Tone.GOOD, _("Good")),
        "bad": Badge(Tone.BAD, _("Bad")),
        "excluded": Badge(Tone.INFO, _("Excluded")),
    }.get(verdict, Badge(Tone.UNKNOWN, _("Unknown")))


def _why(card: SliceCard) -> str:
    if card.exclusion:
        return exclusion_text(card.exclusion, card.reason)
    if card.verdict != "unknown":
        return ""
    return {
        "good": _("Too few packets; the contract counts it as good."),
        "bad": _("Too few packets; the contract counts it as bad."),
    }.get(card.counts_as, _("Too few packets; the contract doesn't count it."))


def exclusion_text(kind: str, reason: str) -> str:
    """Why something was taken out of the count."""
    return _("%(kind)s: %(reason)s") % {"kind": _(KIND_TEXTS[kind]), "reason": reason}


def slices_lead(row: PromiseRow) -> Lead:
    """The promise and what it attained, in one sentence."""
    facts = {"name": row.name, "region": row.region, "attained": row.attained, "target": row.target}
    return Lead(
        row.badge.tone,
        _("%(name)s in %(region)s: %(attained)s of what counts was good; %(target)s is promised.") % facts,
        _("A slice of %(length)s is good if %(bound)s.")
        % {"length": formatting.duration(row.slice_s, _language()), "bound": row.bound},
    )


def _language() -> str:
    return get_language() or "en"
