"""The desk's figures as sentences, tables and a chart. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from tallylight.console.conversation import channel_name
from tallylight.console.formatting import UNKNOWN, duration, integer, percent
from tallylight.console.shapes import Lead, Tone
from tallylight.console.words import severity_word
from tallylight.contracts.api import Level
from tallylight.support.api import PROMISE_NAMES, By, Channel, Figure, Promise, Timing, by_name

#: Below this share of kept promises a figure warns, below the second one it is bad.
WELL, ILL = 0.99, 0.95
PERIODS = (
    (7, gettext_lazy("7 days")),
    (28, gettext_lazy("28 days")),
    (90, gettext_lazy("90 days")),
    (365, gettext_lazy("1 year")),
)
TABLES = (By.LEVEL, By.CUSTOMER, By.CHANNEL, By.DAY)


@dataclass(frozen=True, slots=True)
class TimingView:
    """One promise: median, 90th percentile, share kept, each written out."""

    name: str
    median: str
    p90: str
    kept: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A line of a table."""

    name: str
    tickets: str
    timings: list[TimingView]
    hops: str
    idle: str
    reopened: str
    found_first: str
    score: str


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Figures told apart one way."""

    key: str
    title: str
    rows: list[FigureRow]


def figures_lead(whole: Figure | None) -> Lead:
    """The share of kept promises in one sentence."""
    if whole is None:
        return Lead(Tone.UNKNOWN, _("No ticket was opened in this period."))
    decided = [each for each in whole.timings.values() if each.decided]
    opened = ngettext("%(count)s ticket was opened.", "%(count)s tickets were opened.", whole.tickets)
    more = opened % {"count": integer(whole.tickets, _language())}
    if not decided:
        return Lead(Tone.UNKNOWN, _("No promise was due yet."), more)
    kept = sum(each.decided * (each.kept or 0.0) for each in decided) / sum(each.decided for each in decided)
    return Lead(_tone(kept), _("%(share)s of promises were kept.") % {"share": _share(kept)}, more)


def row_of(each: Figure) -> FigureRow:
    """A group's figures, written out."""
    return FigureRow(
        name=_name(each),
        tickets=integer(each.tickets, _language()),
        timings=[_timing(promise, timing) for promise, timing in each.timings.items()],
        hops=f"{each.hops:.1f}",
        idle=_length(each.idle_s),
        reopened=_share(each.reopened),
        found_first=_share(each.found_first),
        score=f"{each.score:.1f}" if each.score is not None else UNKNOWN,
    )


def tables(found: Sequence[Figure], *, is_staff: bool) -> list[FigureTable]:
    """One for each way to tell figures apart; a customer is not told of customers."""
    shown = [by for by in TABLES if is_staff or by is not By.CUSTOMER]
    made = [FigureTable(by.value, by_name(by), [row_of(each) for each in found if each.by is by]) for by in shown]
    return [each for each in made if each.rows]


def chart_data(found: Iterable[Figure], start: datetime, end: datetime) -> dict[str, Any]:
    """The share of kept promises day by day, for the script that draws it; days on which none was decided are empty."""
    days = sorted((each for each in found if each.by is By.DAY), key=lambda each: each.key)
    at = [int(datetime.combine(date.fromisoformat(each.key), time(12), UTC).timestamp()) for each in days]
    lines = [
        {"name": _(PROMISE_NAMES[promise]), "values": [each.timings[promise].kept for each in days]}
        for promise in (Promise.RESPONSE, Promise.MITIGATION, Promise.RESOLUTION)
    ]
    chart = {"form": "percent", "at": at, "lines": lines}
    return {
        "charts": {"kept": chart},
        "bands": [],
        "time": _("Day"),
        "start": int(start.timestamp()),
        "end": int(end.timestamp()),
    }


def _timing(promise: Promise, timing: Timing) -> TimingView:
    return TimingView(
        name=_(PROMISE_NAMES[promise]),
        median=_length(timing.median_s),
        p90=_length(timing.p90_s),
        kept=_share(timing.kept),
        tone=Tone.UNKNOWN if timing.kept is None else _tone(timing.kept),
    )


def _name(each: Figure) -> str:
    match each.by:
        case By.LEVEL:
            return severity_word(Level(each.key))
        case By.CHANNEL:
            return channel_name(Channel(each.key)) if each.key in set(Channel) else each.key or UNKNOWN
        case _:
            return each.name


def _tone(kept: float) -> Tone:
    return Tone.GOOD if kept >= WELL else Tone.WARN if kept >= ILL else Tone.BAD


def _share(value: float | None) -> str:
    return percent(value, _language())


def _length(seconds: float | None) -> str:
    return UNKNOWN if seconds is None else duration(seconds, _language())


def _language() -> str:
    return get_language() or "en"
