"""What every part of the text writes with: sentences and values in one language, and the numbers of the other parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.commercial import Wording
from tallylight.kernel.catalogue import catalogue
from tallylight.kernel.money import Money
from tallylight.typeset.api import Language, values

#: Keeps a figure on one line with its unit or its currency.
NO_BREAK = "\u00a0"
_BESIDE_A_FIGURE = re.compile(r"(?<=\d) |(?<=[A-Z]{3}) (?=\d)")


@dataclass(frozen=True, slots=True)
class Words:
    """A language, an agreement's zone, and where each part stands. Sentences are filled with facts that are words already."""

    language: Language
    zone: str
    numbers: Mapping[str, str]

    def gettext(self, sentence: str, **facts: str) -> str:
        """The sentence in this language with its places filled."""
        return catalogue(self.language).gettext(sentence) % facts

    def ngettext(self, one: str, many: str, count: int, **facts: str) -> str:
        """The sentence for `count` things; the place `count` is filled with it."""
        return catalogue(self.language).ngettext(one, many, count) % {**facts, "count": self.number(count)}

    def clause(self, key: str) -> str:
        """How the text refers to another part: "clause 8"."""
        return self.gettext("clause %(number)s", number=self.numbers[key]).replace(" ", NO_BREAK)

    def number(self, value: Decimal | float) -> str:
        return values.number(value, self.language)

    def percent(self, value: Decimal | float) -> str:
        """Per cent given as per cent."""
        return values.percent(value, self.language)

    def share(self, value: Decimal) -> str:
        """Per cent given as a share from 0 to 1."""
        return values.percent(value * 100, self.language)

    def money(self, amount: Money) -> str:
        return _kept(values.money(amount, self.language))

    def price(self, amount: Decimal, currency: str) -> str:
        """A price for one unit."""
        return _kept(values.price(amount, currency, self.language))

    def duration(self, length: timedelta) -> str:
        return _kept(values.duration(length, self.language))

    def seconds(self, count: int) -> str:
        return _kept(values.duration(timedelta(seconds=count), self.language))

    def milliseconds(self, value: float) -> str:
        return _kept(values.milliseconds(value, self.language))

    def months(self, count: int) -> str:
        return _kept(values.unit(count, "duration-month", self.language))

    def said(self, wording: Wording) -> str:
        """The parties' own words, in this language where they are given in it."""
        return wording.said(self.language)

    def days(self, count: int) -> str:
        """Calendar days, counted as whole days and never as hours."""
        return _kept(self.ngettext("%(count)s calendar day", "%(count)s calendar days", count))

    def day(self, value: date) -> str:
        return values.day(value, self.language)

    def instant(self, at: datetime) -> str:
        return values.instant(at, self.zone, self.language)

    def quoted(self, text: str) -> str:
        """A term as the text names it."""
        return f"“{text}”"

    def joined(self, sentences: Iterable[str]) -> str:
        """Sentences one after the other; Chinese puts no space between them."""
        return ("" if self.language == "zh-Hans" else " ").join(sentences)

    def listed(self, parts: Iterable[str]) -> str:
        return values.listed(parts, self.language)


def _kept(value: str) -> str:
    """A value whose figures keep to the line of their units; between two units it may break."""
    return _BESIDE_A_FIGURE.sub(NO_BREAK, value)


def words_for(agreement: Agreement, language: Language, numbers: Mapping[str, str]) -> Words:
    """The words in which `agreement` is written."""
    return Words(language, agreement.timezone, numbers)
