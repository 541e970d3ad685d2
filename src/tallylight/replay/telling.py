"""A replay as lines of text, in the active language: the answer first, then promise by promise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tallylight.incidents.api import level_name
from tallylight.replay.plain import said
from tallylight.replay.values import (
    ClockCase,
    ClockLine,
    ClockSide,
    LevelChange,
    MonthCost,
    ObjectiveLine,
    ObjectiveSide,
    Outcome,
    Replay,
    Tally,
)
from tallylight.replay.words import amounts, clock_word, lead, length, outcome_word, promise_word

#: As many cases of a line as are shown; the JSON has them all.
FIRST = 5


def told(replay: Replay) -> str:
    """The whole replay."""
    parts = (_head(replay), _objectives(replay), _clocks(replay), _levels(replay), _costs(replay), _gaps(replay))
    return "\n\n".join("\n".join(part) for part in map(list, parts) if part)


def _head(replay: Replay) -> Iterator[str]:
    between = "" if (get_language() or "").startswith("zh") else " "
    yield between.join(lead(replay, (amounts(replay.cost_draft), amounts(replay.cost_then))))
    facts = {
        "draft": replay.draft,
        "customer": replay.customer,
        "first": replay.months[0],
        "last": replay.months[-1],
        "zone": replay.zone,
        "until": replay.until.strftime("%Y-%m-%d %H:%M UTC"),
    }
    yield _("%(draft)s for %(customer)s, whole months from %(first)s to %(last)s (%(zone)s), up to %(until)s.") % facts


def _objectives(replay: Replay) -> Iterator[str]:
    for month, lines in groupby(replay.objectives, key=lambda line: line.month):
        yield _("Objectives, %(month)s") % {"month": month}
        yield from map(_objective, lines)


def _objective(line: ObjectiveLine) -> str:
    then = "; ".join(map(_objective_side, line.then)) or outcome_word(None)
    draft = _objective_side(line.draft) if line.draft else outcome_word(None)
    place = f"{promise_word(line.promise)}, {line.region}"
    return "  " + _("%(place)s: then %(then)s; under the draft %(draft)s") % {
        "place": place,
        "then": then,
        "draft": draft,
    }


def _objective_side(side: ObjectiveSide) -> str:
    if side.attained is None or side.outcome is Outcome.UNKNOWN:
        return outcome_word(side.outcome)
    facts = {"outcome": outcome_word(side.outcome), "attained": f"{side.attained.normalize():f}", "target": side.target}
    return _("%(outcome)s (%(attained)s%% of %(target)s%%)") % facts


def _clocks(replay: Replay) -> Iterator[str]:
    if not replay.clocks:
        yield _("No ticket was opened in that time.")
        return
    yield ngettext("Support, %(count)s ticket", "Support, %(count)s tickets", replay.tickets) % {
        "count": replay.tickets
    }
    for line in replay.clocks:
        facts = {
            "level": level_name(line.level),
            "clock": clock_word(line.clock),
            "then": _tally(line.then),
            "draft": _tally(line.draft),
        }
        yield "  " + _("%(clock)s, %(level)s: then %(then)s; under the draft %(draft)s") % facts
        yield from _cases(line)


def _tally(tally: Tally) -> str:
    return _("%(broken)s of %(all)s broken") % {"broken": tally.broken, "all": tally.all}


def _cases(line: ClockLine) -> Iterator[str]:
    shown = [case for case in line.cases if case.differs or _broken(case.draft)]
    for case in shown[:FIRST]:
        yield "    " + _case(case)
    rest = len(shown) - FIRST
    if rest > 0:
        yield "    " + ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": rest}


def _broken(side: ClockSide | None) -> bool:
    return side is not None and side.outcome is Outcome.BROKEN


def _case(case: ClockCase) -> str:
    facts = {
        "number": case.ticket.number,
        "headline": case.ticket.headline,
        "then": _clock_side(case.then),
        "draft": _clock_side(case.draft),
    }
    return _("%(number)s %(headline)s: then %(then)s; under the draft %(draft)s") % facts


def _clock_side(side: ClockSide | None) -> str:
    if side is None:
        return outcome_word(None)
    facts = {"outcome": outcome_word(side.outcome), "counted": length(side.counted), "target": length(side.target)}
    return _("%(outcome)s (%(counted)s counted of %(target)s)") % facts


def _levels(replay: Replay) -> Iterator[str]:
    if replay.levels:
        yield _("Tickets that would have been another level")
        yield from map(_level, replay.levels)


def _level(change: LevelChange) -> str:
    facts = {
        "number": change.ticket.number,
        "headline": change.ticket.headline,
        "then": level_name(change.then),
        "draft": level_name(change.draft) if change.draft else _("no level: the draft promises nothing there"),
    }
    return "  " + _("%(number)s %(headline)s: %(then)s then, %(draft)s under the draft") % facts


def _costs(replay: Replay) -> Iterator[str]:
    yield _("Credits")
    for month in replay.costs:
        yield "  " + _month(month)
        for step in month.draft.steps:
            yield "    " + said(step)


def _month(month: MonthCost) -> str:
    facts = {
        "month": month.month,
        "then": amounts([each.amount for each in month.then]),
        "draft": str(month.draft.amount),
    }
    if month.at_least:
        return _("%(month)s: %(then)s then, at least %(draft)s under the draft") % facts
    return _("%(month)s: %(then)s then, %(draft)s under the draft") % facts


def _gaps(replay: Replay) -> Iterator[str]:
    if replay.gaps:
        yield _("What can't be judged again")
        yield from ("  " + said(each) for each in replay.gaps)
