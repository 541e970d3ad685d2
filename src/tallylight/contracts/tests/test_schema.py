"""The schema as editors and people read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tallylight.contracts import schema
from tallylight.contracts.problem import schema_words


def said(part: Any) -> Iterator[str]:
    """Every title and description."""
    for key, each in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        if key in schema.SAYS and isinstance(each, str):
            yield each
        else:
            yield from said(each)


def test_everything_the_schema_says_is_said_in_chinese_and_nothing_else() -> None:
    known = schema_words("zh-Hans")
    assert set(said(schema.document())) == known.keys()
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) or text[0] in "abg" for text in known.values())


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-cn", "fr"])
def test_a_language_changes_no_rule(language: str) -> None:
    def rules(part: Any) -> Any:
        if isinstance(part, list):
            return [rules(each) for each in part]
        if not isinstance(part, dict):
            return part
        return {key: rules(each) for key, each in part.items() if key not in schema.SAYS or not isinstance(each, str)}

    shown = schema.document_in(language)
    Draft202012Validator.check_schema(shown)
    assert rules(shown) == rules(schema.document())


def parts(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every part that describes a property."""
    if isinstance(part, dict):
        for name, each in part.get("properties", {}).items():
            yield (*path, name), each
        for key, each in part.items():
            yield from parts(each, (*path, key))


def test_every_key_says_what_it_is() -> None:
    definitions = schema.document()["$defs"]
    silent = [
        path
        for path, each in parts(schema.document())
        if "description" not in each
        and "description" not in definitions.get(each.get("$ref", "").rpartition("/")[2], {})
    ]
    allowed = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
    assert [path for path in silent if path[-1] not in allowed] == []
