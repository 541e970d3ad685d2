"""The report's charts as SVG: the same bytes for the same values, readable in print, in grey and without colour. Pure.

What is bad is hatched, what is unknown is dotted, what is good is plain; every bar has its figure beside it. Texts come in the
reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 720
INK, SOFT, LINE, PLAIN, BAD, PAPER = "#16181d", "#5b6270", "#d4d8df", "#aab4c3", "#a3231f", "#ffffff"
FONT = "'Source Sans 3','Noto Sans SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"
#: Bars of used budget end here, in per cent; what is above is said by its figure alone.
MOST_PCT = 200
LABELS_END, FIGURES_BEGIN = 232, 590
BAR, GAP = 11, 22

_PATTERNS = (
    f'<defs><pattern id="bad" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="5" height="5" fill="{PAPER}"/><rect width="2.6" height="5" fill="{BAD}"/></pattern>'
    f'<pattern id="unknown" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="{PAPER}"/>'
    f'<circle cx="2" cy="2" r="0.9" fill="{SOFT}"/></pattern></defs>'
)


@dataclass(frozen=True, slots=True)
class BudgetBar:
    """How much of what may be bad was: `used_pct` None where nothing may be or nothing counts. `figure` says it in words."""

    label: str
    used_pct: float | None
    missed: bool
    figure: str


@dataclass(frozen=True, slots=True)
class PromiseBar:
    """How many support promises of a kind were kept and broken."""

    label: str
    kept: int
    broken: int
    figure: str


@dataclass(frozen=True, slots=True)
class Strip:
    """An objective's days: minutes that were bad and unknown on each, the first day first."""

    label: str
    bad: Sequence[int]
    unknown: Sequence[int]


def budget_chart(bars: Sequence[BudgetBar], *, title: str, limit: str) -> str:
    """A bar for each objective and region against the line at which the whole budget is used; `limit` names that line."""
    top, width = 30, FIGURES_BEGIN - LABELS_END - 12
    line_x = LABELS_END + width * 100 / MOST_PCT
    height = top + GAP * len(bars) + 8
    parts = [
        _text(line_x, 16, limit, anchor="middle", fill=SOFT),
        *(_budget_bar(bar, top + GAP * place, width) for place, bar in enumerate(bars)),
        f'<line x1="{_n(line_x)}" y1="22" x2="{_n(line_x)}" y2="{_n(height - 6)}" stroke="{INK}" stroke-dasharray="3 2"/>',
    ]
    return _svg(height, title, parts)


def _budget_bar(bar: BudgetBar, y: float, width: float) -> str:
    length = width * min(bar.used_pct or 0.0, MOST_PCT) / MOST_PCT
    fill = "url(#bad)" if bar.missed else PLAIN
    stroke = BAD if bar.missed else SOFT
    drawn = _rect(LABELS_END, y, length, BAR, fill, stroke) if length else ""
    ground = f'<rect x="{LABELS_END}" y="{_n(y)}" width="{_n(width)}" height="{BAR}" fill="#f5f6f8"/>'
    weight = 600 if bar.missed else 400
    return (
        _text(LABELS_END - 10, y + 9, bar.label, anchor="end")
        + ground
        + drawn
        + _text(FIGURES_BEGIN, y + 9, bar.figure, weight=weight)
    )


def promise_chart(bars: Sequence[PromiseBar], *, title: str) -> str:
    """A bar for each kind of support promise, as long as how many were due: kept plain, broken hatched."""
    most = max((bar.kept + bar.broken for bar in bars), default=1) or 1
    unit = (FIGURES_BEGIN - LABELS_END - 12) / most
    parts = [_promise_bar(bar, 10 + GAP * place, unit) for place, bar in enumerate(bars)]
    return _svg(14 + GAP * len(bars), title, parts)


def _promise_bar(bar: PromiseBar, y: float, unit: float) -> str:
    kept, broken = bar.kept * unit, bar.broken * unit
    drawn = _rect(LABELS_END, y, kept, BAR, PLAIN, SOFT) if kept else ""
    drawn += _rect(LABELS_END + kept, y, broken, BAR, "url(#bad)", BAD) if broken else ""
    weight = 600 if bar.broken else 400
    return (
        _text(LABELS_END - 10, y + 9, bar.label, anchor="end")
        + drawn
        + _text(FIGURES_BEGIN, y + 9, bar.figure, weight=weight)
    )


def calendar_chart(strips: Sequence[Strip], *, days: int, title: str, bad: str, unknown: str) -> str:
    """A row for each objective and region, a square for each day with its bad minutes; `bad` and `unknown` are the legend."""
    left, top, row = 190, 46, 20
    cell = (WIDTH - left - 2) / days
    head = [
        *_legend(left, bad, unknown),
        *(
            _text(left + cell * (day + 0.5), 40, str(day + 1), anchor="middle", size=8.5, fill=SOFT)
            for day in range(days)
        ),
    ]
    lines = [
        part
        for place, strip in enumerate(strips)
        for part in (
            _text(left - 10, top + row * place + 13, strip.label, anchor="end"),
            *_cells(strip, left, top + row * place, cell, row - 2),
        )
    ]
    return _svg(top + row * len(strips) + 6, title, [*head, *lines])


def _legend(left: float, bad: str, unknown: str) -> Iterator[str]:
    for x, fill, stroke, words in ((left, "url(#bad)", BAD, bad), (left + 190, "url(#unknown)", SOFT, unknown)):
        yield _rect(x, 6, 14, 12, fill, stroke)
        yield _text(x + 20, 16, words, fill=SOFT)


def _cells(strip: Strip, left: float, top: float, cell: float, height: float) -> Iterator[str]:
    """A day with bad minutes is hatched and says how many; one with unknown minutes only is dotted; all others are empty."""
    for day, (bad, unknown) in enumerate(zip(strip.bad, strip.unknown, strict=True)):
        x = left + cell * day + 0.5
        fill, stroke = ("url(#bad)", BAD) if bad else ("url(#unknown)", LINE) if unknown else ("#f5f6f8", LINE)
        yield _rect(x, top, cell - 1, height, fill, stroke)
        if bad:
            middle = x + (cell - 1) / 2
            size = 8.5 if bad < 100 else 7 if bad < 1000 else 5.8
            plate = size * 0.56 * len(str(bad)) + 1
            yield _rect(middle - plate / 2, top + height / 2 - 4.5, plate, 9, PAPER, "none")
            yield _text(middle, top + height / 2 + size * 0.35, str(bad), anchor="middle", size=size, weight=600)


def _svg(height: float, title: str, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_n(height)}" width="{WIDTH}" height="{_n(height)}" '
        f'role="img" font-family="{FONT}"><title>{escape(title)}</title>{_PATTERNS}'
        f'<rect width="{WIDTH}" height="{_n(height)}" fill="{PAPER}"/>{"".join(parts)}</svg>'
    )


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", size: float = 11, weight: int = 400, fill: str = INK
) -> str:
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" font-weight="{weight}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, stroke: str) -> str:
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}" stroke="{stroke}" '
        f'stroke-width="0.7"/>'
    )


def _n(value: float) -> str:
    """A coordinate, written the same everywhere."""
    return f"{round(value, 2):g}"
