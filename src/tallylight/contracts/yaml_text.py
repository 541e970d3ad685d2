"""Contract YAML to plain values, each with its place in the text, within fixed bounds.

A deliberately small YAML: mappings, lists, text, whole numbers, true, false and null. Aliases, anchors, tags, merge keys,
repeated keys and second documents are refused, so what is written is what is meant and no text can grow when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from tallylight.contracts.errors import ContractInvalid
from tallylight.contracts.problem import Problem
from tallylight.kernel.errors import gettext_noop as _
from tallylight.kernel.sentence import Fact, Sentence

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24
MAX_NODES = 20_000

Path = tuple[str | int, ...]
#: Line and column, counted from 1.
Place = tuple[int, int]

NOT_YAML = _("This is not YAML: %(said)s.")

#: What an escape can write although it is no character of a text: control characters but tab and line end, half surrogates.
_NO_CHARACTER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass
class Text:
    """A document as plain values, and where each of them stands."""

    value: Any
    places: dict[Path, Place] = field(default_factory=dict)
    key_places: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """Where `path` stands, or the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def load(source: str) -> Text:
    """`source` as values with places. Raises ContractInvalid with every fault found."""
    if len(source.encode(errors="surrogatepass")) > MAX_BYTES:
        raise ContractInvalid(
            [
                _problem(
                    (1, 1),
                    (),
                    _("The text is longer than %(most)s KiB."),
                    _("A contract is a few pages; take out what is not part of it."),
                    most=MAX_BYTES // 1024,
                )
            ]
        )
    builder = _Builder(_events(source))
    value = builder.document()
    if builder.problems:
        raise ContractInvalid(builder.problems)
    return Text(value, builder.places, builder.key_places)


def dotted(path: Path) -> str:
    """`("objectives", 0, "target")` as `objectives[0].target`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".")


def _events(source: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(source)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = (error.problem or "it can't be parsed").rstrip(".")
        raise ContractInvalid(
            [
                _problem(
                    place,
                    (),
                    NOT_YAML,
                    _("Look at the indentation and the quotes here and just above."),
                    said=said,
                )
            ]
        ) from error
    except YAMLError as error:
        raise ContractInvalid(
            [_problem((1, 1), (), NOT_YAML, _("Remove characters that are not text."), said=_first_line(error))]
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


class _Builder:
    """Turns one document's events into values; faults are collected, bounds stop at once."""

    def __init__(self, events: Iterator[Event]) -> None:
        self.events = events
        self.places: dict[Path, Place] = {}
        self.key_places: dict[Path, Place] = {}
        self.problems: list[Problem] = []
        self.nodes = 0

    def document(self) -> Any:
        value: Any = None
        documents = 0
        for event in self.events:
            if not isinstance(event, DocumentStartEvent):
                continue
            documents += 1
            if documents > 1:
                self._fault(event, (), _("A second document begins here."), _("Put one contract in one file."))
                break
            value = self._value(next(self.events), ())
        if not documents:
            self.problems.append(
                _problem((1, 1), (), _("The text is empty."), _("Begin with schema: tallylight-contract-v1."))
            )
        return value

    def _value(self, event: Event, path: Path) -> Any:
        self._bound(event, path)
        self.places[path] = _place(event)
        if isinstance(event, AliasEvent):
            self._fault(
                event, path, _("An alias (*name) stands here."), _("Write the value out: a contract is read by people.")
            )
            return None
        self._plain_only(event, path)
        if isinstance(event, MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path)
        assert isinstance(event, ScalarEvent), event  # noqa: S101 - the four kinds of node YAML has
        return _scalar(event)

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self.events:
            if not isinstance(event, ScalarEvent | AliasEvent | MappingStartEvent | SequenceStartEvent):
                break
            key = self._key(event, path)
            if key in found:
                self._fault(
                    event, (*path, key), _("The key %(key)s is written twice."), _("Keep one of the two."), key=key
                )
            self.key_places[(*path, key)] = _place(event)
            found[key] = self._value(next(self.events), (*path, key))
        return found

    def _key(self, event: Event, path: Path) -> str:
        if isinstance(event, ScalarEvent):
            self._plain_only(event, path)
            return str(event.value)
        raise ContractInvalid(
            [
                *self.problems,
                _problem(_place(event), path, _("A key must be plain text."), _("Write a name before the colon.")),
            ]
        )

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        for event in self.events:
            if not isinstance(event, ScalarEvent | AliasEvent | MappingStartEvent | SequenceStartEvent):
                break
            found.append(self._value(event, (*path, len(found))))
        return found

    def _plain_only(self, event: Event, path: Path) -> None:
        if getattr(event, "anchor", None):
            self._fault(
                event, path, _("An anchor (&name) stands here."), _("Take it out; aliases are not used in contracts.")
            )
        if found := _NO_CHARACTER.search(str(getattr(event, "value", ""))):
            self._fault(
                event,
                path,
                _("The character %(code)s can't stand in a text."),
                _("Take it out."),
                code=f"U+{ord(found[0]):04X}",
            )
        if tag := getattr(event, "tag", None):
            self._fault(
                event,
                path,
                _("A tag (%(tag)s) stands here."),
                _("Take it out; the schema says what each value is."),
                tag=str(tag),
            )

    def _bound(self, event: Event, path: Path) -> None:
        self.nodes += 1
        if len(path) > MAX_DEPTH or self.nodes > MAX_NODES:
            self._fault(
                event,
                path,
                _("The document is nested too deeply or has too many values."),
                _("A contract is a few pages long."),
            )
            raise ContractInvalid(self.problems)

    def _fault(self, event: Event, path: Path, what: str, todo: str, **facts: str) -> None:
        self.problems.append(_problem(_place(event), path, what, todo, **facts))


def _problem(place: Place, path: Path, what: str, todo: str, **facts: Fact) -> Problem:
    return Problem(*place, dotted(path), Sentence(what, facts), Sentence(todo, facts))


def _place(event: Event) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _scalar(event: ScalarEvent) -> str | int | bool | None:
    text = str(event.value)
    if event.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _WHOLE.fullmatch(text) and len(text) < 16 else text
