"""The published JSON Schema (2020-12) of contracts, and its verdict on a document in words with places."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tallylight.contracts.errors import Problem
from tallylight.contracts.yaml_text import Path, Text, dotted

NAME = "tallylight-contract-v1"


@cache
def document() -> dict[str, Any]:
    """The schema itself."""
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath(f"{NAME}.json").read_text(encoding="utf-8"))
    return loaded


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


def problems(text: Text) -> list[Problem]:
    """Everything the schema has against the document."""
    return [problem for error in _validator().iter_errors(text.value) for problem in _explained(error, text)]


def _explained(error: ValidationError, text: Text) -> Iterator[Problem]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, path, text)
    elif error.validator == "required":
        missing = str(error.message).split("'")[1]
        what = _schema(error).get("properties", {}).get(missing, {}).get("description", "")
        yield Problem(*text.place(path), dotted(path), f"The key {missing} is missing{_inside(path)}.", what)
    elif error.validator == "oneOf" and isinstance(error.instance, dict):
        for inner in error.context or ():
            if inner.schema_path[0] == 1:
                yield from _explained(inner, text)
    else:
        yield Problem(*text.place(path), dotted(path), _verdict(error, path), _advice(error))


def _unknown_keys(error: ValidationError, path: Path, text: Text) -> Iterator[Problem]:
    known = sorted(_schema(error).get("properties", {}))
    written: dict[str, Any] = dict(error.instance)  # type: ignore[arg-type]
    for key in sorted(written.keys() - set(known)):
        place = text.key_places[(*path, key)]
        yield Problem(
            *place, dotted((*path, key)), f"The key {key} is not known here.", f"Known here: {', '.join(known)}."
        )


def _schema(error: ValidationError) -> dict[str, Any]:
    """The part of the schema that objects; `error.schema` may be a boolean, which has nothing to say."""
    return dict(error.schema) if isinstance(error.schema, Mapping) else {}


def _inside(path: Path) -> str:
    return f" in {dotted(path)}" if path else ""


def _verdict(error: ValidationError, path: Path) -> str:
    shown = _shown(error.instance)
    name = dotted(path) or "The document"
    match error.validator:
        case "type" if error.instance is None:
            return f"{name} is empty."
        case "type":
            return f"{name} is {shown}, where {_kind(str(error.validator_value))} is expected."
        case "minItems" | "minProperties":
            return f"{name} has nothing in it."
        case "maxItems" | "maxProperties" | "maxLength":
            return f"{name} is longer than {error.validator_value}."
        case "uniqueItems":
            return f"{name} names something twice."
        case "minimum" | "maximum":
            return f"{name} is {shown}, which is out of range."
        case _:
            return f"{name} can't be {shown}."


def _kind(wanted: str) -> str:
    words = {
        "object": "a mapping",
        "array": "a list",
        "string": "text",
        "integer": "a whole number",
        "boolean": "true or false",
    }
    return words.get(wanted, wanted)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return json.dumps(value, ensure_ascii=False)[:60]


def _advice(error: ValidationError) -> str:
    if error.validator == "enum":
        return f"Write one of: {', '.join(map(str, _schema(error)['enum']))}."
    described = str(_schema(error).get("description", ""))
    return (
        f"Write {described[0].lower()}{described[1:]}" if described.startswith(("A ", "One ", "Local ")) else described
    )
