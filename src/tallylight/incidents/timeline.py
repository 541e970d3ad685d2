"""The timeline: facts when written, whole sentences in the reader's language when read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallylight.contracts.api import Level, Metric
from tallylight.incidents.finding import Finding
from tallylight.incidents.headline import figure
from tallylight.incidents.models import TimelineEntry


class Kind(StrEnum):
    """What can happen to an incident."""

    BREACHED = "breached"
    OPENED = "opened"
    JOINED = "joined"
    AFFECTED = "affected"
    WORSENED = "worsened"
    CLEARED = "cleared"
    RECOVERED = "recovered"


def tell(
    incident_id: UUID,
    kind: Kind,
    at: datetime,
    *,
    key: str,
    organisation_id: UUID | None = None,
    **facts: Any,
) -> None:
    """Write an entry, once for each `key`."""
    TimelineEntry.objects.bulk_create(
        [
            TimelineEntry(
                incident_id=incident_id,
                kind=kind,
                at=at,
                key=f"{kind}:{key}",
                organisation_id=organisation_id,
                facts=facts,
            )
        ],
        ignore_conflicts=True,
    )


def facts_of(finding: Finding) -> dict[str, Any]:
    """What entries about a finding say."""
    return {"node": finding.node, "metric": finding.metric.value, "value": finding.value, "limit": finding.limit}


def sentence(kind: str, facts: dict[str, Any]) -> str:
    """An entry as one sentence in the active language."""
    match Kind(kind):
        case Kind.BREACHED:
            return _breached(facts)
        case Kind.OPENED:
            return _("The incident was opened.")
        case Kind.JOINED:
            return _("%(node)s joined the incident.") % facts
        case Kind.AFFECTED:
            return _affected(facts)
        case Kind.WORSENED:
            return _("The incident became more serious: it is now treated as %(level)s.") % {
                "level": level_name(Level(facts["severity"]))
            }
        case Kind.CLEARED:
            return _cleared(facts)
        case Kind.RECOVERED:
            return _("Every measurement is within its limit again. The incident is over.")


def level_name(level: Level) -> str:
    """A support level in the active language."""
    return {Level.BASIC: _("a basic matter"), Level.FAULT: _("a fault"), Level.MAJOR: _("a major fault")}[level]


def _breached(facts: dict[str, Any]) -> str:
    named = {**facts, "value": figure(facts["value"]), "limit": figure(facts["limit"])}
    match Metric(facts["metric"]):
        case Metric.DEAD:
            return _("%(node)s stopped answering the other nodes.") % named
        case Metric.LOSS:
            return _("%(node)s lost %(value)s%% of packets; the limit is %(limit)s%%.") % named
        case Metric.LATENCY:
            return _("Latency at %(node)s was %(value)s ms; the limit is %(limit)s ms.") % named


def _affected(facts: dict[str, Any]) -> str:
    viewers = int(facts["viewers"])
    if not viewers:
        return _("%(organisation)s is affected.") % facts
    return ngettext(
        "%(organisation)s is affected with %(viewers)s viewer.",
        "%(organisation)s is affected with %(viewers)s viewers.",
        viewers,
    ) % {"organisation": facts["organisation"], "viewers": viewers}


def _cleared(facts: dict[str, Any]) -> str:
    match Metric(facts["metric"]):
        case Metric.DEAD:
            return _("%(node)s answers the other nodes again.") % facts
        case Metric.LOSS:
            return _("Packet loss at %(node)s is within its limit again.") % facts
        case Metric.LATENCY:
            return _("Latency at %(node)s is within its limit again.") % facts
