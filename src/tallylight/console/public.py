"""What everybody may know, in words. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.lists import format_list
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallylight.console.formatting import locale_of
from tallylight.console.shapes import Badge, Lead, Tone
from tallylight.contracts.api import Metric
from tallylight.incidents.api import Condition, PublicIncident, RegionState


@dataclass(frozen=True, slots=True)
class RegionLine:
    """A region: its state, what people notice, since when."""

    name: str
    badge: Badge
    text: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class PublicLine:
    """An incident in one sentence."""

    number: str
    text: str
    badge: Badge
    opened_at: datetime
    recovered_at: datetime | None


def region_line(state: RegionState, name: str, *, measured: bool) -> RegionLine:
    """A region's line: green only if no incident runs there and it is measured now."""
    if state.condition is Condition.DOWN:
        return RegionLine(name, Badge(Tone.BAD, _("Down")), symptom(state.metric), state.since)
    if state.condition is Condition.DEGRADED:
        return RegionLine(name, Badge(Tone.WARN, _("Degraded")), symptom(state.metric), state.since)
    if not measured:
        return RegionLine(name, Badge(Tone.UNKNOWN, _("Unknown")), _("There are no measurements at the moment."), None)
    return RegionLine(name, Badge(Tone.GOOD, _("Well")), _("Measured now; nothing is wrong."), None)


def symptom(metric: Metric | None) -> str:
    """What people notice."""
    if metric is Metric.LOSS:
        return _("Packets are lost: pictures may freeze.")
    if metric is Metric.LATENCY:
        return _("Latency is high: answers come late.")
    return _("Part of the region does not answer.")


def public_line(incident: PublicIncident, region: str) -> PublicLine:
    """An incident in one sentence."""
    over = incident.recovered_at is not None
    text = (_was if over else _is)(incident.metric) % {"region": region}
    badge = Badge(Tone.GOOD, _("Recovered")) if over else Badge(Tone.BAD, _("Running"))
    return PublicLine(incident.number, text, badge, incident.opened_at, incident.recovered_at)


def _was(metric: Metric) -> str:
    return {
        Metric.DEAD: _("Part of %(region)s did not answer."),
        Metric.LOSS: _("Packets were lost in %(region)s."),
        Metric.LATENCY: _("Latency was high in %(region)s."),
    }[metric]


def _is(metric: Metric) -> str:
    return {
        Metric.DEAD: _("Part of %(region)s does not answer."),
        Metric.LOSS: _("Packets are lost in %(region)s."),
        Metric.LATENCY: _("Latency is high in %(region)s."),
    }[metric]


def status_lead(lines: list[RegionLine]) -> Lead:
    """The network in one sentence."""
    if not lines:
        return Lead(Tone.UNKNOWN, _("There are no regions yet."))
    hurt = [line.name for line in lines if line.badge.tone in (Tone.BAD, Tone.WARN)]
    if hurt:
        return Lead(Tone.BAD, _("We are working on trouble in %(regions)s.") % {"regions": listed(hurt)})
    unknown = [line.name for line in lines if line.badge.tone is Tone.UNKNOWN]
    if unknown:
        text = _("We do not know at the moment how it is in %(regions)s.") % {"regions": listed(unknown)}
        return Lead(Tone.UNKNOWN, text)
    text = ngettext("The region is well.", "All %(count)s regions are well.", len(lines)) % {"count": len(lines)}
    return Lead(Tone.GOOD, text)


def listed(names: list[str]) -> str:
    """Names as the reader's language lists them: "Singapore and Virginia"."""
    return format_list(names, locale=locale_of(get_language() or "en"))
