"""Sentences as data: what a rule has to say, before anybody knows in which language it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from tallylight.kernel.money import Money

#: What fills a named place. Whoever shows the sentence puts instants and durations in the reader's zone and words.
Fact = str | int | Decimal | datetime | timedelta | Money


@dataclass(frozen=True, slots=True)
class Sentence:
    """A whole sentence with named places (`%(name)s`), marked for the catalogues, and the facts that fill them."""

    text: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def said(self, translate: Callable[[str], str] = str, show: Callable[[Fact], str] = str) -> str:
        """The sentence filled in: `translate` turns the text into the reader's language, `show` a fact into words."""
        return translate(self.text) % {name: show(fact) for name, fact in self.facts.items()}
