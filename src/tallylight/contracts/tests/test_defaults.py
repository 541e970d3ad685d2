"""What may be left out: the schema's `default` is what the agreement then says, and nothing else fills anything in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import timedelta
from typing import Any

import pytest

from tallylight.contracts import agreement as a
from tallylight.contracts import commercial as c
from tallylight.contracts import schema, yaml_text
from tallylight.contracts.reading import of_document, read
from tallylight.contracts.tests.samples import KEY_ACCOUNT, STARTER


def without_defaults(doc: Any, part: dict[str, Any]) -> Any:
    """`doc` with every key that may be left out left out: what a default says, and whole optional parts."""
    if "$ref" in part:
        return without_defaults(doc, schema.document()["$defs"][part["$ref"].rpartition("/")[2]])
    if isinstance(doc, list):
        return [without_defaults(each, part.get("items", {})) for each in doc]
    if not isinstance(doc, dict) or "properties" not in part:
        return doc
    parts = part["properties"]
    return {key: without_defaults(each, parts[key]) for key, each in doc.items() if "default" not in parts[key]}


def bare() -> dict[str, Any]:
    doc = yaml_text.load(STARTER).value
    found: dict[str, Any] = without_defaults(doc, schema.document())
    return {key: value for key, value in found.items() if key in schema.document()["required"]}


def test_a_contract_that_leaves_out_all_it_may_says_what_the_schema_says() -> None:
    doc = bare()
    assert of_document(doc).agreement == of_document(schema.with_defaults(doc)).agreement
    agreement = of_document(doc).agreement
    assert agreement.term.notice_days == 30
    assert agreement.objectives[0].slice == timedelta(minutes=1)
    assert agreement.changes == c.ChangeNotice()
    assert (agreement.capacity, agreement.privacy, agreement.exit, agreement.exclusions) == (None, None, None, ())


def values(whole: Any) -> Iterator[Any]:
    """Every part of an agreement that has parts of its own."""
    if isinstance(whole, tuple):
        for each in whole:
            yield from values(each)
    elif hasattr(whole, "__dataclass_fields__") and type(whole).__module__ in (a.__name__, c.__name__):
        yield whole
        for field in fields(whole):
            yield from values(getattr(whole, field.name))


def test_values_made_in_python_have_the_defaults_of_the_schema() -> None:
    for part in values(of_document(bare()).agreement):
        for field in fields(part):
            default = field.default if field.default is not MISSING else None
            if field.default_factory is not MISSING:
                default = field.default_factory()
            if default is not None:
                assert getattr(part, field.name) == default, (type(part).__name__, field.name)


@pytest.mark.parametrize("source", [STARTER, KEY_ACCOUNT])
def test_filling_in_twice_changes_nothing_and_the_hash_is_of_what_was_written(source: str) -> None:
    reading = read(source)
    filled = schema.with_defaults(reading.document)
    assert schema.with_defaults(filled) == filled
    assert of_document(filled).agreement == reading.agreement
    assert of_document(filled).sha256 != reading.sha256


def test_no_default_breaks_the_schema() -> None:
    filled = schema.with_defaults(bare())
    assert schema.judge(yaml_text.Text(filled)).problems == ()
