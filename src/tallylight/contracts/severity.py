"""From the facts of an incident to its level, by the customer's own rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tallylight.contracts.agreement import Condition, Level, Metric, SeverityRule


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What is known of an incident: the worst figure of each metric that fired (in its unit), and how far it reaches.

    `nodes` and `regions` are counts of what is affected; `viewers` are this customer's viewers on the affected nodes.
    """

    worst: Mapping[Metric, float]
    nodes: int
    regions: int
    viewers: int


def severity_of(rule: SeverityRule, facts: IncidentFacts) -> Level:
    """The most serious level of which one condition holds, else the rule's `otherwise`."""
    for level, conditions in ((Level.MAJOR, rule.major), (Level.FAULT, rule.fault)):
        if any(_holds(each, facts) for each in conditions):
            return max(level, rule.otherwise, key=lambda found: found.rank)
    return rule.otherwise


def _holds(condition: Condition, facts: IncidentFacts) -> bool:
    return (
        (condition.metric is None or condition.metric in facts.worst)
        and (condition.above is None or _worst(condition, facts) > condition.above)
        and (condition.nodes is None or facts.nodes >= condition.nodes)
        and (condition.regions is None or facts.regions >= condition.regions)
        and (condition.viewers is None or facts.viewers >= condition.viewers)
    )


def _worst(condition: Condition, facts: IncidentFacts) -> float:
    return facts.worst[condition.metric] if condition.metric else 0.0
