"""The published JSON Schema (2020-12) of contracts in the languages it is read in, and its verdict on a document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tallylight.contracts.problem import Problem, schema_words
from tallylight.contracts.yaml_text import Path, Place, Text, dotted
from tallylight.kernel.errors import gettext_noop as _
from tallylight.kernel.sentence import Sentence

NAME = "tallylight-contract-v1"


@cache
def document() -> dict[str, Any]:
    """The schema itself."""
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath(f"{NAME}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def document_in(language: str) -> dict[str, Any]:
    """The schema with its titles and descriptions in `language`, for editors."""
    translated: dict[str, Any] = _translated(document(), schema_words(language))
    return translated


def _translated(part: Any, known: Mapping[str, str]) -> Any:
    if isinstance(part, list):
        return [_translated(each, known) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: known.get(each, each) if key in SAYS and isinstance(each, str) else _translated(each, known)
        for key, each in part.items()
    }


#: The keywords by which a part of the schema says what it is.
SAYS = ("title", "description")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(document(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def with_defaults(doc: Any) -> Any:
    """The document with everything that was left out as the schema's `default` says. What is wrong stays as it is."""
    return _filled(doc, document())


def _filled(value: Any, part: Mapping[str, Any]) -> Any:
    if "$ref" in part:
        return _filled(value, document()["$defs"][part["$ref"].rpartition("/")[2]])
    if isinstance(value, list):
        return [_filled(each, part.get("items", {})) for each in value]
    if not isinstance(value, dict):
        return value
    parts = part.get("properties", {})
    left_out = {key: each["default"] for key, each in parts.items() if "default" in each and key not in value}
    others = part.get("additionalProperties") or {}
    return {key: _filled(each, parts.get(key, others)) for key, each in {**value, **left_out}.items()}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the schema has against a document, and the paths at which nothing more can be read."""

    problems: tuple[Problem, ...]
    broken: frozenset[Path]


def judge(text: Text) -> Verdict:
    """Everything the schema has against the document."""
    errors = list(_validator().iter_errors(text.value))
    return Verdict(
        tuple(problem for error in errors for problem in _explained(error, text)),
        frozenset(tuple(error.absolute_path) for error in errors if error.validator not in _LEAVES_WHOLE),
    )


#: Keywords that object to a part without making the rest of it unreadable.
_LEAVES_WHOLE = ("required", "additionalProperties", "uniqueItems")


def _explained(error: ValidationError, text: Text) -> Iterator[Problem]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, path, text)
    elif error.validator == "required":
        missing = str(error.message).split("'")[1]
        what = _schema(error).get("properties", {}).get(missing, {}).get("description", "")
        said = _("The key %(key)s is missing in %(within)s.") if path else _("The key %(key)s is missing.")
        yield _problem(text.place(path), path, said, ADVICE, what, key=missing, within=dotted(path))
    elif error.validator == "oneOf" and isinstance(error.instance, dict):
        for inner in error.context or ():
            if inner.schema_path[0] == 1:
                yield from _explained(inner, text)
    else:
        yield _problem(text.place(path), path, _verdict(error), *_advice(error), **_facts(error, path))


#: What a part of the schema says about itself; its words are translated with the schema.
ADVICE = "%(advice)s"


def _problem(place: Place, path: Path, what: str, todo: str, advice: str = "", **facts: str) -> Problem:
    return Problem(*place, dotted(path), Sentence(what, facts), Sentence(todo, {"advice": advice}))


def _unknown_keys(error: ValidationError, path: Path, text: Text) -> Iterator[Problem]:
    known = sorted(_schema(error).get("properties", {}))
    written: dict[str, Any] = dict(error.instance)  # type: ignore[arg-type]
    for key in sorted(written.keys() - set(known)):
        yield _problem(
            text.key_places[(*path, key)],
            (*path, key),
            _("The key %(key)s is not known here."),
            _("Known here: %(advice)s."),
            ", ".join(known),
            key=key,
        )


def _schema(error: ValidationError) -> dict[str, Any]:
    """The part of the schema that objects; `error.schema` may be a boolean, which has nothing to say."""
    return dict(error.schema) if isinstance(error.schema, Mapping) else {}


KINDS = {
    "object": _("%(name)s is %(shown)s, where a mapping is expected."),
    "array": _("%(name)s is %(shown)s, where a list is expected."),
    "string": _("%(name)s is %(shown)s, where text is expected."),
    "integer": _("%(name)s is %(shown)s, where a whole number is expected."),
    "boolean": _("%(name)s is %(shown)s, where true or false is expected."),
}
VERDICTS = {
    "minItems": _("%(name)s has nothing in it."),
    "minProperties": _("%(name)s has nothing in it."),
    "maxItems": _("%(name)s is longer than %(limit)s."),
    "maxProperties": _("%(name)s is longer than %(limit)s."),
    "maxLength": _("%(name)s is longer than %(limit)s."),
    "uniqueItems": _("%(name)s names something twice."),
    "minimum": _("%(name)s is %(shown)s, which is out of range."),
    "maximum": _("%(name)s is %(shown)s, which is out of range."),
}


def _verdict(error: ValidationError) -> str:
    if error.validator == "type":
        return _("%(name)s is empty.") if error.instance is None else KINDS[str(error.validator_value)]
    return VERDICTS.get(str(error.validator), _("%(name)s can't be %(shown)s."))


def _facts(error: ValidationError, path: Path) -> dict[str, str]:
    limit = error.validator_value if isinstance(error.validator_value, int) else ""
    return {"name": dotted(path) or "contract", "shown": _shown(error.instance), "limit": str(limit)}


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    return json.dumps(value, ensure_ascii=False)[:60]


def _advice(error: ValidationError) -> tuple[str, str]:
    """What to write: one of a list, or what the part says about itself."""
    if error.validator == "enum":
        return _("Write one of: %(advice)s."), ", ".join(map(str, _schema(error)["enum"]))
    described = str(_schema(error).get("description", ""))
    return (_("Expected: %(advice)s") if described else ADVICE), described
