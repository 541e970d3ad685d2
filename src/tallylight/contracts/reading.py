"""From YAML text to an Agreement, whole or not at all. Pure: text in, value or ContractInvalid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tallylight.contracts import build, canonical, schema, sense, yaml_text
from tallylight.contracts.agreement import Agreement
from tallylight.contracts.errors import ContractInvalid
from tallylight.contracts.problem import Problem


@dataclass(frozen=True, slots=True)
class Reading:
    """A valid contract: the agreement, its canonical document and the hash that pins it."""

    agreement: Agreement
    document: dict[str, Any]
    sha256: str


def read(source: str) -> Reading:
    """The contract in `source`. Raises ContractInvalid with all its faults."""
    text = yaml_text.load(source)
    if found := faults(text):
        raise ContractInvalid(found)
    return of_document(text.value)


def faults(text: yaml_text.Text) -> list[Problem]:
    """What the schema has against a document, and what its parts must not say to each other as far as they can be read."""
    verdict = schema.judge(text)
    return [*verdict.problems, *sense.problems(text, verdict.broken)]


def of_document(document: dict[str, Any]) -> Reading:
    """A stored document as a contract; it was checked when it was stored."""
    return Reading(build.agreement(schema.with_defaults(document)), document, canonical.sha256(document))
