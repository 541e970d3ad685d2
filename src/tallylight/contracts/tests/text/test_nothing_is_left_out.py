"""What is promised is in the text, and what is in the text was promised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, get_args

import pytest

from tallylight.contracts.agreement import Agreement, Attain, ExclusionKind, Promise
from tallylight.contracts.tests.text.leaves import Place, changed, leaves
from tallylight.contracts.tests.text.samples import ENDED, EXAMPLES, everything, example
from tallylight.contracts.text import agreement_text
from tallylight.contracts.text.words import NO_BREAK
from tallylight.kernel.business_time import Calendar
from tallylight.kernel.money import Money
from tallylight.typeset.api import Document, Language, values

languages = pytest.mark.parametrize("language", get_args(Language))
WHOLE = ["everything", "fixed-term"]
agreements = pytest.mark.parametrize("which", [*WHOLE, *sorted(path.stem for path in EXAMPLES.glob("*.yaml"))])
HASH = "ab" * 32
NUMBER = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?")
#: Figures of conventions, standards and laws, which no agreement changes.
CONVENTIONS = {
    "256",  # SHA-256
    "8785",  # RFC 8785, the canonical form
    "8762",  # RFC 8762, STAMP
    "24",  # hours of a day where a length of time is meant
    "100",  # per cent, what attainment is counted from
    "365",  # days of the year of a late fee
    "1,000",  # viewers a price is for
    "0",  # per cent, when the first step of a ladder is due
    "95",  # the percentile
    "2016", "679", "2018",  # Regulation (EU) 2016/679, Data Protection Act 2018
}  # fmt: skip


@cache
def agreement(which: str) -> Agreement:
    match which:
        case "everything":
            return everything()
        case "fixed-term":
            whole = everything()
            return replace(whole, ends_at=ENDED, term=replace(whole.term, renews=False))
        case _:
            return example(which)


def document(of: Agreement, language: Language = "en") -> Document:
    return agreement_text(of, language, sha256=HASH, source="")


def told(of: Agreement, language: Language) -> str:
    """The whole text, with ordinary spaces where figures keep to the line of their units."""
    return "\n".join(document(of, language).texts()).replace(NO_BREAK, " ")


def forms(value: Any, place: Place, of: Agreement, language: Language) -> Iterator[str]:
    """What of a leaf must be found in the text. Words of our own vocabulary are looked after by the next test."""
    if isinstance(value, bool | Enum) or value == timedelta(0):
        return
    match value:
        case Money():
            yield values.money(value, language)
        case timedelta():
            yield values.duration(value, language)
        case datetime():
            yield values.instant(value, of.timezone, language)
        case Calendar():
            yield from _of_calendar(value, language)
        case Decimal() if place[-1] == "at":
            yield values.percent(value * 100, language)
        case Decimal() if place[-1] == "price":
            yield values.price(value, of.monthly_fee.currency, language)
        case Decimal() | float() | int():
            if value:
                yield values.number(value, language)
        case str() if place[-2:-1] == ("by_language",):
            if place[-1] == language:
                yield value
        case str() if place[-1] not in ("role", "reason", "per", "approver", "locale"):
            yield value


def _of_calendar(calendar: Calendar, language: Language) -> Iterator[str]:
    yield calendar.name
    yield from (values.day(day, language) for day in calendar.closed)
    yield from (values.day(day, language) for day, _ in calendar.special)
    if not calendar.always:
        yield calendar.zone
    for hours in (*(calendar.week or ()), *(hours for _, hours in calendar.special)):
        yield from (f"{each.opens // 60:02}:{each.opens % 60:02}–" for each in hours)
        yield from (f"–{each.closes // 60:02}:{each.closes % 60:02}" for each in hours)


def unsaid(place: Place, of: Agreement) -> bool:
    """The few values that rightly change nothing."""
    match place:
        case ("objectives", int(index), "statistic"):
            return of.objectives[index].promise in (
                Promise.AVAILABILITY, Promise.LOSS, Promise.FREEZE, Promise.ERRORS,
            )  # fmt: skip
        case ("exclusions", int(index), "approver"):
            return of.exclusions[index].kind is ExclusionKind.OVERLOAD
        case ("term", "renewal_months" | "notice_days"):
            return not of.term.renews
        case ("objectives", int(index), "at_least_for"):
            return of.objectives[index].attain is Attain.MEAN
        case ("credit", "claim_days"):
            return of.credit.automatic
    return False


@languages
@agreements
def test_every_figure_and_name_of_the_agreement_is_in_the_text(which: str, language: Language) -> None:
    of = agreement(which)
    text = told(of, language)
    missing = [
        (place, form)
        for place, value in leaves(of)
        if not unsaid(place, of)
        for form in forms(value, place, of, language)
        if form not in text
    ]
    assert missing == []


@pytest.mark.parametrize("which", [*WHOLE, "starter"])
def test_no_value_of_the_agreement_can_change_without_the_text(which: str) -> None:
    of = agreement(which)
    text = told(of, "en")
    silent = []
    for place, _ in leaves(of):
        if unsaid(place, of) or place[-2:] == ("by_language", "zh-Hans"):
            continue
        if told(changed(of, place), "en") == text:
            silent.append(place)
    assert silent == []


@languages
@agreements
def test_no_figure_is_in_the_text_that_the_agreement_does_not_hold(which: str, language: Language) -> None:
    of = agreement(which)
    known = {figure for place, value in leaves(of) for figure in figures_of(value, place, of, language)}
    known |= CONVENTIONS | credits_of(of, language) | {document(of, language).number_of(key) for key in keys(of)}
    found = {figure for text in document(of, language).texts() if text != HASH for figure in NUMBER.findall(text)}
    assert found - known == set()


def figures_of(value: Any, place: Place, of: Agreement, language: Language) -> Iterator[str]:
    """Every figure that saying a leaf takes."""
    said = list(forms(value, place, of, language))
    if isinstance(value, float | int | Decimal) and not isinstance(value, bool):
        said += [values.number(value, language), values.duration(timedelta(seconds=float(value)), language)]
    elif isinstance(value, str):
        said.append(value)
    for form in said:
        yield from NUMBER.findall(form)


def credits_of(of: Agreement, language: Language) -> set[str]:
    """What each tier comes to on the fees of a whole month."""
    amounts = (of.monthly_fee.percent(tier.credit) for tier in of.credit.tiers)
    return {figure for each in amounts for figure in NUMBER.findall(values.money(each, language))}


def keys(of: Agreement) -> list[str]:
    return [section.key for section in document(of).sections if section.numbered]
