"""Who is on call, in words. Pure but for the reader's language and zone, which are the active ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallylight.console import formatting
from tallylight.console.public import listed
from tallylight.console.reading import instant_text
from tallylight.console.shapes import Badge, Lead, Tone
from tallylight.oncall.api import WEEKDAYS, By, LayerCard, OnCall, OnHolidays, Standing, SwapCard, SwapState, Unit


@dataclass(frozen=True, slots=True)
class LayerText:
    """A layer as facts that can be read."""

    card: LayerCard
    people: str
    turn: str
    hours: tuple[str, ...]
    holidays: str


def overview_lead(standings: Sequence[Standing], *, now: datetime) -> Lead:
    """Whether everything is in somebody's hands, now and as far ahead as is warned."""
    if not standings:
        return Lead(Tone.UNKNOWN, _("There is no on-call schedule yet."))
    empty = [each.schedule.name for each in standings if each.now.who is None]
    if empty:
        return Lead(
            Tone.BAD, _("Nobody is on call: %(schedules)s.") % {"schedules": listed(empty)}, _after(standings, now)
        )
    text = _held(standings, now) if len(standings) == 1 else _all_held(len(standings))
    coming = [each for each in standings if each.gaps]
    return Lead(Tone.WARN if coming else Tone.GOOD, text, _after(standings, now))


def schedule_lead(standing: Standing, *, now: datetime) -> Lead:
    """Who has it, until when, who follows; the next gap."""
    if standing.now.who is None:
        text = _("Nobody is on call in %(schedule)s.") % {"schedule": standing.schedule.name}
        if standing.hands_over and standing.then:
            facts = {"person": standing.then.person.name, "at": instant_text(standing.hands_over, now=now)}
            return Lead(Tone.BAD, text, _("%(person)s takes over at %(at)s.") % facts)
        return Lead(Tone.BAD, text, _("Add a layer, or put somebody on call below."))
    return Lead(Tone.WARN if standing.gaps else Tone.GOOD, _held([standing], now), _after([standing], now))


def why(who: OnCall) -> str:
    """What put somebody on call."""
    if who.by is By.LAYER:
        return _("Layer %(layer)s") % {"layer": who.why}
    text = _("Stands in for %(person)s") % {"person": who.instead_of} if who.instead_of else _("Override")
    return _("%(what)s: %(reason)s") % {"what": text, "reason": who.why} if who.why else text


def layer_text(card: LayerCard) -> LayerText:
    """A layer, made readable."""
    names = [each.name if each else _("nobody") for each in card.people]
    return LayerText(card, " → ".join(names), _turn(card), _week_hours(card.hours or {}), _holidays(card))


def swap_badge(card: SwapCard, *, now: datetime) -> Badge:
    """How a request to swap stands."""
    if card.state is SwapState.OFFERED and not card.open_at(now):
        return Badge(Tone.UNKNOWN, _("Lapsed"))
    return {
        SwapState.OFFERED: Badge(Tone.INFO, _("Waits for an answer")),
        SwapState.ACCEPTED: Badge(Tone.GOOD, _("Accepted")),
        SwapState.DECLINED: Badge(Tone.UNKNOWN, _("Declined")),
        SwapState.WITHDRAWN: Badge(Tone.UNKNOWN, _("Withdrawn")),
    }[card.state]


def left_out_text(reason: str) -> str:
    """Why an event of a calendar became no override."""
    return {
        "unknown-person": _("nobody of yours is named in it"),
        "past": _("it has begun already"),
        "not-yours": _("only a manager puts others on call"),
    }[reason]


def weekday_name(day: int) -> str:
    """0 is Monday."""
    return str(formatting.locale_of(get_language() or "en").days["stand-alone"]["wide"][day])


def unit_text(unit: Unit, every: int) -> str:
    """How long a turn lasts."""
    return {
        Unit.HOURS: ngettext("%(count)s hour", "%(count)s hours", every),
        Unit.DAYS: ngettext("%(count)s day", "%(count)s days", every),
        Unit.WEEKS: ngettext("%(count)s week", "%(count)s weeks", every),
    }[unit] % {"count": every}


def _held(standings: Sequence[Standing], now: datetime) -> str:
    each = standings[0]
    assert each.now.who is not None  # noqa: S101 - asked before
    facts = {"person": each.now.who.person.name, "schedule": each.schedule.name}
    if each.hands_over is None:
        return _("%(person)s has %(schedule)s.") % facts
    facts["until"] = instant_text(each.hands_over, now=now)
    if each.then is None:
        return _("%(person)s has %(schedule)s until %(until)s; then nobody.") % facts
    facts["then"] = each.then.person.name
    if facts["then"] == facts["person"]:
        return _("%(person)s has %(schedule)s.") % facts
    return _("%(person)s has %(schedule)s until %(until)s; then %(then)s.") % facts


def _all_held(number: int) -> str:
    text = ngettext(
        "%(count)s schedule has somebody on call.", "All %(count)s schedules have somebody on call.", number
    )
    return text % {"count": number}


def _after(standings: Sequence[Standing], now: datetime) -> str:
    """The next gap that is still to come."""
    coming = sorted((gap.start, each.schedule.name) for each in standings for gap in each.gaps if gap.start > now)
    if not coming:
        return ""
    facts = {"schedule": coming[0][1], "at": instant_text(coming[0][0], now=now)}
    return _("Nobody will be on call in %(schedule)s from %(at)s.") % facts


def _turn(card: LayerCard) -> str:
    facts = {"length": unit_text(card.unit, card.every), "at": f"{card.at:%H:%M}", "zone": card.schedule.zone}
    if card.unit is Unit.WEEKS:
        facts["day"] = weekday_name(card.starts.weekday() if card.weekday is None else card.weekday)
        return _("%(length)s, handed over on %(day)s at %(at)s (%(zone)s)") % facts
    return _("%(length)s, handed over at %(at)s (%(zone)s)") % facts


def _week_hours(hours: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """A line for each day with hours, or one for all of them where they are the same."""
    days = [hours.get(day, ()) for day in WEEKDAYS]
    if days[0] and all(each == days[0] for each in days):
        return (_("Every day %(hours)s") % {"hours": _span_texts(days[0])},)
    return tuple(filter(None, (_day_hours(day, each) for day, each in zip(WEEKDAYS, days, strict=True))))


def _span_texts(hours: Sequence[str]) -> str:
    return ", ".join(each.replace("-", "–") for each in hours)


def _day_hours(day: str, hours: Sequence[str]) -> str:
    if not hours:
        return ""
    facts = {"day": weekday_name(WEEKDAYS.index(day)), "hours": _span_texts(hours)}
    return _("%(day)s %(hours)s") % facts


def _holidays(card: LayerCard) -> str:
    if not card.country or card.on_holidays is OnHolidays.SERVES:
        return ""
    facts = {"place": "-".join(filter(None, (card.country, card.subdivision)))}
    if card.on_holidays is OnHolidays.RESTS:
        return _("Rests on public holidays (%(place)s)") % facts
    return _("Serves on public holidays only (%(place)s)") % facts
