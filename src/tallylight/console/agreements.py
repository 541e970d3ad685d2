"""A contract version as readable tables and sentences. Pure but for the reader's language, which is the active one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallylight.console import formatting
from tallylight.console.public import listed
from tallylight.console.roles import role_name
from tallylight.console.words import severity_word
from tallylight.contracts.api import (
    Agreement,
    Channel,
    Combine,
    Condition,
    ContractInvalid,
    CreditTable,
    Metric,
    Objective,
    Promise,
    SeverityRule,
    Statistic,
    Step,
    SupportLevel,
    Threshold,
    Told,
    UnknownCounts,
    Wording,
    told,
)
from tallylight.kernel.business_time import Calendar


@dataclass(frozen=True, slots=True)
class SupportRow:
    """What is promised for one level."""

    level: str
    covers: str
    hours: str
    channels: str
    response: str
    update: str
    mitigation: str
    resolution: str


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """A promise about minutes: what a minute must be, how many must be, where."""

    name: str
    slice_s: int
    bound: str
    target: str
    regions: str
    unknown: str


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """When a node of a region is in trouble, and when it no longer is."""

    metric: str
    raised: str
    cleared: str
    regions: str


@dataclass(frozen=True, slots=True)
class TierRow:
    """A line of the credit table."""

    below: str
    credit: str


def support_rows(agreement: Agreement) -> list[SupportRow]:
    """The support levels, the most serious first."""
    return [_support(each) for each in sorted(agreement.support, key=lambda each: -each.level.rank)]


def _support(support: SupportLevel) -> SupportRow:
    return SupportRow(
        level=severity_word(support.level),
        covers=own_words(support.covers),
        hours=hours_sentence(support.calendar),
        channels=listed([channel_name(each) for each in support.channels]),
        response=_length(support.response),
        update=_length(support.update),
        mitigation=_("not promised") if support.mitigation is None else _length(support.mitigation),
        resolution=_length(support.resolution),
    )


def own_words(wording: Wording) -> str:
    """The parties' own words, in the reader's language where they are given in it."""
    return wording.said(get_language() or "en")


def told_problems(fault: ContractInvalid) -> list[Told]:
    """The faults of a text in the reader's language."""
    return [told(each, _language()) for each in fault.problems]


def hours_sentence(calendar: Calendar) -> str:
    """When time counts."""
    if calendar.always:
        return _("around the clock")
    return _("in the hours of calendar “%(name)s” (%(zone)s)") % {"name": calendar.name, "zone": calendar.zone}


def channel_name(channel: Channel) -> str:
    """A way to reach a person."""
    return {
        Channel.MAIL: _("mail"),
        Channel.SMS: _("text message"),
        Channel.IM: _("instant message"),
        Channel.PHONE: _("phone"),
        Channel.CONSOLE: _("console"),
    }[channel]


def ladder_sentences(ladder: Iterable[Step]) -> list[str]:
    """Who is called when nobody has taken the case."""
    return [_rung(each) for each in ladder]


def _rung(step: Step) -> str:
    who = _asked(step)
    if step.calendar is not None:
        who = _("%(who)s (%(hours)s)") % {"who": who, "hours": hours_sentence(step.calendar)}
    facts = {"share": formatting.percent(float(step.at), _language()), "who": who}
    if not step.at:
        return _("At once: %(who)s is told.") % facts
    return _("When %(share)s of the response time is used: %(who)s is told.") % facts


def _asked(step: Step) -> str:
    """Whom a step asks first."""
    if step.person:
        return step.person
    if step.schedule:
        return _("whoever is on call in %(schedule)s") % {"schedule": step.schedule}
    return _("team %(team)s") % {"team": step.team} if step.team else role_name(step.role or "")


def severity_sentences(rule: SeverityRule) -> list[str]:
    """How a case gets its level; the first sentence that holds decides."""
    found = [_("It is a major fault if %(condition)s.") % {"condition": _condition(each)} for each in rule.major]
    found += [_("It is a fault if %(condition)s.") % {"condition": _condition(each)} for each in rule.fault]
    return [*found, _("Otherwise it is: %(level)s.") % {"level": severity_word(rule.otherwise)}]


def _condition(condition: Condition) -> str:
    parts = [_metric_condition(condition)] if condition.metric else []
    if condition.nodes:
        parts.append(
            ngettext("at least %(count)s node is hit", "at least %(count)s nodes are hit", condition.nodes)
            % {"count": condition.nodes}
        )
    if condition.regions:
        parts.append(
            ngettext("at least %(count)s region is hit", "at least %(count)s regions are hit", condition.regions)
            % {"count": condition.regions}
        )
    if condition.viewers:
        viewers = formatting.integer(condition.viewers, _language())
        parts.append(_("at least %(count)s of your viewers are hit") % {"count": viewers})
    # Translators: joins conditions that must all hold.
    return _(" and ").join(parts)


def _metric_condition(condition: Condition) -> str:
    if condition.above is None:
        return {
            Metric.LATENCY: _("latency is over its threshold"),
            Metric.LOSS: _("packet loss is over its threshold"),
            Metric.DEAD: _("a node does not answer"),
        }[condition.metric or Metric.DEAD]
    level = formatting.decimal(condition.above, _language())
    return {
        Metric.LATENCY: _("latency is over %(level)s ms"),
        Metric.LOSS: _("packet loss is over %(level)s%%"),
        Metric.DEAD: _("a node has not answered for %(level)s ms"),
    }[condition.metric or Metric.DEAD] % {"level": level}


