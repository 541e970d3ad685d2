"""A difference in words, in English or Simplified Chinese, with the values exact."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from tallylight.contracts.agreement import Condition, Metric, Objective, Threshold
from tallylight.contracts.commercial import Change, ChangeKind, Wording
from tallylight.contracts.diff import hours
from tallylight.contracts.diff.effect import Effect
from tallylight.contracts.diff.notice import Amendment, NoticedChange
from tallylight.contracts.diff.walk import Difference
from tallylight.contracts.text.words import Words
from tallylight.kernel.business_time import Calendar
from tallylight.kernel.catalogue import catalogue
from tallylight.kernel.errors import gettext_noop as _
from tallylight.kernel.money import Money
from tallylight.typeset.api import values

EFFECTS = {
    Effect.BETTER: _("better for the customer"),
    Effect.WORSE: _("worse for the customer"),
    Effect.DIFFERENT: _("different"),
}
KINDS = {
    ChangeKind.PRICE: _("change of a price"),
    ChangeKind.FEATURE: _("change of a feature"),
    ChangeKind.DISCONTINUATION: _("discontinuation"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One change in words: which clause, what happens to it, what that is for the customer, and the notice it needs."""

    where: str
    what: str
    effect: str
    notice: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} ({self.effect}) {self.notice}"


def said(change: NoticedChange, language: str) -> Said:
    """A change in `language` (`en`, `zh-Hans`)."""
    translate = catalogue(language).gettext
    return Said(
        where=where(change.difference, language),
        what=_what(change.difference, language),
        effect=translate(EFFECTS[change.difference.effect]),
        notice=_notice(change, language),
    )


def headline(found: Amendment, language: str) -> str:
    """How many changes there are of each effect."""
    translate = catalogue(language).gettext
    if not found.changes:
        return translate(_("The two texts promise the same."))
    counts = {effect.value: str(len(found.those(effect))) for effect in Effect}
    return (
        translate(_("For the customer: better %(better)s, worse %(worse)s, merely different %(different)s.")) % counts
    )


def conclusion(found: Amendment, language: str) -> str:
    """From when the whole may apply."""
    translate, day = catalogue(language).gettext, partial(values.day, language=language)
    if found.earliest == found.told:
        return translate(_("No notice is needed: it may apply at once."))
    facts = {"told": day(found.told), "earliest": day(found.earliest)}
    return (
        translate(_("Told on %(told)s, it may apply from %(earliest)s, or sooner where the customer agrees.")) % facts
    )


def where(difference: Difference, language: str) -> str:
    """The clause: "Support “fault” › First response"."""
    translate = catalogue(language).gettext
    steps = (
        translate(_("%(label)s “%(key)s”")) % {"label": translate(each.label), "key": each.key}
        if each.key
        else translate(each.label)
        for each in difference.places
    )
    return " › ".join(steps)


def _what(difference: Difference, language: str) -> str:
    translate = catalogue(language).gettext
    if difference.whole:
        return translate(_("is added.") if difference.old is None else _("is taken out."))
    show = partial(shown, unit=difference.unit, owner=difference.owner, language=language)
    if _is_list(difference.old) and _is_list(difference.new) and not difference.unit:
        return _list_change(difference, show, language)
    if told := _hours(difference, language):
        return told
    return translate(_("%(old)s becomes %(new)s.")) % {"old": show(difference.old), "new": show(difference.new)}


def _hours(difference: Difference, language: str) -> str:
    """The days on which two calendars of one name and zone differ; nothing for anything else."""
    old, new = difference.old, difference.new
    if not isinstance(old, Calendar) or not isinstance(new, Calendar) or (old.name, old.zone) != (new.name, new.zone):
        return ""
    return _together(
        hours.differences(old, new, Words("zh-Hans" if language.startswith("zh") else "en", new.zone, {})), language
    )


def _together(sentences: Iterable[str], language: str) -> str:
    """One after the other, as the language sets them."""
    return ("" if language.startswith("zh") else " ").join(sentences)


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple)


def _list_change(difference: Difference, show: Callable[[Any], str], language: str) -> str:
    """What a list gained and lost."""
    translate = catalogue(language).gettext
    gained = tuple(each for each in difference.new if each not in difference.old)
    lost = tuple(each for each in difference.old if each not in difference.new)
    facts = {"gained": show(gained), "lost": show(lost)}
    if gained and lost:
        return translate(_("added: %(gained)s; taken out: %(lost)s.")) % facts
    return translate(_("added: %(gained)s.") if gained else _("taken out: %(lost)s.")) % facts


