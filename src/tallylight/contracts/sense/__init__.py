"""What the parts of a contract must not say to each other: the checks a schema can't make. Pure.

A check reads parts of the document and yields faults. Where the schema has objected to what it needs, it says nothing; the rest
of the contract is checked all the same.
"""

from __future__ import annotations

from tallylight.contracts.problem import Problem
from tallylight.contracts.schema import with_defaults
from tallylight.contracts.sense import commercial, credit, ladder, objectives, privacy, support, term, watching
from tallylight.contracts.sense.part import Part, as_far_as_it_goes
from tallylight.contracts.yaml_text import Path, Text, dotted

CHECKS = (
    *term.CHECKS,
    *support.CHECKS,
    *ladder.CHECKS,
    *watching.CHECKS,
    *objectives.CHECKS,
    *credit.CHECKS,
    *commercial.CHECKS,
    *privacy.CHECKS,
)


def problems(text: Text, broken: frozenset[Path] = frozenset()) -> list[Problem]:
    """Every fault of sense; `broken` are the paths that the schema has objected to."""
    if () in broken or not isinstance(text.value, dict):
        return []
    doc = Part(with_defaults(text.value), (), broken)
    faults = (fault for check in CHECKS for fault in as_far_as_it_goes(check, doc))
    return [Problem(*text.place(each.path), dotted(each.path), each.what, each.todo) for each in faults]
