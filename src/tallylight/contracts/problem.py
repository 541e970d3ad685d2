"""One fault of a contract text, and how a reader is told of it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tallylight.kernel.catalogue import catalogue
from tallylight.kernel.sentence import Fact, Sentence


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `line` and `column` count from 1; `path` is dotted, such as `support.major.response`.

    `what` says what is wrong and `todo` what to write instead; `told` puts both into a reader's language.
    """

    line: int
    column: int
    path: str
    what: Sentence
    todo: Sentence

    @property
    def message(self) -> str:
        """What is wrong, in English."""
        return self.what.said()

    @property
    def advice(self) -> str:
        """What to do, in English."""
        return self.todo.said()

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message} {self.advice}".rstrip()


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


def told(problem: Problem, language: str) -> Told:
    """A problem in `language` (BCP 47); English where there is no catalogue."""
    return Told(
        problem.line, problem.column, problem.path, _said(problem.what, language), _said(problem.todo, language)
    )


def together(message: str, advice: str) -> str:
    """What is wrong and what to do, one after the other; Chinese sets no space between sentences."""
    return f"{message}{'' if message.endswith('。') else ' '}{advice}".rstrip()


def _said(sentence: Sentence, language: str) -> str:
    known = schema_words(language)

    def shown(fact: Fact) -> str:
        return known.get(str(fact), str(fact))

    return sentence.said(catalogue(language).gettext, shown)


@cache
def schema_words(language: str) -> Mapping[str, str]:
    """What the schema says of itself, in `language` (BCP 47), by its English: problems quote it."""
    if not language.lower().startswith("zh"):
        return {}
    text = (
        files("tallylight.contracts").joinpath("schema/tallylight-contract-v1.zh-Hans.json").read_text(encoding="utf-8")
    )
    found: dict[str, str] = json.loads(text)
    return found
