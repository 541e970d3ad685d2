"""Numbers, money, lengths and instants as the reader's language writes them (CLDR). Pure: the language is passed in.

The scripts write live values in the same forms: see assets/scripts/words.js.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from decimal import ROUND_DOWN, Decimal
from functools import cache
from typing import Literal

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

from tallylight.kernel.money import Money

#: What stands where nothing is known.
UNKNOWN = "–"

Form = Literal["short", "minute", "second", "day", "date", "full", "month"]

PATTERNS: dict[str, dict[str, str]] = {
    "en": {
        "minute": "HH:mm",
        "second": "HH:mm:ss",
        "date": "d MMM y",
        "day-this-year": "d MMM",
        "near": "d MMM, HH:mm",
        "full": "d MMM y, HH:mm:ss",
        "month": "MMMM y",
    },
    "zh": {
        "minute": "HH:mm",
        "second": "HH:mm:ss",
        "date": "y年M月d日",
        "day-this-year": "M月d日",
        "near": "M月d日 HH:mm",
        "full": "y年M月d日 HH:mm:ss",
        "month": "y年M月",
    },
}

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@cache
def locale_of(language: str) -> Locale:
    """The CLDR locale of a Django language code."""
    return Locale("zh", script="Hans", territory="CN") if language.startswith("zh") else Locale("en")


def html_language(language: str) -> str:
    """A Django language code as a BCP 47 tag."""
    return "zh-Hans" if language.startswith("zh") else language


def integer(value: float | None, language: str) -> str:
    """A count: 1,830."""
    return UNKNOWN if value is None else format_decimal(round(value), locale=locale_of(language))


def milliseconds(value: float | None, language: str) -> str:
    """A latency in ms without its unit: one decimal below ten, whole from there."""
    if value is None:
        return UNKNOWN
    return format_decimal(value, format="0.0" if value < 10 else "#,##0", locale=locale_of(language))


def percent(share: float | None, language: str) -> str:
    """A share (0..1) as per cent: one decimal below ten per cent, whole from there."""
    if share is None:
        return UNKNOWN
    return format_percent(share, format="0.0%" if share < 0.1 else "0%", locale=locale_of(language))


def attainment(per_cent: Decimal | None, language: str) -> str:
    """Attainment in per cent with four decimals, cut and never rounded up: 99.99996 is not 100."""
    if per_cent is None:
        return UNKNOWN
    cut = per_cent.quantize(Decimal("0.0001"), rounding=ROUND_DOWN)
    return format_decimal(cut, format="0.####", locale=locale_of(language)) + "%"


def decimal(value: Decimal | float, language: str, *, digits: int = 3) -> str:
    """A number with the decimals it has, at most `digits`."""
    return format_decimal(value, format="#,##0." + "#" * digits, locale=locale_of(language))


def money(amount: Money, language: str) -> str:
    """An amount with its currency's sign."""
    return format_currency(amount.amount, amount.currency, locale=locale_of(language))


def bits(value: float | None, language: str) -> str:
    """A rate in bit/s with a decimal prefix: 1.2 Gbit/s."""
    if value is None:
        return UNKNOWN
    for prefix, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{format_decimal(value / size, format='0.#', locale=locale_of(language))} {prefix}bit/s"
    return f"{format_decimal(value, format='0', locale=locale_of(language))} bit/s"


def duration(seconds: float, language: str) -> str:
    """The two largest units of a length: "1 hr 5 min", "1小时5分钟"."""
    rest = max(0, int(seconds))
    first = next((place for place, (_, size) in enumerate(UNITS) if rest >= size), len(UNITS) - 1)
    parts: list[str] = []
    for name, size in UNITS[first : first + 2]:
        count, rest = divmod(rest, size)
        if count or not (parts or rest):
            parts.append(format_unit(count, f"duration-{name}", length="short", locale=locale_of(language)))
    return ("" if language.startswith("zh") else " ").join(parts)


def instant(at: datetime, zone: tzinfo, language: str, *, now: datetime, form: Form = "short") -> str:
    """An instant in `zone`. The short form leaves out what `now` makes plain: the day today, the year this year."""
    patterns = PATTERNS["zh" if language.startswith("zh") else "en"]
    local, here = at.astimezone(zone), now.astimezone(zone)
    if form == "short":
        form_key = "minute" if local.date() == here.date() else "near" if local.year == here.year else "full"
    elif form == "day":
        form_key = "day-this-year" if local.year == here.year else "date"
    else:
        form_key = form
    return format_datetime(local, patterns[form_key], locale=locale_of(language))


def utc(at: datetime) -> str:
    """What is shown on hover: 2026-11-23 01:04:12 UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def machine(at: datetime) -> str:
    """For the datetime attribute: 2026-11-23T01:04:12Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
