"""Every fault of a contract text at once. Pure."""

from __future__ import annotations

from tallylight.contracts import reading
from tallylight.contracts.errors import ContractInvalid
from tallylight.contracts.problem import Problem


def lint(source: str) -> tuple[Problem, ...]:
    """Every fault of a contract text in the order of the text; none: it is sound. Never raises."""
    try:
        reading.read(source)
    except ContractInvalid as error:
        return error.problems
    return ()
