"""A document with faults, read as far as it is whole.

A check asks for what it needs. Where the schema has objected to that already, or it is missing, the check is hindered and says
nothing: one mistake is told once, and everything around it is still checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Concatenate, ParamSpec

from tallylight.contracts import quantities as q
from tallylight.contracts.yaml_text import Path
from tallylight.kernel.sentence import Fact, Sentence

P = ParamSpec("P")


class Hindered(Exception):
    """What was asked for is missing or known to be wrong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at `path`, and what to do."""

    path: Path
    what: Sentence
    todo: Sentence


@dataclass(frozen=True, slots=True)
class Part:
    """A value of the document and where it is. `broken` are the paths that the schema has objected to."""

    value: Any
    path: Path = ()
    broken: frozenset[Path] = frozenset()

    def __getitem__(self, key: str | int) -> Part:
        """What stands under `key`. Raises Hindered."""
        path = (*self.path, key)
        if path in self.broken or self.path in self.broken:
            raise Hindered(path)
        try:
            return Part(self.value[key], path, self.broken)
        except (KeyError, IndexError, TypeError) as error:
            raise Hindered(path) from error

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def each(self) -> list[Part]:
        """The entries of a list that are whole."""
        if not isinstance(self.value, list):
            raise Hindered(self.path)
        return [self[index] for index in range(len(self.value)) if (*self.path, index) not in self.broken]

    def items(self) -> list[tuple[str, Part]]:
        """The entries of a mapping that are whole."""
        if not isinstance(self.value, dict):
            raise Hindered(self.path)
        return [(key, self[key]) for key in self.value if (*self.path, key) not in self.broken]

    @property
    def text(self) -> str:
        """The value as it is written."""
        return str(self.value)

    @property
    def duration(self) -> timedelta:
        return q.duration(self.value)

    @property
    def percent(self) -> Decimal:
        return q.percent(self.value)

    def fault(self, what: str, todo: str, **facts: Fact) -> Fault:
        """A fault at this place; both sentences are marked for the catalogues and filled with the same facts."""
        return Fault(self.path, Sentence(what, facts), Sentence(todo, facts))


Faults = Iterator[Fault]


def as_far_as_it_goes(
    check: Callable[Concatenate[Part, P], Faults], part: Part, *args: P.args, **kwargs: P.kwargs
) -> Faults:
    """The faults that a check finds before it is hindered."""
    try:
        yield from check(part, *args, **kwargs)
    except Hindered:
        return


def of_each(
    check: Callable[Concatenate[Part, P], Faults], parts: Iterable[Part], *args: P.args, **kwargs: P.kwargs
) -> Faults:
    """The faults of several parts, each checked as far as it goes."""
    for part in parts:
        yield from as_far_as_it_goes(check, part, *args, **kwargs)


def named_twice(parts: Iterable[Part], key: str, what: str, todo: str) -> Faults:
    """A fault for every part whose `key` an earlier one has already; `what` may say `%(name)s`."""
    seen: set[str] = set()
    for part in parts:
        if key not in part or (*part.path, key) in part.broken:
            continue
        name = part[key].text
        if name in seen:
            yield part[key].fault(what, todo, name=name)
        seen.add(name)
