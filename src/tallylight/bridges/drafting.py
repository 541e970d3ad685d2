"""The draft of a report, from the timeline and the measured figures, in one language. Pure but for the active language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallylight.bridges.about import About
from tallylight.bridges.states import Mark, Part
from tallylight.bridges.story import Told
from tallylight.contracts.api import Metric
from tallylight.incidents import api as incidents
from tallylight.incidents.api import IncidentCard
from tallylight.support import api as support
from tallylight.support.api import TicketCard

#: Deeds on tickets that say what made it better.
BETTER = ("mitigated",)


def draft(matter: About, shared: Sequence[Told], whole: Iterable[Told]) -> dict[Part, str]:
    """Every part of the report in the active language. Instants are in UTC, as they say."""
    return {
        Part.WHAT: _what(matter),
        Part.IMPACT: _impact(matter),
        Part.TIMELINE: "\n".join(f"{_moment(each.at)}  {each.text}" for each in shared),
        Part.HELPED: "\n".join(_helped(whole)),
    }


def own_impact(ticket: TicketCard, matter: About) -> str:
    """What it did to one customer, in the active language."""
    impact = matter.incident and next(
        (each for each in matter.incident.impacts if each.organisation_id == ticket.organisation_id), None
    )
    viewers = impact.viewers if impact else ticket.viewers
    touched = ngettext(
        "%(count)s of your viewers was on the affected nodes.",
        "%(count)s of your viewers were on the affected nodes.",
        viewers,
    ) % {"count": viewers}
    since = _("Your ticket %(number)s was opened at %(at)s.") % {
        "number": ticket.number,
        "at": _moment(ticket.opened_at),
    }
    taken = (
        _("Somebody had it in hand at %(at)s.") % {"at": _moment(ticket.acknowledged_at)}
        if ticket.acknowledged_at
        else ""
    )
    over = _("It was resolved at %(at)s.") % {"at": _moment(ticket.resolved_at)} if ticket.resolved_at else ""
    return _joined([touched, since, taken, over])


def _what(matter: About) -> str:
    began, over = matter.began_at, matter.over_at
    said = [_("%(headline)s.") % {"headline": matter.headline()}]
    if over is None:
        return _joined([*said, _("It began at %(at)s and goes on.") % {"at": _moment(began)}])
    length = support.lasting((over - began).total_seconds())
    facts = {"start": _moment(began), "end": _moment(over), "length": length}
    return _joined([*said, _("It lasted from %(start)s to %(end)s, %(length)s.") % facts])


def _impact(matter: About) -> str:
    if matter.incident is None:
        return _("It was reported by a customer; nothing that we measure was beyond its limit.")
    return _joined([_measured(matter.incident), _where(matter.incident)])


def _measured(incident: IncidentCard) -> str:
    facts = {"worst": round(incident.worst, 1), "limit": incident.limit}
    match incident.metric:
        case Metric.DEAD:
            return _("Nodes did not answer the other nodes.")
        case Metric.LOSS:
            return _("Up to %(worst)s%% of packets were lost; the limit is %(limit)s%%.") % facts
        case Metric.LATENCY:
            return _("Latency was up to %(worst)s ms; the limit is %(limit)s ms.") % facts


def _where(incident: IncidentCard) -> str:
    nodes = len(incident.nodes)
    text = ngettext("%(count)s node in %(region)s was affected.", "%(count)s nodes in %(region)s were affected.", nodes)
    return text % {"count": nodes, "region": incidents.region_name(incident.region)}


def _helped(whole: Iterable[Told]) -> list[str]:
    marked = (each for each in whole if each.mark == Mark.HELPED or each.kind in BETTER)
    return list(dict.fromkeys(f"{_moment(each.at)}  {each.text}" for each in marked))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _joined(sentences: Iterable[str]) -> str:
    """Whole sentences one after another; Chinese needs no space between them."""
    space = "" if (get_language() or "en").startswith("zh") else " "
    return space.join(each for each in sentences if each)
