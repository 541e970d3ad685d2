"""A checked document to the typed agreement, defaults filled in. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tallylight.contracts import quantities as q
from tallylight.contracts.agreement import (
    Agreement,
    Channel,
    Combine,
    Condition,
    CreditTable,
    Level,
    Metric,
    Objective,
    Party,
    Promise,
    SeverityRule,
    Statistic,
    Step,
    SupportLevel,
    Threshold,
    Tier,
    UnknownCounts,
)
from tallylight.contracts.calendars import calendar
from tallylight.contracts.commercial import Fees, Term
from tallylight.kernel.business_time import add_months, local_midnight

Doc = dict[str, Any]


def agreement(doc: Doc) -> Agreement:
    """The whole contract. `doc` has passed the schema and the sense checks."""
    starts, ends = term(doc)
    return Agreement(
        number=doc["number"],
        title=doc["title"],
        provider=Party(**doc["parties"]["provider"]),
        customer=Party(**doc["parties"]["customer"]),
        effective_from=starts,
        ends_at=ends,
        timezone=doc["timezone"],
        locale=doc["locale"],
        services=tuple(doc["scope"]["services"]),
        regions=tuple(doc["scope"]["regions"]),
        support=tuple(support_level(doc, level) for level in Level),
        severity=severity(doc["severity"]),
        objectives=tuple(objective(each, doc) for each in doc["objectives"]),
        thresholds=tuple(one for each in doc["thresholds"] for one in thresholds(each, doc)),
        credit=credit(doc["credit"]),
        monthly_fee=q.money(doc["fee"]["monthly"]),
        term=Term(months=doc["term"]["months"], renews=doc["term"]["renews"]),
        fees=Fees(monthly=q.money(doc["fee"]["monthly"])),
    )


def term(doc: Doc) -> tuple[datetime, datetime | None]:
    """From when, and until when where the term does not renew, both in UTC."""
    first = date.fromisoformat(doc["term"]["effective"])
    starts = local_midnight(first, doc["timezone"])
    if doc["term"]["renews"]:
        return starts, None
    return starts, local_midnight(add_months(first, doc["term"]["months"]), doc["timezone"])


def support_level(doc: Doc, level: Level) -> SupportLevel:
    """The promise for one level, with its own ladder or the contract's."""
    entry = doc["support"][level.value]
    return SupportLevel(
        level=level,
        covers=entry["covers"],
        calendar=calendar(entry["calendar"], doc["calendars"][entry["calendar"]], doc["timezone"]),
        channels=channels(entry),
        response=q.duration(entry["response"]),
        update=q.duration(entry["update"]),
        resolution=q.duration(entry["resolution"]),
        ladder=tuple(step(each) for each in entry.get("escalation", doc["escalation"])),
    )


def step(entry: Doc) -> Step:
    """One rung of a ladder."""
    return Step(entry["step"], entry["role"], q.share(entry["at"]), channels(entry), entry.get("person"))


def channels(entry: Doc) -> tuple[Channel, ...]:
    """The channels named in an entry."""
    return tuple(map(Channel, entry["channels"]))


def severity(entry: Doc) -> SeverityRule:
    """The rule that gives an incident its level."""
    major, fault = (tuple(condition(each) for each in entry[level]) for level in ("major", "fault"))
    return SeverityRule(major, fault, Level(entry["otherwise"]))


def condition(entry: Doc) -> Condition:
    """One line of the severity rule."""
    metric = Metric(entry["metric"]) if "metric" in entry else None
    return Condition(
        metric=metric,
        above=figure(entry["above"], metric.unit) if metric and "above" in entry else None,
        nodes=entry.get("nodes"),
        regions=entry.get("regions"),
        viewers=entry.get("viewers"),
    )


def figure(text: str, unit: str) -> float:
    """A bound in `unit`: `ms` or `%`."""
    return float(q.percent(text)) if unit == "%" else q.millis(text)


def objective(entry: Doc, doc: Doc) -> Objective:
    """One promise about minutes."""
    promise = Promise(entry["metric"])
    return Objective(
        name=entry["name"],
        service=entry["service"],
        regions=tuple(entry.get("regions", doc["scope"]["regions"])),
        promise=promise,
        statistic=Statistic(entry.get("statistic", Statistic.MEAN)),
        bound=figure(entry[bound_key(promise)], "ms" if promise is Promise.LATENCY else "%"),
        target=q.percent(entry["target"]),
        min_samples=entry["min_samples"],
        unknown=UnknownCounts(entry["unknown"]),
    )


def bound_key(promise: Promise) -> str:
    """Which key carries the bound of a promise."""
    return "at_least" if promise is Promise.AVAILABILITY else "at_most"


def thresholds(entry: Doc, doc: Doc) -> list[Threshold]:
    """One threshold for each region it names, or for each in scope."""
    metric = Metric(entry["metric"])
    return [
        Threshold(
            region=region,
            metric=metric,
            raise_above=figure(entry["raise_above"], metric.unit),
            clear_below=figure(entry["clear_below"], metric.unit),
            window_s=q.seconds(entry["window"]),
            for_s=q.seconds(entry["for"]),
            clear_for_s=q.seconds(entry["clear_for"]),
            min_samples=entry["min_samples"],
            channels=channels(entry),
        )
        for region in entry.get("regions", doc["scope"]["regions"])
    ]


def credit(entry: Doc) -> CreditTable:
    """The credit table."""
    return CreditTable(
        tiers=tuple(Tier(q.percent(each["below"]), q.percent(each["credit"])) for each in entry["tiers"]),
        cap=q.percent(entry["cap"]),
        combine=Combine(entry["combine"]),
        automatic=entry["claim"] == "automatic",
    )
