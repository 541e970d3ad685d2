"""Values as documents write them, exact and in the language's own form (CLDR): nothing is rounded away, no unit is left out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from tallylight.kernel.money import EXPONENTS, Money

_DATES = {"en": "d MMMM y", "zh": "y年M月d日"}
_MONTHS = {"en": "MMMM y", "zh": "y年M月"}
_INSTANTS = {"en": "d MMMM y, HH:mm:ss", "zh": "y年M月d日 HH:mm:ss"}
#: In milliseconds. A day is 24 hours wherever a length is written with it.
_UNITS = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000), ("millisecond", 1))


@cache
def locale_of(language: str) -> Locale:
    """The CLDR locale of a language tag; English documents write dates and numbers the international way, day first."""
    return Locale("zh", script="Hans", territory="CN") if language.startswith("zh") else Locale("en", territory="GB")


def number(value: Decimal | float, language: str) -> str:
    """A number with every decimal it has: 1,830 or 0.25."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    whole = exact.quantize(Decimal(1)) if exact == exact.to_integral() else exact.normalize()
    return str(format_decimal(whole, format="#,##0.################", locale=locale_of(language)))


def percent(value: Decimal | float, language: str) -> str:
    """Per cent, given as per cent: 99.95%."""
    return f"{number(value, language)}%"


def money(amount: Money, language: str) -> str:
    """An amount with its ISO 4217 code, since a sign such as $ names no country: USD 2,400.00."""
    return _figures(amount.amount, amount.currency, "", language)


def price(amount: Decimal, currency: str, language: str) -> str:
    """A price for one unit, which may go below the currency's smallest unit: USD 1.90, USD 0.0275."""
    return _figures(amount, currency, "#" * 16, language)


def _figures(amount: Decimal, currency: str, further: str, language: str) -> str:
    pattern = "#,##0" + ("." + "0" * EXPONENTS.get(currency, 2) + further).rstrip(".")
    figures = format_currency(amount, currency, format=pattern, locale=locale_of(language), currency_digits=False)
    return f"{currency} {figures}"


def duration(length: timedelta, language: str) -> str:
    """A length in whole units, each named: "1 hour 30 minutes", "1小时30分钟"; nothing below a millisecond."""
    rest = length // timedelta(milliseconds=1)
    parts: list[str] = []
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(unit(count, f"duration-{name}", language))
    return ("" if language.startswith("zh") else " ").join(parts) or unit(0, "duration-second", language)


def milliseconds(value: float, language: str) -> str:
    """A latency as it is measured, always in milliseconds: "200 milliseconds", "1,500毫秒"."""
    return unit(value, "duration-millisecond", language)


def unit(value: Decimal | float, name: str, language: str) -> str:
    """A number with its unit in full, by CLDR's name of it (`duration-month`, `digital-gigabyte`)."""
    # CLDR's Chinese names of units are the same at every length; babel finds them under the short ones.
    length: Literal["short", "long"] = "short" if language.startswith("zh") else "long"
    return str(format_unit(value, name, length=length, locale=locale_of(language)))


def day(value: date, language: str) -> str:
    """A date: 1 January 2026, 2026年1月1日."""
    return str(format_date(value, _DATES[language[:2]], locale=locale_of(language)))


def month(value: date, language: str) -> str:
    """The month a day lies in: January 2026, 2026年1月."""
    return str(format_date(value, _MONTHS[language[:2]], locale=locale_of(language)))


def instant(at: datetime, zone: str, language: str) -> str:
    """An instant to the second in an IANA zone, which stands behind it."""
    said = local(at, zone, language)
    return f"{said}（{zone}）" if language.startswith("zh") else f"{said} ({zone})"


def local(at: datetime, zone: str, language: str) -> str:
    """An instant to the second where its zone is said elsewhere."""
    return str(format_datetime(at.astimezone(ZoneInfo(zone)), _INSTANTS[language[:2]], locale=locale_of(language)))


def listed(parts: Iterable[str], language: str) -> str:
    """Several things as one phrase: "a, b and c", "a、b和c"."""
    return str(format_list(list(parts), locale=locale_of(language)))


def either(parts: Iterable[str], language: str) -> str:
    """Alternatives as one phrase: "a, b or c", "a、b或c"."""
    return str(format_list(list(parts), style="or", locale=locale_of(language)))
