"""What every part is built with: documents, texts, amounts that may be left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tallylight.contracts.commercial import Wording

Doc = dict[str, Any]
T = TypeVar("T")


def wording(entry: str | Doc) -> Wording:
    """A text as it was written, or by language."""
    return Wording.same(entry) if isinstance(entry, str) else Wording(entry)


def wordings(entries: list[str | Doc]) -> tuple[Wording, ...]:
    """Several texts."""
    return tuple(map(wording, entries))


def maybe(entry: Doc, key: str, read: Callable[[Any], T]) -> T | None:
    """What stands under `key`, read; None where it was left out."""
    return read(entry[key]) if key in entry else None