def objective_rows(agreement: Agreement, names: Mapping[str, str]) -> list[ObjectiveRow]:
    """Every objective."""
    return [
        ObjectiveRow(
            name=objective_name(each),
            slice_s=each.slice // timedelta(seconds=1),
            bound=bound_sentence(each),
            target=percent(each.target),
            regions=region_list(each.regions, agreement, names),
            unknown=unknown_sentence(each.unknown),
        )
        for each in agreement.objectives
    ]


def objective_name(objective: Objective) -> str:
    """What is promised, with the contract's own name for it where that is another."""
    if objective.name == objective.promise:
        return promise_name(objective.promise)
    facts = {"promise": promise_name(objective.promise), "name": objective.name}
    return _("%(promise)s (%(name)s)") % facts


def promise_name(promise: Promise) -> str:
    """A promise about minutes, in a word."""
    return {
        Promise.AVAILABILITY: _("Availability"),
        Promise.LATENCY: _("Latency"),
        Promise.LOSS: _("Packet loss"),
        Promise.JITTER: _("Jitter"),
        Promise.FIRST_FRAME: _("First picture"),
        Promise.FREEZE: _("Standing picture"),
        Promise.ERRORS: _("Failed requests"),
    }[promise]


def bound_sentence(objective: Objective) -> str:
    """What a good minute is."""
    facts = {"bound": formatting.decimal(objective.bound, _language())}
    match objective.promise:
        case Promise.AVAILABILITY:
            return _("at least %(bound)s%% of probe packets are answered") % facts
        case Promise.LOSS:
            return _("at most %(bound)s%% of packets are lost") % facts
        case Promise.JITTER:
            return _("jitter is at most %(bound)s ms") % facts
        case Promise.FIRST_FRAME:
            return _("the first picture comes within %(bound)s ms") % facts
        case Promise.FREEZE:
            return _("the picture stands still for at most %(bound)s%% of the time") % facts
        case Promise.ERRORS:
            return _("at most %(bound)s%% of requests fail") % facts
        case Promise.LATENCY:
            if objective.statistic is Statistic.P95:
                return _("p95 of round trips is at most %(bound)s ms") % facts
            return _("the mean round trip is at most %(bound)s ms") % facts


def unknown_sentence(counts: UnknownCounts) -> str:
    """What an unmeasured minute counts as."""
    return {
        UnknownCounts.GOOD: _("as good"),
        UnknownCounts.BAD: _("as bad"),
        UnknownCounts.EXCLUDED: _("not at all"),
    }[counts]


def threshold_rows(agreement: Agreement, names: Mapping[str, str]) -> list[ThresholdRow]:
    """Every threshold once, with the regions it holds in."""
    regions: dict[tuple[str, str, str], list[str]] = {}
    for each in agreement.thresholds:
        regions.setdefault((metric_name(each.metric), _raised(each), _cleared(each)), []).append(each.region)
    return [
        ThresholdRow(metric, raised, cleared, region_list(tuple(codes), agreement, names))
        for (metric, raised, cleared), codes in regions.items()
    ]


def metric_name(metric: Metric) -> str:
    """What a threshold watches."""
    return {Metric.LATENCY: _("Latency"), Metric.LOSS: _("Packet loss"), Metric.DEAD: _("Silence")}[metric]


def _raised(threshold: Threshold) -> str:
    facts = {**_levels(threshold), "window": _seconds(threshold.window_s), "for": _seconds(threshold.for_s)}
    if not threshold.for_s:
        return _("above %(raise)s at once") % facts
    return _("above %(raise)s over %(window)s, for %(for)s") % facts


def _cleared(threshold: Threshold) -> str:
    return _("below %(clear)s for %(for)s") % {**_levels(threshold), "for": _seconds(threshold.clear_for_s)}


def _levels(threshold: Threshold) -> dict[str, str]:
    unit = "%" if threshold.metric is Metric.LOSS else " ms"
    return {
        "raise": formatting.decimal(threshold.raise_above, _language()) + unit,
        "clear": formatting.decimal(threshold.clear_below, _language()) + unit,
    }


def tier_rows(table: CreditTable) -> list[TierRow]:
    """What a broken objective earns, the mildest miss first."""
    return [TierRow(percent(each.below), percent(each.credit)) for each in table.tiers]


def credit_sentence(table: CreditTable) -> str:
    """How several credits become one, and the most a month can earn."""
    facts = {"cap": percent(table.cap)}
    if table.combine is Combine.WORST:
        return _("Of several credits the largest counts; a month earns at most %(cap)s of its fee.") % facts
    return _("Several credits add up; a month earns at most %(cap)s of its fee.") % facts


def region_list(codes: Iterable[str], agreement: Agreement, names: Mapping[str, str]) -> str:
    """Regions by name; all of the contract's in one word."""
    found = tuple(codes)
    if set(found) == set(agreement.regions):
        return _("all regions of the contract")
    return listed([names.get(code, code) for code in found])


def percent(value: Decimal) -> str:
    """Per cent with the decimals it has."""
    return formatting.decimal(value, _language()) + "%"


def _length(length: timedelta) -> str:
    return formatting.duration(length.total_seconds(), _language())


def _seconds(seconds: int) -> str:
    return formatting.duration(seconds, _language())


def _language() -> str:
    return get_language() or "en"
