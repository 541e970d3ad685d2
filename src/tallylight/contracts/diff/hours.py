"""What becomes of a calendar's hours, in words: the days of the week and the dates on which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from tallylight.contracts.text import names
from tallylight.contracts.text.calendars import hours_of
from tallylight.contracts.text.words import Words
from tallylight.kernel.business_time import WHOLE_DAY, Calendar, Hours
from tallylight.kernel.errors import gettext_noop as _

Day = tuple[Hours, ...]


def differences(old: Calendar, new: Calendar, words: Words) -> Iterator[str]:
    """A sentence for each thing that differs in the hours of two calendars of one zone; none if they are always open alike."""
    yield from _of_the_week(_week(old), _week(new), words)
    yield from _closed(new.closed - old.closed, _("It is closed on %(days)s as well."), words)
    yield from _closed(old.closed - new.closed, _("It is no longer closed on %(days)s."), words)
    was, becomes = dict(old.special), dict(new.special)
    for day in sorted(was.keys() | becomes.keys()):
        if was.get(day) == becomes.get(day):
            continue
        if day in becomes:
            hours = hours_of(becomes[day], words)
            yield words.gettext(_("Its hours on %(day)s are: %(hours)s."), day=words.day(day), hours=hours)
        else:
            yield words.gettext(_("It has no hours of its own on %(day)s any more."), day=words.day(day))


def _week(calendar: Calendar) -> tuple[Day, ...]:
    return calendar.week or (WHOLE_DAY,) * 7


def _of_the_week(old: tuple[Day, ...], new: tuple[Day, ...], words: Words) -> Iterator[str]:
    """Days that change alike are named together."""
    changed = [(was, becomes, name) for was, becomes, name in zip(old, new, names.DAYS, strict=True) if was != becomes]
    for (was, becomes), days in groupby(changed, key=lambda each: each[:2]):
        yield words.gettext(
            _("On %(days)s its hours are %(new)s instead of %(old)s."),
            days=words.listed(words.gettext(name) for _was, _becomes, name in days),
            new=hours_of(becomes, words),
            old=hours_of(was, words),
        )


def _closed(days: Iterable[date], sentence: str, words: Words) -> Iterator[str]:
    if dates := sorted(days):
        yield words.gettext(sentence, days=words.listed(words.day(day) for day in dates))
