"""What an incident is, in one line that needs no context. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tallylight.contracts.api import Metric
from tallylight.incidents.finding import Finding

#: What a headline speaks of if several metrics fired: the most telling first.
TELLING = (Metric.DEAD, Metric.LOSS, Metric.LATENCY)


@dataclass(frozen=True, slots=True)
class Headline:
    """The most telling metric, its worst figure and its limit (in the metric's unit), and all affected nodes."""

    metric: Metric
    worst: float
    limit: float
    nodes: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        """As JSON values."""
        return {"metric": self.metric.value, "worst": self.worst, "limit": self.limit, "nodes": list(self.nodes)}


def headline_of(findings: Iterable[Finding]) -> Headline:
    """The headline of an incident with these findings (at least one)."""
    found = list(findings)
    metric = next(each for each in TELLING if any(finding.metric is each for finding in found))
    worst = max((each for each in found if each.metric is metric), key=lambda each: each.value)
    return Headline(metric, worst.value, worst.limit, tuple(sorted({each.node for each in found})))


def from_facts(facts: dict[str, Any]) -> Headline:
    """The inverse of `Headline.facts`."""
    return Headline(Metric(facts["metric"]), facts["worst"], facts["limit"], tuple(facts["nodes"]))


def sentence(headline: Headline, region: str) -> str:
    """The headline in the active language; `region` is the region's name in that language."""
    named = {"region": region, "nodes": ", ".join(headline.nodes), "worst": figure(headline.worst)}
    if headline.metric is Metric.DEAD:
        return _("No answer from %(nodes)s in %(region)s") % named
    if headline.metric is Metric.LOSS:
        return _("Packet loss of %(worst)s%% in %(region)s (%(nodes)s)") % named
    return _("Latency of %(worst)s ms in %(region)s (%(nodes)s)") % named


def figure(value: float) -> str:
    """A figure as people read it: whole from ten on, one decimal below."""
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}"
