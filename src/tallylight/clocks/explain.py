"""A reading in sentences: data that a page or the command line can show in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from tallylight.clocks.reading import ClockSpan, Reading, State, Why
from tallylight.kernel.errors import gettext_noop
from tallylight.kernel.sentence import Fact, Sentence

SPAN_TEXTS = {
    Why.RUNNING: gettext_noop("From %(start)s to %(end)s the clock ran: %(length)s counted."),
    Why.PAUSE_CAP_USED: gettext_noop("From %(start)s to %(end)s the pause had reached its limit: %(length)s counted."),
    Why.CLOSED_HOURS: gettext_noop("From %(start)s to %(end)s was outside support hours: %(length)s not counted."),
    Why.PAUSED: gettext_noop("From %(start)s to %(end)s the clock was paused: %(length)s not counted."),
    Why.ANSWERED: gettext_noop("From %(start)s to %(end)s the promise stood as kept: %(length)s not counted."),
    Why.CANCELLED: gettext_noop("From %(start)s to %(end)s the clock was called off: %(length)s not counted."),
}
PAUSED_FOR = gettext_noop("From %(start)s to %(end)s the clock was paused (%(reason)s): %(length)s not counted.")
SUM = gettext_noop(
    "Together: %(elapsed)s passed, %(counted)s counted, %(excluded)s not counted, of %(target)s promised."
)

VERDICTS = {
    State.NOT_STARTED: gettext_noop("The clock has not started."),
    State.RUNNING: gettext_noop("The clock runs; it is due at %(due)s, %(remaining)s are left."),
    State.PAUSED: gettext_noop("The clock is paused; %(remaining)s are left when it goes on."),
    State.OVERDUE: gettext_noop("The promise is broken: it was due at %(due)s, %(over)s ago by the clock."),
    State.MET: gettext_noop("The promise was kept at %(answered)s; it was due at %(due)s."),
    State.MISSED: gettext_noop("The promise was broken: it was due at %(due)s and came at %(answered)s."),
    State.CANCELLED: gettext_noop("The clock was called off."),
}
MET_IN_PAUSE = gettext_noop("The promise was kept at %(answered)s, while the clock was paused.")


def explain(reading: Reading) -> tuple[Sentence, ...]:
    """A sentence for each span, one that adds them up, and the verdict."""
    return (*map(_span, reading.spans), *_sum(reading), _verdict(reading))


def _span(span: ClockSpan) -> Sentence:
    text = PAUSED_FOR if span.why is Why.PAUSED and span.reason else SPAN_TEXTS[span.why]
    return Sentence(text, {"start": span.start, "end": span.end, "length": span.length, "reason": span.reason})


def _sum(reading: Reading) -> Iterator[Sentence]:
    if reading.started_at is not None:
        facts: dict[str, Fact] = {
            "elapsed": reading.elapsed,
            "counted": reading.counted,
            "excluded": reading.excluded,
            "target": reading.target,
        }
        yield Sentence(SUM, facts)


def _verdict(reading: Reading) -> Sentence:
    facts: dict[str, Fact] = {"remaining": reading.remaining, "over": -reading.remaining}
    if reading.due_at is not None:
        facts["due"] = reading.due_at
    if reading.answered_at is not None:
        facts["answered"] = reading.answered_at
    unknown_due = reading.state is State.MET and reading.due_at is None
    return Sentence(MET_IN_PAUSE if unknown_due else VERDICTS[reading.state], facts)
