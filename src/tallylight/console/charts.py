"""Trends as the charts draw them, and as a sentence for those who don't look at charts. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tallylight.console import formatting
from tallylight.incidents.api import IncidentCard
from tallylight.telemetry.api import Metric, Series, Trend


@dataclass(frozen=True, slots=True)
class Span:
    """How far back charts reach, and the width of one point."""

    key: str
    name: object
    length: timedelta
    step_s: int


RANGES = (
    Span("15m", gettext_lazy("15 minutes"), timedelta(minutes=15), 5),
    Span("1h", gettext_lazy("1 hour"), timedelta(hours=1), 15),
    Span("6h", gettext_lazy("6 hours"), timedelta(hours=6), 60),
    Span("24h", gettext_lazy("1 day"), timedelta(hours=24), 300),
    Span("7d", gettext_lazy("7 days"), timedelta(days=7), 1800),
)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: what it shows, in a sentence too, and its columns for the script."""

    metric: str
    title: str
    sentence: str
    data: dict[str, Any]


def chart_range(key: str) -> Span:
    """The range with that key; the first one if there is none."""
    return next((span for span in RANGES if span.key == key), RANGES[0])


def chart(trend: Trend) -> Chart:
    """A trend as a chart. Values the reader sees as per cent are shares (0..1); unknown points are None."""
    scale = 0.01 if trend.unit == "%" else 1.0
    lines = [each for each in trend.series if each.name != "mean" or len(trend.series) == 1]
    data = {
        "form": _form(trend.metric),
        "at": trend.at_s.tolist(),
        "lines": [{"name": line_name(trend.metric, each.name), "values": _values(each, scale)} for each in lines],
    }
    return Chart(
        trend.metric.value, title(trend.metric), summary(trend.metric, lines[-1] if lines else None, scale), data
    )


def title(metric: Metric) -> str:
    """What a chart is called."""
    return {
        Metric.LATENCY: _("Latency, round trip (ms)"),
        Metric.LOSS: _("Packet loss"),
        Metric.CPU: _("Load of the processor"),
        Metric.VIEWERS: _("Concurrent viewers"),
    }.get(metric, metric.value)


def line_name(metric: Metric, name: str) -> str:
    """A line's name in the legend: percentiles keep theirs."""
    if name in ("p50", "p95", "p99"):
        return name
    return {Metric.LOSS: _("loss"), Metric.CPU: _("load"), Metric.VIEWERS: _("viewers")}.get(metric, name)


def summary(metric: Metric, line: Series | None, scale: float) -> str:
    """The chart in one sentence: the worst and the latest value of its last line."""
    known = line.values[np.isfinite(line.values)] if line is not None else np.array([])
    if not known.size:
        return _("Nothing was measured in this span.")
    worst, last = float(known.max()) * scale, float(known[-1]) * scale
    facts = {"worst": _written(metric, worst), "last": _written(metric, last)}
    if metric is Metric.LATENCY:
        return _("p99 was at most %(worst)s ms and is %(last)s ms now.") % facts
    return _("At most %(worst)s, now %(last)s.") % facts


def incident_spans(found: Iterable[IncidentCard], *, now: datetime) -> list[dict[str, object]]:
    """Incidents as bands over a chart (unix s)."""
    return [
        {
            "number": each.number,
            "from": int(each.first_breach_at.timestamp()),
            "to": int((each.recovered_at or now).timestamp()),
        }
        for each in found
    ]


def _form(metric: Metric) -> str:
    return {Metric.LATENCY: "ms", Metric.VIEWERS: "integer"}.get(metric, "percent")


def _values(line: Series, scale: float) -> list[float | None]:
    return [round(value * scale, 5) if math.isfinite(value) else None for value in line.values.tolist()]


def _written(metric: Metric, value: float) -> str:
    language = get_language() or "en"
    write = {"ms": formatting.milliseconds, "integer": formatting.integer, "percent": formatting.percent}
    return write[_form(metric)](value, language)
