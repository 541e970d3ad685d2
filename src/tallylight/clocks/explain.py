"""A reading in sentences: data that a page or the command line can show in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tallylight.clocks.log import Target, Unit
from tallylight.clocks.reading import EarlierRound, EarlierTarget, Extension, Reading, State
from tallylight.clocks.spans import ClockSpan, Why
from tallylight.kernel.errors import gettext_noop
from tallylight.kernel.sentence import Fact, Sentence

PROMISED = {
    None: gettext_noop("Promised: %(target)s of counted time."),
    Unit.DAYS: gettext_noop("Promised: calendar days, counted to the end of the last: %(count)s."),
    Unit.BUSINESS_DAYS: gettext_noop("Promised: business days, counted to the end of the last: %(count)s."),
    Unit.MONTHS: gettext_noop("Promised: calendar months, to the end of the day of the same date: %(count)s."),
}

SPAN_TEXTS = {
    Why.RUNNING: gettext_noop("From %(start)s to %(end)s the clock ran: %(length)s counted."),
    Why.PAUSE_CAP_USED: gettext_noop("From %(start)s to %(end)s the pause had reached its limit: %(length)s counted."),
    Why.CLOSED_HOURS: gettext_noop("From %(start)s to %(end)s was outside support hours: %(length)s not counted."),
    Why.PAUSED: gettext_noop("From %(start)s to %(end)s the clock was paused: %(length)s not counted."),
    Why.ANSWERED: gettext_noop("From %(start)s to %(end)s the promise stood as kept: %(length)s not counted."),
    Why.CANCELLED: gettext_noop("From %(start)s to %(end)s the clock was called off: %(length)s not counted."),
    Why.WAITING: gettext_noop("From %(start)s to %(end)s the clock waited for its start: %(length)s not counted."),
    Why.START_DAY: gettext_noop(
        "From %(start)s to %(end)s was the rest of the day it began on, which does not count: %(length)s not counted."
    ),
    Why.RESUMED_DAY: gettext_noop(
        "From %(start)s to %(end)s was the rest of the day it went on, which does not count: %(length)s not counted."
    ),
    Why.CLOSED_DAY: gettext_noop("From %(start)s to %(end)s were no business days: %(length)s not counted."),
    Why.ROLLED_FORWARD: gettext_noop(
        "From %(start)s to %(end)s the last day would have been closed, so the end moved on: %(length)s not counted."
    ),
}
PAUSED_FOR = gettext_noop("From %(start)s to %(end)s the clock was paused (%(reason)s): %(length)s not counted.")
WAITED_FOR = gettext_noop("From %(start)s to %(end)s the clock waited (%(reason)s): %(length)s not counted.")
SUM = gettext_noop(
    "Together: %(elapsed)s passed, %(counted)s counted, %(excluded)s not counted, of %(target)s promised."
)
SUM_OF_DAYS = gettext_noop(
    "Together: %(elapsed)s passed, %(counted)s counted, %(excluded)s not counted; %(target)s count from start to end."
)

#: What is said of reasons that the product itself gives; others are shown as they are.
REASONS = {
    "waiting-for-customer": gettext_noop("waiting for the customer"),
    "waiting-for-third-party": gettext_noop("waiting for a third party"),
    "agreed-with-customer": gettext_noop("as agreed with the customer"),
    "change-window": gettext_noop("waiting for a change window"),
    "clarification": gettext_noop("waiting for a clarification"),
    "identity-verified": gettext_noop("for a verified identity"),
}

TOLD_IN_TIME = gettext_noop("At %(at)s it was told in time that it takes longer; the promise above includes it.")
TOLD_LATE = gettext_noop("At %(at)s it was told that it takes longer: too late to count.")
TOLD_IN_VAIN = gettext_noop("At %(at)s it was told that it takes longer: more than is allowed, so it does not count.")
REPLACED = gettext_noop("Until %(until)s another target held; it was not due by then.")
REPLACED_BROKEN = gettext_noop(
    "Until %(until)s another target held; it was due at %(due)s, so the promise was broken then."
)
ROUND_KEPT = gettext_noop("A round that began at %(start)s was answered in time at %(answered)s.")
ROUND_BROKEN = gettext_noop("A round that began at %(start)s was answered too late at %(answered)s.")

VERDICTS = {
    State.NOT_STARTED: gettext_noop("The clock has not started."),
    State.WAITING: gettext_noop("The clock waits for its start; nothing is due yet."),
    State.RUNNING: gettext_noop("The clock runs; it is due at %(due)s, %(remaining)s are left."),
    State.PAUSED: gettext_noop("The clock is paused; %(remaining)s are left when it goes on."),
    State.OVERDUE: gettext_noop("The promise is broken: it was due at %(due)s, %(over)s ago by the clock."),
    State.MET: gettext_noop("The promise was kept at %(answered)s; it was due at %(due)s."),
    State.MISSED: gettext_noop("The promise was broken: it was due at %(due)s and came at %(answered)s."),
    State.CANCELLED: gettext_noop("The clock was called off."),
}
MET_IN_PAUSE = gettext_noop("The promise was kept at %(answered)s, while the clock was paused.")


def explain(reading: Reading) -> tuple[Sentence, ...]:
    """Earlier rounds, what is promised, a sentence for each span of the present round, one that adds them up, what changed on the
    way, and the verdict."""
    return (
        *map(_round, reading.earlier),
        _promised(reading.promised),
        *map(span_sentence, reading.spans),
        *_sum(reading),
        *map(_extension, reading.extensions),
        *map(_earlier, reading.earlier_targets),
        _verdict(reading),
    )


def span_sentence(span: ClockSpan) -> Sentence:
    """A span in a sentence."""
    text = {Why.PAUSED: PAUSED_FOR, Why.WAITING: WAITED_FOR}.get(span.why) if span.reason else None
    facts: dict[str, Fact] = {"start": span.start, "end": span.end, "length": span.length}
    if text:
        facts["reason"] = REASONS.get(span.reason, span.reason)
    return Sentence(text or SPAN_TEXTS[span.why], facts)


def _round(earlier: EarlierRound) -> Sentence:
    facts: dict[str, Fact] = {"start": earlier.started_at, "answered": earlier.answered_at}
    return Sentence(ROUND_BROKEN if earlier.late else ROUND_KEPT, facts)


def _promised(target: Target) -> Sentence:
    if isinstance(target, timedelta):
        return Sentence(PROMISED[None], {"target": target})
    return Sentence(PROMISED[target.unit], {"count": target.count})


def _sum(reading: Reading) -> Iterator[Sentence]:
    if reading.started_at is not None:
        facts: dict[str, Fact] = {
            "elapsed": reading.elapsed,
            "counted": reading.counted,
            "excluded": reading.excluded,
            "target": reading.target,
        }
        yield Sentence(SUM if isinstance(reading.promised, timedelta) else SUM_OF_DAYS, facts)


def _extension(extension: Extension) -> Sentence:
    late = TOLD_LATE if extension.too_late else TOLD_IN_VAIN
    return Sentence(TOLD_IN_TIME if extension.by is not None else late, {"at": extension.at})


def _earlier(target: EarlierTarget) -> Sentence:
    if target.due_at is None:
        return Sentence(REPLACED, {"until": target.until})
    return Sentence(REPLACED_BROKEN, {"until": target.until, "due": target.due_at})


def _verdict(reading: Reading) -> Sentence:
    facts: dict[str, Fact] = {"remaining": reading.remaining, "over": -reading.remaining}
    if reading.due_at is not None:
        facts["due"] = reading.due_at
    if reading.answered_at is not None:
        facts["answered"] = reading.answered_at
    unknown_due = reading.state is State.MET and reading.due_at is None
    return Sentence(MET_IN_PAUSE if unknown_due else VERDICTS[reading.state], facts)
