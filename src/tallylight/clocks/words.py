"""An explanation in words whose figures add up exactly: nothing is rounded, the same on a page and on the command line. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

from tallylight.clocks.explain import explain
from tallylight.clocks.reading import Reading
from tallylight.kernel.errors import gettext_noop
from tallylight.kernel.sentence import Fact

DAYS = gettext_noop("%(days)s d %(time)s")


def told(reading: Reading, *, translate: Callable[[str], str] = str, zone: tzinfo = UTC) -> list[str]:
    """The explanation of a reading in the reader's language and zone, a sentence each."""

    def show(fact: Fact) -> str:
        if isinstance(fact, datetime):
            return instant(fact, zone)
        if isinstance(fact, timedelta):
            return length(fact, translate)
        return translate(fact) if isinstance(fact, str) and fact else str(fact)

    return [sentence.said(translate, show) for sentence in explain(reading)]


def length(value: timedelta, translate: Callable[[str], str] = str) -> str:
    """Days, hours, minutes and seconds, with as many decimals as there are: `2 d 3:04:05.25`."""
    sign, rest = ("-", -value) if value < timedelta(0) else ("", value)
    hours, seconds = divmod(rest.seconds, 3600)
    text = f"{hours}:{seconds // 60:02}:{seconds % 60:02}{_decimals(rest.microseconds)}"
    return sign + (translate(DAYS) % {"days": rest.days, "time": text} if rest.days else text)


def instant(at: datetime, zone: tzinfo) -> str:
    """The wall time with its offset, which tells the two hours of a night apart: `2026-11-23 09:30:00.25 +08:00`."""
    local = at.astimezone(zone)
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S}{_decimals(local.microsecond)} {offset[:3]}:{offset[3:5]}"


def _decimals(microseconds: int) -> str:
    return f".{microseconds:06}".rstrip("0") if microseconds else ""
