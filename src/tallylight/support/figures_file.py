"""Figures as a file: a line for each group."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import HttpResponse

from tallylight.support.figures import TIMED, Figure, Timing

#: Columns of the file, in order.
COLUMNS = (
    "by",
    "key",
    "name",
    "tickets",
    *(f"{each}_{what}" for each in TIMED for what in ("count", "median_s", "p90_s", "decided", "kept")),
    "hops",
    "idle_s",
    "reopened",
    "found_first",
    "score",
    "answers",
)


def as_row(each: Figure) -> list[str]:
    """A figure as a line of the file; empty where nothing is known."""
    told: dict[str, Any] = {name: getattr(each, name) for name in Figure.__slots__ if name not in ("timings", "by")}
    told["by"] = each.by.value
    for promise, timing in each.timings.items():
        told |= {f"{promise}_{name}": getattr(timing, name) for name in Timing.__slots__}
    return ["" if told[name] is None else _plain(told[name]) for name in COLUMNS]


def _plain(value: Any) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def csv_of(found: list[Figure]) -> HttpResponse:
    """Figures as a file to download."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_harmless(as_row(each)) for each in found)
    answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="desk-figures.csv"'
    return answer


def _harmless(row: list[str]) -> list[str]:
    """A spreadsheet takes what begins with these for a formula; customers' names are theirs to choose."""
    return [f"'{each}" if each[:1] in ("=", "+", "-", "@", "\t") else each for each in row]
