"""What is said and done on a ticket: facts when written, whole sentences in the reader's language when read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallylight.contracts.api import Level, Metric
from tallylight.escalation import api as escalation
from tallylight.incidents.api import level_name
from tallylight.support.causes import CAUSE_NAMES, Cause
from tallylight.support.models import Entry, Ticket
from tallylight.support.states import Channel


class Kind(StrEnum):
    """MESSAGE and NOTE carry somebody's words; the others are deeds."""

    MESSAGE = "message"
    NOTE = "note"
    OPENED = "opened"
    RAISED = "raised"
    ASSIGNED = "assigned"
    OFFERED = "offered"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    GIVEN = "given"
    ESCALATED = "escalated"
    MORE_ASKED = "more-asked"
    ACKNOWLEDGED = "acknowledged"
    ASKED = "asked"
    MITIGATED = "mitigated"
    EXPLAINED = "explained"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"
    FOLLOWED = "followed"
    REPORTED = "reported"
    MERGED = "merged"
    TOOK_IN = "took-in"
    UNMERGED = "unmerged"
    SPLIT = "split"
    TASK = "task"
    TASK_DONE = "task-done"
    LEFT_OPEN = "left-open"
    CALLED = "called"


def write(
    ticket: Ticket,
    kind: Kind,
    at: datetime,
    *,
    key: str,
    author: UUID | None = None,
    channel: Channel = Channel.SYSTEM,
    internal: bool = False,
    text: str = "",
    **facts: Any,
) -> None:
    """Write an entry, once for each `key`."""
    entry = Entry(
        ticket=ticket,
        key=f"{kind}:{key}",
        at=at,
        kind=kind,
        author_id=author,
        channel=channel,
        internal=internal,
        text=text,
        facts=facts,
    )
    Entry.objects.bulk_create([entry], ignore_conflicts=True)


def sentence(kind: str, facts: dict[str, Any], text: str) -> str:
    """An entry in the active language: somebody's words as they are, a deed as a sentence."""
    match Kind(kind):
        case Kind.MESSAGE | Kind.NOTE:
            return text
        case Kind.OPENED:
            return _opened(facts)
        case Kind.RAISED:
            return _("It is now treated as %(level)s.") % {"level": level_name(Level(facts["level"]))}
        case Kind.ASSIGNED:
            return _("%(owner)s owns this ticket now.") % facts
        case Kind.OFFERED | Kind.DECLINED | Kind.LAPSED | Kind.WITHDRAWN | Kind.GIVEN:
            return _handed(Kind(kind), facts)
        case Kind.ESCALATED:
            return _escalated(facts)
        case Kind.MORE_ASKED:
            return _("%(by)s asked for escalation; it was brought to %(to)s: %(reason)s") % {
                **facts,
                "to": ", ".join(facts["people"]) or "–",
            }
        case Kind.ACKNOWLEDGED:
            return _("%(person)s took it in hand.") % facts
        case Kind.ASKED:
            return _("The clocks stand still until the customer answers.")
        case Kind.MITIGATED:
            return _("Viewers no longer feel it; work on the cause goes on.")
        case Kind.EXPLAINED:
            return _explained(facts)
        case Kind.RESOLVED:
            return _("The ticket is resolved.")
        case Kind.REOPENED:
            return _("The ticket is open again.")
        case Kind.CLOSED:
            return _closed(facts)
        case Kind.FOLLOWED:
            return _("It goes on in ticket %(number)s.") % facts
        case Kind.REPORTED:
            return _("The report on this incident is published.")
        case Kind.MERGED:
            return _("%(person)s merged it into ticket %(number)s; the conversation goes on there.") % facts
        case Kind.TOOK_IN:
            return _("%(person)s merged ticket %(number)s into this one; what it still promised holds here.") % facts
        case Kind.UNMERGED:
            return _("%(person)s undid the merging with ticket %(number)s.") % facts
        case Kind.SPLIT:
            return _split(facts)
        case Kind.TASK:
            return _("Task for %(person)s: %(title)s") % facts
        case Kind.TASK_DONE:
            return _("%(person)s did the task: %(title)s") % facts
        case Kind.LEFT_OPEN:
            text = ngettext(
                "It was closed with %(count)s open task.", "It was closed with %(count)s open tasks.", facts["count"]
            )
            return text % facts
        case Kind.CALLED:
            return _called(facts)


def _called(facts: dict[str, Any]) -> str:
    """A telephone call in which somebody spoke, or in which we reached nobody."""
    named = {"number": facts["number"], "length": escalation.lasting(facts["seconds"])}
    if not facts["answered"]:
        return _("We called %(number)s and reached nobody.") % named
    if facts["ours"]:
        return _("We called %(number)s and spoke for %(length)s.") % named
    return _("A call from %(number)s; we spoke for %(length)s.") % named


