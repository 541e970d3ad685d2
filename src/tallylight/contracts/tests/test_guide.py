"""The guides to contracts are held to the schema, to the command line and to the lint."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tallylight.contracts import cli, schema, yaml_text
from tallylight.contracts.lint import lint
from tallylight.contracts.reading import read
from tallylight.contracts.tests.samples import EXAMPLES

DOCS = Path(__file__).resolve().parents[4] / "docs"
GUIDES = {name: (DOCS / name).read_text(encoding="utf-8") for name in ("contracts.md", "contracts.zh.md")}
guides = pytest.mark.parametrize("guide", GUIDES)


def keys(part: Any) -> Iterator[str]:
    """Every key that a contract may have, at any depth."""
    if isinstance(part, dict):
        yield from part.get("properties", {})
        for each in part.values():
            yield from keys(each)
    elif isinstance(part, list):
        for each in part:
            yield from keys(each)


def fenced(guide: str, kind: str) -> list[str]:
    """The blocks of code of one kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", GUIDES[guide], re.DOTALL | re.MULTILINE)


def week_and_languages(key: str) -> bool:
    """Keys that are named by their first and last, or by an example."""
    return key.endswith("day") or key in {"en", "zh-Hans"}


@guides
def test_every_key_of_the_schema_is_named(guide: str) -> None:
    named = set(re.findall(r"[\w-]+", " ".join(re.findall(r"`([^`\n]+)`", GUIDES[guide]))))
    assert {key for key in keys(schema.document()) if not week_and_languages(key)} - named == set()


@guides
def test_every_verb_of_the_command_is_shown(guide: str) -> None:
    verbs = {*cli.add_arguments(argparse.ArgumentParser()).choices, "replay"}
    assert {verb for verb in verbs if f"tally contract {verb}" not in GUIDES[guide]} == set()


@guides
def test_every_contract_shown_is_sound_by_itself_or_within_the_smallest(guide: str) -> None:
    smallest, *others = fenced(guide, "yaml")
    assert lint(smallest) == ()
    for part in others:
        whole = {**yaml_text.load(smallest).value, **yaml_text.load(part).value}
        assert lint(json.dumps(whole, ensure_ascii=False)) == (), part


@guides
def test_the_hash_shown_is_that_of_the_smallest_contract(guide: str) -> None:
    smallest = fenced(guide, "yaml")[0]
    assert f"EX-2026-001 is sound, SHA-256 {read(smallest).sha256}" in GUIDES[guide]


@guides
def test_every_published_rule_is_named(guide: str) -> None:
    files = {each.name for each in (EXAMPLES / "published").glob("*.yaml")}
    assert {name for name in files if f"`{name}`" not in GUIDES[guide]} == set()
