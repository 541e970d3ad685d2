"""The schema as editors and people read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tallylight.contracts import schema
from tallylight.contracts.agreement import Attain, Combine, CreditForm, ExclusionKind, Metric, Promise
from tallylight.contracts.commercial import ArrearsAction, Meter, Regime, UsageMode
from tallylight.contracts.problem import schema_words
from tallylight.contracts.tests.samples import EXAMPLES
from tallylight.contracts.yaml_text import load


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


#: What no example says. The Emirates, whose holidays stand in one, have no subdivisions with holidays of their own.
UNSAID = {("holidays", "subdivision")}


def keys(part: Any, within: str = "contract") -> Iterator[tuple[str, str]]:
    """Every key of a part of the schema, by the definition it stands in."""
    if isinstance(part, list):
        for each in part:
            yield from keys(each, within)
    if isinstance(part, dict):
        for name in part.get("properties", {}):
            yield within, name
        for key, each in part.items():
            yield from keys(each, within) if key != "$defs" else ()


def written(value: Any, part: Any, within: str = "contract") -> Iterator[tuple[str, str]]:
    """Every key of the schema that a document uses."""
    if "$ref" in part:
        within = part["$ref"].rpartition("/")[2]
        part = schema.document()["$defs"][within]
    for each in part.get("oneOf", ()):
        yield from written(value, each, within)
    if isinstance(value, list):
        for each in value:
            yield from written(each, part.get("items", {}), within)
    if isinstance(value, dict):
        for key, each in value.items():
            if key in part.get("properties", {}):
                yield within, key
                yield from written(each, part["properties"][key], within)
            else:
                yield from written(each, part.get("additionalProperties") or {}, within)


@pytest.fixture(scope="module")
def examples() -> list[Any]:
    return [load(path.read_text(encoding="utf-8")).value for path in sorted(EXAMPLES.rglob("*.yaml"))]


def test_the_examples_use_every_key_of_the_schema(examples: list[Any]) -> None:
    document = schema.document()
    known = {*keys(document), *(key for name, each in document["$defs"].items() for key in keys(each, name))}
    used = {key for each in examples for key in written(each, document)}
    assert known - used == UNSAID


def values(value: Any, key: str) -> Iterator[str]:
    """Everything that stands under `key`, at any depth."""
    for name, each in value.items() if isinstance(value, dict) else ((None, each) for each in value):
        if name == key:
            yield from each if isinstance(each, list) else [each]
        if isinstance(each, dict | list):
            yield from values(each, key)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("metric", {*Promise, *Metric}),
        ("attain", {*Attain} - {Attain.SLICES}),  # the default
        ("kind", {*ExclusionKind}),
        ("combine", {*Combine}),
        ("claim", {"automatic", "on-request"}),
        ("pays", {*CreditForm}),
        ("meter", {*Meter}),
        ("mode", {*UsageMode}),
        ("action", {*ArrearsAction}),
        ("regimes", {*Regime}),
    ],
)
def test_the_examples_use_every_way_to_say_it(examples: list[Any], key: str, said: set[str]) -> None:
    assert {each for one in examples for each in values(one, key)} == said