def missed_call(number: str) -> str:
    """What somebody means who rang in vain, in the active language."""
    return _("A call from %(number)s that nobody took: please call back.") % {"number": number}


def _opened(facts: dict[str, Any]) -> str:
    if facts.get("incident"):
        return _("Tallylight opened this ticket by itself.")
    if facts.get("follows"):
        return _("The ticket was opened; it follows ticket %(follows)s, which was over.") % facts
    if facts.get("split_from"):
        return _("Split off from ticket %(split_from)s; its clocks start with its first message.") % facts
    return _("The ticket was opened.")


def _split(facts: dict[str, Any]) -> str:
    text = ngettext(
        "%(count)s message is another matter and goes on in ticket %(number)s.",
        "%(count)s messages are another matter and go on in ticket %(number)s.",
        facts["count"],
    )
    return text % facts


def _closed(facts: dict[str, Any]) -> str:
    if not facts.get("cause"):
        return _("The ticket is closed.")
    named = {**facts, "cause": cause_name(facts["cause"])}
    if facts["words"]:
        return _("%(person)s closed it. Cause: %(cause)s. %(words)s") % named
    return _("%(person)s closed it. Cause: %(cause)s.") % named


def cause_name(cause: str) -> str:
    """A cause in the active language."""
    return _(CAUSE_NAMES[Cause(cause)])


def _handed(kind: Kind, facts: dict[str, Any]) -> str:
    """What became of an attempt to hand over. For the desk."""
    named = {**facts, "until": moment(facts["until"])} if "until" in facts else facts
    match kind:
        case Kind.OFFERED if facts["back"]:
            return _("%(by)s offered it until %(until)s back to %(to)s, who had it before: %(reason)s") % named
        case Kind.OFFERED:
            return _("%(by)s offered it to %(to)s until %(until)s: %(reason)s") % named
        case Kind.DECLINED:
            return _("%(by)s declined: %(reason)s") % named
        case Kind.WITHDRAWN:
            return _("%(by)s took back the offer to %(to)s.") % named
        case Kind.GIVEN:
            return _("%(by)s gave it to %(owner)s without asking: %(reason)s") % named
        case _:
            return _("Nobody answered the offer to %(to)s in time; the owner stays.") % named


def _escalated(facts: dict[str, Any]) -> str:
    """What a step of the ladder did, why it came before its time, and why late. Entries of old say only what it did."""
    why = escalation.cause_sentence(facts.get("cause", ""), by=facts.get("by", ""), reason=facts.get("reason", ""))
    return escalation.join_sentences((_step(facts), why, escalation.late_sentence_of(facts.get("late"))))


def _step(facts: dict[str, Any]) -> str:
    named = {"step": escalation.step_name(facts["step"]), "people": ", ".join(facts["people"])}
    if facts.get("skipped"):
        return _("Step “%(step)s” of the ladder was skipped.") % named
    if facts["people"]:
        return _("Step “%(step)s” of the ladder brought it to %(people)s.") % named
    if facts.get("last"):
        return _("Step “%(step)s” of the ladder found nobody, and no other is left.") % named
    return _("Step “%(step)s” of the ladder found nobody; the next one follows at once.") % named


def _explained(facts: dict[str, Any]) -> str:
    named = {
        **facts,
        "start": moment(facts["start"]),
        "end": moment(facts["end"]),
        "zone": timezone.get_current_timezone_name(),
        "length": escalation.lasting(facts["seconds"]),
    }
    match Metric(facts["metric"]):
        case Metric.DEAD:
            return (
                _(
                    "From %(start)s to %(end)s (%(zone)s), %(length)s, %(nodes)s did not answer. "
                    "It is over: measurements are within their limits again."
                )
                % named
            )
        case Metric.LOSS:
            return (
                _(
                    "From %(start)s to %(end)s (%(zone)s), %(length)s, up to %(worst)s%% of packets were lost at "
                    "%(nodes)s (limit %(limit)s%%). It is over: measurements are within their limits again."
                )
                % named
            )
        case Metric.LATENCY:
            return (
                _(
                    "From %(start)s to %(end)s (%(zone)s), %(length)s, latency at %(nodes)s was up to %(worst)s ms "
                    "(limit %(limit)s ms). It is over: measurements are within their limits again."
                )
                % named
            )


def moment(instant: str) -> str:
    """An instant of the facts in the active language and time zone."""
    return escalation.moment(datetime.fromisoformat(instant))
