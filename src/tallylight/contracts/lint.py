"""Every fault of a contract text at once, and how a reader is told. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tallylight.contracts import reading, schema
from tallylight.contracts.errors import ContractInvalid, Problem
from tallylight.kernel.catalogue import catalogue
from tallylight.kernel.sentence import Fact, Sentence


@dataclass(frozen=True, slots=True)
class Told:
    """A problem in a reader's language: where (from 1), what is wrong, what to do."""

    line: int
    column: int
    path: str
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {together(self.message, self.advice)}"

    def plain(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def lint(source: str) -> tuple[Problem, ...]:
    """Every fault of a contract text in the order of the text; none: it is sound. Never raises."""
    try:
        reading.read(source)
    except ContractInvalid as error:
        return error.problems
    return ()


def told(problem: Problem, language: str) -> Told:
    """A problem in `language` (BCP 47); English where there is no catalogue."""
    return Told(
        problem.line, problem.column, problem.path, _said(problem.what, language), _said(problem.todo, language)
    )


def together(message: str, advice: str) -> str:
    """What is wrong and what to do, one after the other; Chinese sets no space between sentences."""
    return f"{message}{'' if message.endswith('。') else ' '}{advice}".rstrip()


def _said(sentence: Sentence, language: str) -> str:
    known = schema.words(language)

    def shown(fact: Fact) -> str:
        return known.get(str(fact), str(fact))

    return sentence.said(catalogue(language).gettext, shown)
