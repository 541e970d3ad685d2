"""Every value an agreement is made of, with its place, and the same agreement with one of them changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import available_timezones

from tallylight.kernel.business_time import Calendar, Hours
from tallylight.kernel.money import Money

#: A zone is changed to a zone.
ZONES = available_timezones() - {"Europe/Paris"}
Place = tuple[str | int, ...]
#: Said as one thing, so walked as one thing.
WHOLE = (Money, Calendar, Hours)


def leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Each value that is not made of others, with the names and indexes that lead to it. None and empty are no values."""
    if is_dataclass(value) and not isinstance(value, WHOLE):
        for each in fields(value):
            yield from leaves(getattr(value, each.name), (*place, each.name))
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from leaves(each, (*place, index))
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from leaves(each, (*place, key))
    elif value is not None:
        yield place, value


def changed(value: Any, place: Place) -> Any:
    """`value` with the leaf at `place` replaced by another of its type."""
    if not place:
        return other(value)
    first, *rest = place
    if isinstance(value, tuple):
        assert isinstance(first, int)
        return (*value[:first], changed(value[first], tuple(rest)), *value[first + 1 :])
    if isinstance(value, Mapping):
        return {**value, first: changed(value[first], tuple(rest))}
    return replace(value, **{str(first): changed(getattr(value, str(first)), tuple(rest))})


def other(value: Any) -> Any:
    """Another value of the same type."""
    match value:
        case Enum():
            members = list(type(value))
            return members[(members.index(value) + 1) % len(members)]
        case bool():
            return not value
        case int():
            return value + 17
        case float():
            return value + 0.5
        case Decimal():
            return value + Decimal("0.375")
        case str():
            return "Europe/Paris" if value in ZONES else f"{value}-other"
        case datetime() | date():
            return value + timedelta(days=3)
        case timedelta():
            return value + timedelta(minutes=7)
        case Money():
            return Money(value.minor + 119, value.currency)
        case Hours():
            return Hours(value.opens + 1, value.closes)
        case Calendar():
            return replace(value, name=f"{value.name}-other")
    raise AssertionError(f"nobody knows another {type(value).__name__}")