def _notice(change: NoticedChange, language: str) -> str:
    translate = catalogue(language).gettext
    kind, notice = change.difference.kind, change.notice
    if kind is None or notice is None:
        return translate(_("It needs no notice."))
    facts = {
        "kind": translate(KINDS[kind]),
        "notice": _days(notice.notice_days, language),
        "earliest": values.day(change.earliest, language),
    }
    told = translate(_("As a %(kind)s it is told %(notice)s before and may apply from %(earliest)s.")) % facts
    return _together([told, *_consequences(notice, language)], language)


def _consequences(notice: Change, language: str) -> Iterable[str]:
    translate = catalogue(language).gettext
    if notice.transition_days:
        yield translate(_("The old way works for %(days)s more.")) % {"days": _days(notice.transition_days, language)}
    if notice.may_leave:
        yield translate(_("The customer may end the contract for it."))


def _days(count: int, language: str) -> str:
    return values.unit(count, "duration-day", language)


def shown(value: Any, *, unit: str, owner: Any, language: str) -> str:
    """A value as a person reads it; `unit` is the leaf's, `owner` what it belongs to."""
    translate = catalogue(language).gettext
    if value is None:
        return translate(_("nothing"))
    if unit in _BY_UNIT:
        return _BY_UNIT[unit](value, owner, language)
    match value:
        case bool():
            return translate(_("yes") if value else _("no"))
        case StrEnum():
            return f"“{value.value}”"
        case timedelta():
            return values.duration(value, language)
        case Money():
            return values.money(value, language)
        case Decimal() | int() | float():
            return values.number(value, language)
        case Wording():
            return f"“{value.said(language)}”"
        case Calendar():
            return translate(_("around the clock")) if value.always else f"“{value.name}” ({value.zone})"
        case Condition():
            return _condition(value, language)
        case tuple():
            each = (shown(one, unit=unit, owner=owner, language=language) for one in value)
            return values.listed(each, language) or translate(_("nothing"))
        case _:
            return f"“{value}”"


def _condition(value: Condition, language: str) -> str:
    """A condition as the contract writes it: `loss above 10%, viewers 1000`."""
    parts = [value.metric.value] if value.metric else []
    if value.above is not None and value.metric:
        parts.append(f"above {_figure(value.above, value.metric.unit, language)}")
    counts = {
        each.name: getattr(value, each.name) for each in fields(value) if each.name in ("nodes", "regions", "viewers")
    }
    parts += [f"{name} {values.number(count, language)}" for name, count in counts.items() if count is not None]
    return f"“{', '.join(parts)}”"


def _figure(value: float, unit: str, language: str) -> str:
    return values.percent(value, language) if unit == "%" else values.milliseconds(value, language)


def _owned_figure(value: float, owner: Any, language: str) -> str:
    unit = owner.promise.unit if isinstance(owner, Objective) else Metric(owner.metric).unit
    return _figure(value, unit, language)


def _tiers(value: Any, _owner: Threshold | Objective, language: str) -> str:
    steps = (f"<{values.percent(each.below, language)} → {values.percent(each.credit, language)}" for each in value)
    return "; ".join(steps) or catalogue(language).gettext(_("nothing"))


def _prices(value: Any, _owner: Any, language: str) -> str:
    steps = (
        f"{'≤ ' + values.number(each.up_to, language) if each.up_to is not None else '…'}: "
        f"{values.number(each.price, language)}"
        for each in value
    )
    return "; ".join(steps)


def _duties(value: Any, _owner: Any, language: str) -> str:
    return "; ".join(f"{each.side.value}: {each.what.said(language)}" for each in value) or "–"


def _transfers(value: Any, _owner: Any, language: str) -> str:
    return "; ".join(f"{each.source} → {each.target} ({each.basis.said(language)})" for each in value) or "–"


#: How a leaf with a unit is written.
_BY_UNIT: dict[str, Callable[[Any, Any, str], str]] = {
    "%": lambda value, _owner, language: values.percent(value, language),
    "share": lambda value, _owner, language: values.percent(value * 100, language),
    "days": lambda value, _owner, language: _days(value, language),
    "months": lambda value, _owner, language: values.unit(value, "duration-month", language),
    "s": lambda value, _owner, language: values.duration(timedelta(seconds=value), language),
    "figure": _owned_figure,
    "tiers": _tiers,
    "prices": _prices,
    "duties": _duties,
    "transfers": _transfers,
}
