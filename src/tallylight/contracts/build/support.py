"""Support levels, their ladders, and the rule that gives an incident its level."""

from __future__ import annotations

from tallylight.contracts import quantities as q
from tallylight.contracts.agreement import (
    Answer,
    Channel,
    Condition,
    Contact,
    Level,
    Metric,
    Pause,
    SeverityRule,
    Step,
    SupportLevel,
)
from tallylight.contracts.build.words import Doc, maybe, wording
from tallylight.contracts.calendars import calendar
from tallylight.kernel.business_time import Calendar


def level(doc: Doc, which: Level) -> SupportLevel:
    """The promise for one level, with its own ladder or the contract's."""
    entry = doc["support"][which.value]
    return SupportLevel(
        level=which,
        covers=wording(entry["covers"]),
        calendar=named_calendar(entry["calendar"], doc),
        channels=channels(entry),
        response=q.duration(entry["response"]),
        update=q.duration(entry["update"]),
        resolution=q.duration(entry["resolution"]),
        ladder=tuple(step(each, doc) for each in entry.get("escalation", doc["escalation"])),
        mitigation=maybe(entry, "mitigation", q.duration),
        answer=Answer(entry["answer"]),
        pauses=tuple(Pause(each["reason"], q.duration(each["most"])) for each in entry["pauses"]),
        contacts=tuple(Contact(**each) for each in entry["contacts"]),
    )


def step(entry: Doc, doc: Doc) -> Step:
    """One rung of a ladder."""
    return Step(
        name=entry["step"],
        role=entry.get("role"),
        at=q.share(entry["at"]),
        channels=channels(entry),
        person=entry.get("person"),
        calendar=maybe(entry, "calendar", lambda name: named_calendar(name, doc)),
        schedule=entry.get("schedule"),
        team=entry.get("team"),
    )


def named_calendar(name: str, doc: Doc) -> Calendar:
    """One of the contract's calendars."""
    return calendar(name, doc["calendars"][name], doc["timezone"])


def channels(entry: Doc) -> tuple[Channel, ...]:
    """The channels named in an entry."""
    return tuple(map(Channel, entry["channels"]))


def severity(entry: Doc) -> SeverityRule:
    """The rule that gives an incident its level."""
    major, fault = (tuple(condition(each) for each in entry[level]) for level in ("major", "fault"))
    return SeverityRule(major, fault, Level(entry["otherwise"]))


def condition(entry: Doc) -> Condition:
    """One line of the severity rule."""
    metric = maybe(entry, "metric", Metric)
    return Condition(
        metric=metric,
        above=q.figure(entry["above"], metric.unit) if metric and "above" in entry else None,
        nodes=entry.get("nodes"),
        regions=entry.get("regions"),
        viewers=entry.get("viewers"),
    )
