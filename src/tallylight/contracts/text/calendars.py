"""When support clocks run: each calendar that a support level names, with its hours, days off and special days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tallylight.contracts.agreement import Agreement
from tallylight.contracts.text import names
from tallylight.contracts.text.words import Words
from tallylight.kernel.business_time import Calendar, Hours
from tallylight.typeset.api import Block, Clause, Column, Section, Table

KEY = "calendars"


def calendars(agreement: Agreement) -> list[Calendar]:
    """Every calendar the agreement uses, once, in the order of the levels and the steps of their ladders."""
    steps = [step.calendar for level in agreement.support for step in level.ladder if step.calendar is not None]
    return list({each.name: each for each in (*(level.calendar for level in agreement.support), *steps)}.values())


def write(agreement: Agreement, words: Words) -> Section:
    """The part of the text that says when time counts."""
    blocks: list[Block] = [
        Clause(
            words.gettext(
                "A support clock runs only while the calendar of its level is open. While the calendar is closed the "
                "clock stands still and uses no time."
            )
        ),
        Clause(
            words.gettext(
                "Opening hours are half-open: the opening instant is inside them, the closing instant is not. A "
                "promised time that is used up exactly at a closing ends at that closing and not at the next "
                "opening. Time is counted in elapsed seconds, so that a day on which clocks are put forward or back "
                "counts the seconds it has."
            )
        ),
    ]
    for calendar in calendars(agreement):
        blocks += _calendar(calendar, words)
    return Section(KEY, words.gettext("Support hours"), tuple(blocks))


def _calendar(calendar: Calendar, words: Words) -> Iterator[Block]:
    facts = {"calendar": calendar.name, "zone": calendar.zone}
    if calendar.always:
        yield Clause(words.gettext("The calendar “%(calendar)s” is open every second of every day.", **facts))
        return
    if calendar.week is None:
        yield Clause(
            words.gettext(
                "The calendar “%(calendar)s” is open every hour of the day in the time zone %(zone)s, except as "
                "follows.",
                **facts,
            )
        )
    else:
        yield Clause(
            words.gettext("The calendar “%(calendar)s” is open at these hours in the time zone %(zone)s.", **facts)
        )
        yield _week(calendar.week, words)
    if calendar.closed:
        yield Clause(
            words.gettext(
                "The calendar “%(calendar)s” is closed for the whole day on %(days)s.",
                days=words.listed(words.day(day) for day in sorted(calendar.closed)),
                **facts,
            )
        )
    if calendar.special:
        yield Clause(
            words.gettext(
                "On the following dates the calendar “%(calendar)s” keeps these hours, whatever else is said of them.",
                **facts,
            ),
            items=tuple(
                words.gettext("%(day)s: %(hours)s", day=words.day(day), hours=hours_of(hours, words))
                for day, hours in sorted(calendar.special)
            ),
        )


def _week(week: Iterable[tuple[Hours, ...]], words: Words) -> Table:
    rows = ((words.gettext(name), hours_of(hours, words)) for name, hours in zip(names.DAYS, week, strict=True))
    return Table(
        (Column(words.gettext("Day of the week")), Column(words.gettext("Opening hours"), width=3)), tuple(rows)
    )


def hours_of(hours: tuple[Hours, ...], words: Words) -> str:
    """The hours of a day: "09:00–13:00 and 14:00–21:00", or that it is closed."""
    if not hours:
        return words.gettext("closed all day")
    return words.listed(f"{_wall(each.opens)}–{_wall(each.closes)}" for each in hours)


def _wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
