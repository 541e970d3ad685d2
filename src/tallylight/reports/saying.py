"""What every part of a report writes with: the words of contracts, the names of what a month speaks of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tallylight.contracts.api import Level, Words, level_word, objective_word
from tallylight.kernel.catalogue import catalogue
from tallylight.kernel.money import Money
from tallylight.kernel.sentence import Fact, Sentence
from tallylight.reports.month import ServiceMonth
from tallylight.sla.api import Row
from tallylight.typeset.api import Language, values


@dataclass(frozen=True, slots=True)
class Saying:
    """A month in a language."""

    month: ServiceMonth
    words: Words

    @classmethod
    def of(cls, month: ServiceMonth, language: Language) -> Saying:
        """The month's words in a language; instants are said in the month's zone."""
        return cls(month, Words(language, month.report.timezone, {}))

    @property
    def language(self) -> Language:
        return self.words.language

    @property
    def month_name(self) -> str:
        """October 2026, 2026年10月."""
        return values.month(self._local(self.month.report.start).date(), self.language)

    def region(self, code: str) -> str:
        return self.month.region(code, self.language)

    def place(self, row: Row) -> str:
        """An objective in its region, as charts name it."""
        facts = {"objective": objective_word(self.words, row.objective), "region": self.region(row.region)}
        return self.words.gettext("%(objective)s, %(region)s", **facts)

    def day(self, at: datetime) -> str:
        """The local day of an instant."""
        return values.day(self._local(at).date(), self.language)

    def since(self, at: datetime) -> str:
        """The local day that begins at an instant, or the instant where it lies within a day."""
        return self.day(at) if self._is_midnight(at) else self.at(at)

    def until(self, end: datetime) -> str:
        """The last local day before an instant, or the instant where it lies within a day."""
        return self.last_day(end) if self._is_midnight(end) else self.at(end)

    def last_day(self, end: datetime) -> str:
        """The last local day before an instant."""
        return self.day(end - timedelta(microseconds=1))

    def at(self, at: datetime) -> str:
        """An instant in the month's zone, which the table says elsewhere."""
        return values.local(at, self.month.report.timezone, self.language)

    def amounts(self, amounts: tuple[Money, ...]) -> str:
        """Several amounts, almost always one."""
        return self.words.listed(self.words.money(each) for each in amounts)

    def sentence(self, sentence: Sentence, names: Mapping[str, str]) -> str:
        """A sentence with its facts as this language writes them; `names` stands for what facts call things."""

        def show(fact: Fact) -> str:
            return self._fact(fact, names)

        return sentence.said(catalogue(self.language).gettext, show)

    def _fact(self, fact: Fact, names: Mapping[str, str]) -> str:
        match fact:
            case Money():
                return self.words.money(fact)
            case datetime():
                return self.words.instant(fact)
            case timedelta():
                return self.words.duration(fact)
            case Decimal() | int():
                return self.words.number(fact)
            case _:
                return names.get(fact, fact)

    def names(self) -> dict[str, str]:
        """What codes of regions, objectives and levels are called."""
        rows = [row for segment in self.month.report.segments for row in segment.rows]
        return {
            **{level.value: level_word(self.words, level) for level in Level},
            **{code: self.region(code) for code in self.month.regions},
            **{row.objective.name: objective_word(self.words, row.objective) for row in rows},
        }

    def _is_midnight(self, at: datetime) -> bool:
        return self._local(at).timetz().replace(tzinfo=None) == time(0)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.month.report.timezone))
