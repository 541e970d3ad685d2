"""Whom an incident hurts, and how seriously by each customer's own contract. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tallylight.contracts.api import Agreement, IncidentFacts, Level, Metric, severity_of
from tallylight.incidents.finding import Finding


class Reason(StrEnum):
    """Why a customer counts as affected: its contract covers the region, or its viewers are on the node."""

    CONTRACT = "contract"
    VIEWERS = "viewers"


@dataclass(frozen=True, slots=True)
class Hurt:
    """What an incident does to one customer."""

    organisation_id: UUID
    reason: Reason
    viewers: int
    severity: Level


def hurt_by(findings: Iterable[Finding], agreements: Mapping[UUID, Agreement]) -> list[Hurt]:
    """Every customer that the findings of one incident affect.

    A finding by a customer's own threshold speaks for that customer only: another's limit may be wider. One by the provider's
    threshold speaks for every customer whose contract sets no limit of its own for that metric there.
    """
    found = list(findings)
    hurts = (_hurt(whose, agreement, found) for whose, agreement in agreements.items())
    return [each for each in hurts if each is not None]


def _hurt(organisation_id: UUID, agreement: Agreement, findings: list[Finding]) -> Hurt | None:
    mine = _mine(organisation_id, agreement, findings)
    facts = facts_for(organisation_id, agreement, findings)
    covered = any(agreement.covers(each.region) for each in mine)
    if facts is None or not (covered or facts.viewers):
        return None
    return Hurt(
        organisation_id=organisation_id,
        reason=Reason.CONTRACT if covered else Reason.VIEWERS,
        viewers=facts.viewers,
        severity=severity_of(agreement.severity, facts),
    )


def facts_for(organisation_id: UUID, agreement: Agreement, findings: Iterable[Finding]) -> IncidentFacts | None:
    """What those of an incident's findings that speak for a customer say; None if none does."""
    mine = _mine(organisation_id, agreement, findings)
    return facts_of(mine, viewers=_viewers(organisation_id, mine)) if mine else None


def _mine(organisation_id: UUID, agreement: Agreement, findings: Iterable[Finding]) -> list[Finding]:
    return [each for each in findings if _speaks_for(each, organisation_id, agreement)]


def _speaks_for(finding: Finding, organisation_id: UUID, agreement: Agreement) -> bool:
    if finding.organisation_id is not None:
        return finding.organisation_id == organisation_id
    return all(each.metric is not finding.metric for each in agreement.thresholds_in(finding.region))


def facts_of(findings: list[Finding], *, viewers: int) -> IncidentFacts:
    """The facts that a contract's severity rule judges."""
    return IncidentFacts(
        worst=worst_by_metric(findings),
        nodes=len({each.node for each in findings}),
        regions=len({each.region for each in findings}),
        viewers=viewers,
    )


def worst_by_metric(findings: Iterable[Finding]) -> dict[Metric, float]:
    """The highest figure of each metric that fired."""
    worst: dict[Metric, float] = {}
    for each in findings:
        worst[each.metric] = max(each.value, worst.get(each.metric, each.value))
    return worst


def _viewers(organisation_id: UUID, findings: list[Finding]) -> int:
    """Viewers on the affected nodes, each node once."""
    by_node: dict[str, int] = {}
    for each in findings:
        by_node[each.node] = max(each.viewers.get(organisation_id, 0), by_node.get(each.node, 0))
    return sum(by_node.values())
